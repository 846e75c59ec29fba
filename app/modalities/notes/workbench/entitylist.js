// The list of entities: a listbox that takes the same keys as the note and moves with it.
import { h, redraw } from "../../../js/lib/dom.js";

const WHOLE = 400; // longer lists show a window around the current one; position and size are still told
const WINDOW = 120;

export class EntityList {
  /** `describe(id)` gives {text, tag, color, state, line, signs, code, coded, say}. */
  constructor(root, store, describe, { onpick }) {
    Object.assign(this, { root, store, describe, filter: "all", rows: new Map() });
    this.none = h("div", { class: "mut none", role: "option", "aria-disabled": "true" }, "Nothing here");
    root.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) onpick(row.dataset.id);
    });
    root.addEventListener("keydown", (event) => this.#arrows(event, onpick));
  }

  #arrows(event, onpick) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const id = this.store.neighbour(step);
    if (id) onpick(id);
  }

  get ids() {
    const all = this.store.visible;
    return this.filter === "open" ? all.filter((id) => this.store.elements.get(id).status === "suggested") : all;
  }

  /** Rows whose entity is what it was are kept. */
  render() {
    const ids = this.ids;
    const current = ids.indexOf(this.store.focus);
    const from = ids.length <= WHOLE ? 0 : Math.max(0, Math.min(current - WINDOW / 2, ids.length - WINDOW));
    const before = this.rows;
    this.rows = new Map();
    const shown = ids.slice(from, ids.length <= WHOLE ? WHOLE : from + WINDOW);
    for (const [i, id] of shown.entries()) this.rows.set(id, this.#row(id, from + i, ids.length, before.get(id)));
    redraw(this.root, shown.length ? [...this.rows.values()].map(({ element }) => element) : this.none);
    this.moveTo();
  }

  /** Focus moved: marks the row, keeps it in sight. */
  moveTo() {
    const { focus } = this.store;
    const row = this.rows.get(focus)?.element;
    if (this.marked !== row) this.marked?.setAttribute("aria-selected", "false");
    this.marked = row;
    if (!row) {
      this.root.removeAttribute("aria-activedescendant");
      if (focus && this.ids.length > WHOLE && this.ids.includes(focus)) this.render();
      return;
    }
    row.setAttribute("aria-selected", "true");
    this.root.setAttribute("aria-activedescendant", row.id);
  }

  /** Scrolls to the row of the focus: asks for the layout, so once everything else is drawn. */
  reveal() {
    if (!this.marked) return;
    const { top, bottom } = this.marked.getBoundingClientRect();
    const box = this.root.getBoundingClientRect();
    if (top < box.top) this.root.scrollTop += top - box.top;
    else if (bottom > box.bottom) this.root.scrollTop += bottom - box.bottom;
  }

  /** One entity changed in place. */
  update(id) {
    const held = this.rows.get(id);
    if (!held) return;
    const row = this.#row(id, held.at, held.count);
    held.element.replaceWith(row.element);
    this.rows.set(id, row);
    if (this.marked === held.element) this.marked = row.element;
  }

  #row(id, at, count, held) {
    const body = this.store.elements.get(id);
    const element = held?.body === body ? held.element : this.#element(id);
    if (held?.element !== element || held.at !== at) element.setAttribute("aria-posinset", at + 1);
    if (held?.element !== element || held.count !== count) element.setAttribute("aria-setsize", count);
    return { element, body, at, count };
  }

  #element(id) {
    const what = this.describe(id);
    return h(
      "div",
      {
        role: "option", id: `row-${id}`, "data-id": id, "aria-selected": String(id === this.store.focus),
        class: `row-entity ${what.state}`, "aria-label": what.say,
      },
      h("b", { class: `tag c${what.color}` }, what.tag),
      h("span", { class: "words" }, what.text),
      h("span", { class: "mut" }, what.signs),
      h("span", { class: what.coded || !what.code ? "num" : "num mut proposed" }, what.code),
      h("span", { class: "mut num" }, what.line),
    );
  }
}
