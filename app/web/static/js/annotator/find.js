// Find in the note: hits are painted as you type; Enter selects the whole word of the current hit.
import { plural } from "../lib/dom.js";
import { literal } from "../lib/pattern.js";

const MOST = 500;

export class Find {
  /** `onpick(start, end)` in UTF-16 units; `onleave()`. */
  constructor(input, count, view, snapper, { onpick, onleave }) {
    Object.assign(this, { input, count, view, snapper, onpick, onleave, hits: [], at: 0 });
    input.addEventListener("input", () => this.#search());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => view.paintUnits("find", []));
  }

  open(from) {
    this.from = from;
    this.input.value = "";
    this.hits = [];
    this.count.textContent = "";
    this.input.focus();
  }

  #search() {
    const query = this.input.value;
    this.hits = [];
    if (query.length > 1) {
      const pattern = new RegExp(literal(query), "giu");
      for (const match of this.view.text.matchAll(pattern)) {
        this.hits.push([match.index, match.index + match[0].length]);
        if (this.hits.length >= MOST) break;
      }
    }
    this.at = Math.max(0, this.hits.findIndex(([start]) => start >= this.from));
    this.#show();
  }

  #show() {
    this.view.paintUnits("find", this.hits);
    const hit = this.hits[this.at];
    this.view.paintUnits("snap", hit ? [hit] : []);
    if (hit) this.view.reveal(...hit);
    this.count.textContent = this.hits.length
      ? `${this.at + 1} of ${plural(this.hits.length, "hit")}`
      : this.input.value.length > 1
        ? "no hit"
        : "";
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, F3: 1 }[event.key];
    if (event.isComposing) return;
    if (step && this.hits.length) {
      this.at = (this.at + step + this.hits.length) % this.hits.length;
      this.#show();
    } else if (event.key === "Enter" && !event.ctrlKey && this.hits.length) {
      const [start, end] = this.hits[this.at];
      this.onpick(...(this.snapper.toWords(start, end) ?? [start, end]));
    } else if (event.key === "Escape") {
      this.view.paintUnits("snap", []);
      this.onleave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
