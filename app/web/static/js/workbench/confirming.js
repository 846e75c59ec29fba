// Single confirmations of the verify step: each significant or critical element of a single reader, by itself.
import { announce } from "../lib/announce.js";
import { put } from "../lib/api.js";
import { button, h, redraw } from "../lib/dom.js";
import { nameOf } from "../annotator/forms.js";

export class Confirming {
  /** `confirmed` are ids the server holds as confirmed in the version that is shown. */
  constructor(space, strip, confirmed) {
    Object.assign(this, { space, strip, confirmed: new Set(confirmed), at: null });
    const { labels = [], relations = [] } = space.schema;
    this.kinds = new Map([...labels, ...relations].map((kind) => [nameOf(kind), kind]));
    space.store.subscribe(({ ids }) => {
      for (const id of ids) this.confirmed.delete(id); // what changed is to be looked at again
      if (ids.size) this.render();
    });
    queueMicrotask(() => this.render()); // once the workbench has its keys
  }

  #kindOf(body) {
    return this.kinds.get(this.space.forms.key(body));
  }

  /** Ids of what is to be confirmed, in reading order. */
  get needed() {
    const { store: { elements }, forms } = this.space;
    const weighs = ([, body]) => body.status !== "rejected" && (this.#kindOf(body)?.class ?? "routine") !== "routine";
    return [...elements].filter(weighs).sort(([, a], [, b]) => forms.start(a) - forms.start(b)).map(([id]) => id);
  }

  get left() {
    return this.needed.filter((id) => !this.confirmed.has(id));
  }

  /** What keeps the answer from being signed; an answer that was changed may go to a senior reviewer instead. */
  open() {
    if (this.space.store.done.length) return [];
    return this.left.map((id) => ({ message: `Not confirmed: ${this.nameOf(id)}`, go: () => this.goTo(id) }));
  }

  nameOf(id) {
    const body = this.space.store.elements.get(id);
    const kind = this.#kindOf(body);
    const words = body.kind === "relation" ? this.space.nameOf?.(body) : this.space.textOf(body);
    return [kind?.title ?? kind?.key, this.space.forms.answer(body), words].filter(Boolean).join(" · ");
  }

  goTo(id) {
    this.at = id;
    this.space.jumpTo(id);
    this.render();
    announce(`To confirm: ${this.nameOf(id)}`);
  }

  /** The first press goes to an element, the second confirms it and goes to the next: nothing unseen is confirmed. */
  async step() {
    const { left } = this;
    if (!left.length) return announce("Every significant and critical element is confirmed");
    if (!left.includes(this.at)) return this.goTo(left[0]);
    return this.#confirm(this.at, left[left.indexOf(this.at) + 1] ?? left[0]);
  }

  async #confirm(id, next) {
    const { autosave, url } = this.space;
    await autosave.flush();
    if (autosave.unsaved) return announce("Not confirmed: some changes are not saved yet");
    try {
      await put(
        `${url}/confirmations/${encodeURIComponent(id)}`,
        {},
        { headers: { "If-Match": `"${autosave.version}"` } },
      );
    } catch (error) {
      return this.space.fail("Confirming", error);
    }
    this.confirmed.add(id);
    this.at = null;
    if (next !== id) return this.goTo(next);
    this.render();
    return announce("Every significant and critical element is confirmed");
  }

  render() {
    const { needed, left, space } = this;
    if (!needed.length) return redraw(this.strip, []);
    const here = left.includes(this.at) ? this.at : null;
    const key = space.keymap?.show("confirm");
    return redraw(
      this.strip,
      h(
        "p",
        { class: "strip" },
        `Significant and critical: ${needed.length - left.length} of ${needed.length} confirmed. `,
        here ? h("b", null, `${this.nameOf(here)} `) : null,
        left.length
          ? button(here ? "Confirm this one" : "Look at the next one", () => this.step(), {
              key,
              keep: "confirm",
              disabled: space.store.readOnly,
            })
          : null,
      ),
    );
  }
}
