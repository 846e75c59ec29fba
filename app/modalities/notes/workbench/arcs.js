// Arcs between entities: one SVG over the text, for the entity in focus or all in view; stubs to what is off screen.
import { h, svg } from "../../../js/lib/dom.js";
import { ofKind } from "../../../js/annotator/payload.js";

export const MODES = ["focus", "all", "none"];

export class Arcs {
  /** `titles(type)` names a relation; `lineOf(id)` is the line number of an entity. */
  constructor(view, store, { titles, lineOf }) {
    Object.assign(this, { view, store, titles, lineOf, mode: "focus", waiting: false });
    this.svg = svg("svg", { class: "arcs", "aria-hidden": "true" });
    this.layer = h("div", { class: "arc-layer", "aria-hidden": "true" }, this.svg);
    view.paper.append(this.layer);
    new ResizeObserver(() => this.redraw()).observe(view.body);
  }

  cycle() {
    this.mode = MODES[(MODES.indexOf(this.mode) + 1) % MODES.length];
    this.redraw();
    return this.mode;
  }

  /** Draws before the next paint, once however often it is asked; never per scroll frame. */
  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.#draw();
    });
  }

  #draw() {
    const shown = this.#shown();
    if (!shown.length && !this.svg.firstChild) return; // nothing is measured for nothing
    const box = this.view.body.getBoundingClientRect();
    const parts = [];
    for (const [, relation] of shown) parts.push(...this.#arc(relation, box));
    this.svg.setAttribute("width", box.width);
    this.svg.setAttribute("height", parts.length ? box.height : 0);
    this.svg.replaceChildren(...parts);
  }

  #shown() {
    const { elements, focus } = this.store;
    if (this.mode === "none") return [];
    const wanted = this.mode === "all" ? ofKind(elements, "relation") : elements.hangingOn(focus);
    return wanted.filter(([, r]) => r.kind === "relation" && r.status !== "rejected");
  }

  #place(id, box) {
    const rect = this.view.markOf(id)?.getClientRects()[0];
    return rect ? { x: (rect.left + rect.right) / 2 - box.left, y: rect.top - box.top } : null;
  }

  #arc(relation, box) {
    const a = this.#place(relation.head, box);
    const b = this.#place(relation.tail, box);
    const title = this.titles(relation.type);
    if (!a && !b) return [];
    if (!a || !b)
      return stub(a ?? b, `${title} ${a ? "→" : "←"} line ${this.lineOf(a ? relation.tail : relation.head)}`);
    const lift = Math.min(40, 10 + Math.abs(a.x - b.x) / 8);
    const top = Math.min(a.y, b.y) - lift;
    const path = svg("path", { class: "arc", d: `M${a.x},${a.y} C${a.x},${top} ${b.x},${top} ${b.x},${b.y}` });
    const head = svg("path", { class: "arc-head", d: `M${b.x - 4},${b.y - 7} L${b.x},${b.y} L${b.x + 4},${b.y - 7}` });
    const text = svg(
      "text",
      { class: "arc-text", x: (a.x + b.x) / 2, y: top + lift / 4 + 2, "text-anchor": "middle" },
      title,
    );
    return [path, head, text];
  }
}

function stub(at, words) {
  const line = svg("path", { class: "arc", d: `M${at.x},${at.y} v-7 h10` });
  return [line, svg("text", { class: "arc-text", x: at.x + 13, y: at.y - 4 }, words)];
}
