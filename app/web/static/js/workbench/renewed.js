// A text that was corrected: where it changed, and the reader's own marks that could not move with it.
import { button, h, plural, redraw } from "../lib/dom.js";

export class Renewed {
  /** `left` are elements whose words changed, with their places in the text as it is now. */
  constructor(space, { moved, left, changed }) {
    this.space = space;
    this.left = left;
    this.changed = changed.filter(([start, end]) => end > start);
    this.place = space.strip.appendChild(h("div", { class: "strip warn renewed", role: "status" }));
    const where = plural(this.changed.length, "place");
    this.head = `This text was corrected in ${where}. ${plural(moved, "mark")} of yours moved with it`;
    if (space.data.may.edit) space.store.subscribe(({ ids }) => ids?.size && this.draw());
    queueMicrotask(() => this.draw()); // once the text can be painted
  }

  /** Done when something of the same kind and label stands there again. */
  isDone({ body }) {
    const { forms, store } = this.space;
    const places = this.#places(body);
    return [...store.elements.values()].some(
      (other) =>
        other.kind === body.kind &&
        forms.key(other) === forms.key(body) &&
        (!places.length || this.#places(other).some(([s, e]) => places.some(([a, b]) => s < b && a < e))),
    );
  }

  draw() {
    const { space } = this;
    space.view?.paintUnits("changed", this.changed.map((pair) => this.#units(pair)));
    const open = this.left.filter((one) => !this.isDone(one));
    const words = open.length
      ? `; ${plural(open.length, "mark")} could not, because its words changed: `
      : this.left.length
        ? ", and the others are marked again."
        : ".";
    redraw(
      this.place,
      this.head,
      words,
      open.map(({ id, body }) => button(this.#name(body), () => this.#go(body), { keep: `left-${id}` })),
    );
  }

  #units([start, end]) {
    const { table } = this.space;
    return [table.toUnit(start), table.toUnit(end)];
  }

  #name(body) {
    const words = this.#places(body).map(([start, end]) => this.space.table.slice(start, end)).join(" … ");
    return [this.space.forms.key(body) ?? body.kind, words].filter(Boolean).join(": ");
  }

  /** Selects the place, so that one key labels it again. */
  #go(body) {
    const [first] = this.#places(body);
    if (!first) return;
    this.space.surface.focus({ preventScroll: true });
    this.space.selecting?.set(...this.#units(first));
  }

  #places(body) {
    return this.space.forms.pieces(body) ?? [];
  }
}
