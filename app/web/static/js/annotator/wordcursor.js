// Selecting without a mouse: a cursor of whole words, moved by arrows, widened with Shift.

export class WordCursor {
  /** `onmove(start, end, text)` in UTF-16 units; `onend()` when it is left. */
  constructor(snapper, at, { onmove, onend }) {
    Object.assign(this, { snapper, onmove, onend });
    this.anchor = snapper.wordFrom(at, 1) ?? snapper.wordFrom(at, -1);
    this.head = this.anchor;
    if (this.anchor) this.#tell();
    else onend();
  }

  take(key) {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[key.replace("Shift+", "")];
    const line = { ArrowDown: 1, ArrowUp: -1 }[key.replace("Shift+", "")];
    const keep = key.startsWith("Shift+");
    if (move) this.#to(this.snapper.wordFrom(move > 0 ? this.head[1] : this.head[0], move), keep);
    else if (line) this.#to(this.#below(line), keep);
    else if (key === "Escape" || key === "m") this.onend();
    else return false;
    return true;
  }

  #below(step) {
    const [from, to] = this.snapper.lineAround(this.head[0]);
    const next = step > 0 ? to + 1 : from - 1;
    if (next < 0 || next > this.snapper.text.length) return null;
    const [start, end] = this.snapper.lineAround(next);
    const column = Math.min(start + (this.head[0] - from), end);
    const words = this.snapper.wordsAround(start);
    return words.findLast(([a]) => a <= column) ?? words[0] ?? this.snapper.wordFrom(start, step);
  }

  #to(word, keep) {
    if (!word) return;
    this.head = word;
    if (!keep) this.anchor = word;
    this.#tell();
  }

  #tell() {
    const start = Math.min(this.anchor[0], this.head[0]);
    const end = Math.max(this.anchor[1], this.head[1]);
    this.onmove(start, end, this.snapper.text.slice(start, end));
  }
}
