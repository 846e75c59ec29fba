// A table of questions with one current row: what the report and metadata workbenches share.
import { redraw } from "../lib/dom.js";

export class Rows {
  /** `keys` in order; `draw(key, current)` makes a row; `onmove(key)` after the current row changed. */
  constructor(body, keys, { draw, onmove }) {
    Object.assign(this, { body, keys, draw, onmove, at: 0 });
    body.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-key]");
      if (row && row.dataset.key !== this.current) this.moveTo(row.dataset.key);
    });
  }

  get current() {
    return this.keys[this.at];
  }

  render() {
    redraw(this.body, this.keys.map((key) => this.draw(key, key === this.current)));
  }

  moveTo(key) {
    const at = this.keys.indexOf(key);
    if (at < 0) return;
    this.at = at;
    this.render();
    this.body.children[at].scrollIntoView({ block: "nearest" });
    this.onmove(key);
  }

  /** `step` rows away, over the ends; only rows that are `wanted`. False when there is none. */
  step(step, wanted = () => true) {
    const count = this.keys.length;
    for (let i = 1; i <= count; i++) {
      const key = this.keys[(this.at + step * i + count * (i + 1)) % count];
      if (wanted(key)) {
        this.moveTo(key);
        return true;
      }
    }
    return false;
  }
}
