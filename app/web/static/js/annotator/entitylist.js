// The list of entities: a listbox that takes the same keys as the note and moves with it.
import { h, redraw } from "../lib/dom.js";

const WHOLE = 400; // longer lists show a window around the current one; position and size are still told

export class EntityList {
  /** `describe(id)` gives {text, tag, color, state, line, signs, say}. */
  constructor(root, store, describe, { onpick }) {
    Object.assign(this, { root, store, describe, filter: "all" });
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

  render() {
    const ids = this.ids;
    const current = ids.indexOf(this.store.focus);
    const from = ids.length <= WHOLE ? 0 : Math.max(0, Math.min(current - WHOLE / 2, ids.length - WHOLE));
    const rows = ids.slice(from, from + WHOLE).map((id, i) => this.#row(id, from + i, ids.length));
    redraw(this.root, rows.length ? rows : [h("div", { class: "mut none", role: "option", "aria-disabled": "true" }, "Nothing here")]);
    this.moveTo();
  }

  /** Focus moved: marks the row, keeps it in sight. */
  moveTo() {
    this.root.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    const row = this.store.focus && this.root.querySelector(`[data-id="${CSS.escape(this.store.focus)}"]`);
    if (!row) {
      this.root.removeAttribute("aria-activedescendant");
      if (this.store.focus && this.ids.length > WHOLE && this.ids.includes(this.store.focus)) this.render();
      return;
    }
    row.setAttribute("aria-selected", "true");
    this.root.setAttribute("aria-activedescendant", row.id);
    const { top, bottom } = row.getBoundingClientRect();
    const box = this.root.getBoundingClientRect();
    if (top < box.top) this.root.scrollTop += top - box.top;
    else if (bottom > box.bottom) this.root.scrollTop += bottom - box.bottom;
  }

  /** One entity changed in place. */
  update(id) {
    const row = this.root.querySelector(`[data-id="${CSS.escape(id)}"]`);
    const ids = this.ids;
    const at = ids.indexOf(id);
    if (row && at >= 0) row.replaceWith(this.#row(id, at, ids.length));
  }

  #row(id, at, count) {
    const what = this.describe(id);
    return h(
      "div",
      {
        role: "option", id: `row-${id}`, "data-id": id, "aria-selected": String(id === this.store.focus),
        "aria-posinset": at + 1, "aria-setsize": count, class: `row-entity ${what.state}`, "aria-label": what.say,
      },
      h("b", { class: `tag c${what.color}` }, what.tag),
      h("span", { class: "words" }, what.text),
      h("span", { class: "mut" }, what.signs),
      h("span", { class: "mut num" }, what.line),
    );
  }
}
