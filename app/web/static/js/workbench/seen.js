// What was on the screen long enough to be read: lines, by looking twice a second.

const GLANCE = 400; // ms a line must stay in view

export class Seen {
  /** `signal` ends the looking. */
  constructor(view, signal) {
    this.view = view;
    this.lines = new Set();
    this.candidates = new Set();
    const timer = setInterval(() => this.#look(), GLANCE);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  #look() {
    if (document.hidden) return;
    const [first, last] = this.#window();
    const now = new Set();
    for (let i = first; i <= last; i++) {
      if (this.candidates.has(i)) this.lines.add(i);
      now.add(i);
    }
    this.candidates = now;
  }

  #window() {
    const box = this.view.root.getBoundingClientRect();
    const { blocks } = this.view;
    const below = (y) => {
      let low = 0;
      let high = blocks.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (blocks[middle].element.getBoundingClientRect().bottom > y) high = middle;
        else low = middle + 1;
      }
      return low;
    };
    return [below(box.top), below(box.bottom - 1)];
  }

  /** How much of the text was in view, of one. */
  get share() {
    return this.lines.size / this.view.blocks.length;
  }

  hasUnit(unit) {
    return this.lines.has(this.view.numberAt(unit));
  }

  /** Runs of lines with text that were never in view: [{start, end}] block numbers. */
  missed() {
    const runs = [];
    this.view.blocks.forEach((block, i) => {
      if (this.lines.has(i) || !this.view.text.slice(block.start, block.end).trim()) return;
      const last = runs.at(-1);
      if (last && last.end === i - 1) last.end = i;
      else runs.push({ start: i, end: i });
    });
    return runs;
  }
}
