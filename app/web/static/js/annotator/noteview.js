// Draws a note: text nodes in lines, lines in chunks of 32, marks built when a chunk comes near the window.
import { h } from "../lib/dom.js";
import { paint } from "../lib/highlight.js";
import { lastAtMost } from "../lib/offsets.js";
import { rangeOf } from "./anchoring.js";
import { LANES, freeLane, segments } from "./segment.js";

const CHUNK = 32;
const NEAR = "800px 0px";
const LONG = 4000; // longer lines are cut at sentence ends into several blocks; offsets do not change

export class NoteView {
  /** `root` is the scroll container; `table` the LineTable of the text. */
  constructor(root, table, { lang = "en", ondrawn = () => {} } = {}) {
    this.root = root;
    this.table = table;
    this.text = table.text;
    this.ondrawn = ondrawn;
    this.spans = new Map();
    this.blocks = blocksOf(table);
    this.starts = this.blocks.map((block) => block.start);
    this.onBlock = new Map(); // block number → set of span ids
    this.dirty = new Map(); // chunk → set of block numbers to be drawn when it is near
    this.near = new Set();
    this.marks = new Map(); // block number → Map of span id → its first mark there
    root.lang = lang;
    this.#build();
  }

  #build() {
    this.body = h("div", { class: "text" });
    this.numbers = new WeakMap();
    this.chunks = [];
    for (let from = 0; from < this.blocks.length; from += CHUNK) {
      const chunk = h("div", { class: "chunk" });
      for (let i = from; i < Math.min(from + CHUNK, this.blocks.length); i++) {
        const block = this.blocks[i];
        block.element = line(block.label, this.text.slice(block.start, block.end));
        this.numbers.set(block.element, i);
        chunk.append(block.element);
      }
      this.numbers.set(chunk, this.chunks.length);
      this.chunks.push(chunk);
    }
    this.body.append(...this.chunks);
    // Layers (arcs, hints) lie beside the text, so that its textContent stays exactly the note.
    this.paper = h("div", { class: "paper" }, this.body);
    this.root.append(this.paper);
    const watcher = new IntersectionObserver((entries) => this.#seen(entries), { root: this.root, rootMargin: NEAR });
    for (const chunk of this.chunks) watcher.observe(chunk);
  }

  #seen(entries) {
    for (const entry of entries) {
      const number = this.numbers.get(entry.target);
      if (entry.isIntersecting) this.near.add(number);
      else this.near.delete(number);
    }
    this.draw();
  }

  lineOfElement(element) {
    return this.blocks[this.numbers.get(element)];
  }

  lineAtUnit(unit) {
    return this.blocks[this.numberAt(unit)];
  }

  numberAt(unit) {
    return lastAtMost(this.starts, unit);
  }

  #blocksOver(span) {
    const numbers = new Set();
    for (const [start, end] of span.pieces) {
      for (let i = lastAtMost(this.starts, start); i < this.blocks.length && this.starts[i] < end; i++) numbers.add(i);
    }
    return numbers;
  }

  /** Puts, changes or (null) takes away a span: {id, pieces, tint, line, loud, color, tag, say}. Call draw() after. */
  setSpan(id, span) {
    const old = this.spans.get(id);
    if (old) {
      for (const number of this.#blocksOver(old)) {
        this.onBlock.get(number)?.delete(id);
        this.#stale(number);
      }
      this.spans.delete(id);
    }
    if (!span) return;
    const numbers = this.#blocksOver(span);
    const neighbours = new Set();
    for (const number of numbers)
      for (const other of this.onBlock.get(number) ?? []) neighbours.add(this.spans.get(other));
    span.lane = freeLane(span, neighbours);
    this.spans.set(id, span);
    for (const number of numbers) {
      if (!this.onBlock.has(number)) this.onBlock.set(number, new Set());
      this.onBlock.get(number).add(id);
      this.#stale(number);
    }
  }

  #stale(number) {
    const chunk = Math.floor(number / CHUNK);
    if (!this.dirty.has(chunk)) this.dirty.set(chunk, new Set());
    this.dirty.get(chunk).add(number);
  }

  /** Rebuilds the lines that changed and are near; the others wait until they come near. */
  draw() {
    let drawn = false;
    for (const chunk of this.near) {
      for (const number of this.dirty.get(chunk) ?? []) drawn = this.#drawBlock(number);
      this.dirty.delete(chunk);
    }
    if (drawn) this.#paintCurrent();
    this.ondrawn();
  }

  #drawBlock(number) {
    const block = this.blocks[number];
    const ids = this.onBlock.get(number) ?? new Set();
    const spans = [...ids].map((id) => this.spans.get(id)).sort(asRead); // not as they came
    const marks = new Map();
    const parts = segments(block.start, block.end, spans).map((segment) => {
      const text = this.text.slice(segment.start, segment.end);
      if (!segment.ids.length) return text;
      const mark = this.#mark(segment, text);
      for (const id of segment.ids) if (!marks.has(id)) marks.set(id, mark);
      return mark;
    });
    this.marks.set(number, marks);
    block.element.replaceChildren(...parts);
    return true;
  }

  #mark(segment, text) {
    const spans = segment.ids.map((id) => this.spans.get(id));
    const inner = spans.reduce((a, b) => (size(a) <= size(b) ? a : b));
    const mark = h("mark", { "data-ids": segment.ids.join(" "), class: inner.tint }, text);
    for (const span of spans) {
      if (span.lane === 0) mark.dataset.line = span.line;
      if (span.loud) mark.classList.add("loud");
      if (span.lane < LANES) mark.style.setProperty(`--l${span.lane}`, `var(--c${span.color})`);
    }
    const begin = spans.filter((span) => span.pieces[0][0] === segment.start);
    const more = spans.filter((span) => span.lane >= LANES).length;
    if (begin.length) {
      mark.dataset.tag = begin.map((span) => span.tag).join(" · ") + (more ? ` +${more}` : "");
      mark.dataset.say = `${begin.map((span) => span.say).join(", ")}: `;
      mark.style.setProperty("--tag", `var(--c${begin[0].color})`);
    }
    return mark;
  }

  /** Paints the current entity; an outline on segments would show a seam where spans nest. */
  setCurrent(id, edge = "end") {
    if (this.current === id && this.edge === edge) return;
    this.current = id;
    this.edge = edge;
    this.#paintCurrent();
  }

  #paintCurrent() {
    const span = this.spans.get(this.current);
    const pieces = span?.pieces ?? [];
    paint(
      "current",
      pieces.map(([start, end]) => rangeOf(this, start, end)),
    );
    const edge = pieces.length
      ? this.edge === "end"
        ? [pieces.at(-1)[1] - 1, pieces.at(-1)[1]]
        : [pieces[0][0], pieces[0][0] + 1]
      : null;
    paint("edge", edge ? [rangeOf(this, ...edge)] : []);
  }

  paintUnits(name, pieces) {
    paint(
      name,
      pieces.map(([start, end]) => rangeOf(this, start, end)),
    );
  }

  /** Scrolls a place into the middle third unless it is comfortably in view. */
  reveal(start, end = start + 1) {
    const block = this.lineAtUnit(start);
    const window = this.root.getBoundingClientRect();
    const rough = block.element.getBoundingClientRect();
    if (rough.bottom < window.top - 800 || rough.top > window.bottom + 800)
      block.element.scrollIntoView({ block: "center" });
    const rect = rangeOf(this, start, Math.max(end, start + 1)).getBoundingClientRect();
    if (rect.top >= window.top + 40 && rect.bottom <= window.bottom - 40) return;
    this.root.scrollTop += rect.top - window.top - this.root.clientHeight / 3;
  }

  /** First mark of an entity, when it is drawn. */
  markOf(id) {
    const span = this.spans.get(id);
    return (span && this.marks.get(this.numberAt(span.pieces[0][0]))?.get(id)) ?? null;
  }
}

/** Made by hand: a long note has ten thousand of them. */
function line(label, text) {
  const element = document.createElement("div");
  element.className = "ln";
  element.dir = "auto";
  element.dataset.n = label;
  element.textContent = text;
  return element;
}

const asRead = (a, b) => a.pieces[0][0] - b.pieces[0][0] || size(b) - size(a) || (a.id < b.id ? -1 : 1);
const size = (span) => span.pieces.at(-1)[1] - span.pieces[0][0];

/** Lines of the text, the very long ones cut: [{start, end, label}], UTF-16, "\n" included. */
export function blocksOf(table) {
  const blocks = [];
  for (let line = 0; line < table.lines; line++) {
    const start = table.units[line];
    const end = line + 1 < table.lines ? table.units[line + 1] : table.text.length;
    if (start === end && line > 0) continue; // nothing after the last "\n"
    let from = start;
    while (end - from > LONG) {
      const to = cutNear(table.text, from, from + LONG);
      blocks.push({ start: from, end: to, label: from === start ? line + 1 : "↩" });
      from = to;
    }
    blocks.push({ start: from, end, label: from === start ? line + 1 : "↩" });
  }
  return blocks;
}

function cutNear(text, from, to) {
  const window = text.slice(from, to);
  const sentence = Math.max(window.lastIndexOf(". "), window.lastIndexOf("。"));
  const cut = sentence > 0 ? sentence + (window[sentence] === "." ? 2 : 1) : window.lastIndexOf(" ") + 1;
  if (cut > 0) return from + cut;
  return /[\ud800-\udbff]/.test(text[to - 1]) ? to - 1 : to;
}
