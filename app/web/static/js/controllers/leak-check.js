// Checking a text by keyboard, for leaks or for labels: m marks the selection, u takes the last mark back, n sends.
import { keyName } from "../lib/keys.js";
import { LineTable } from "../lib/offsets.js";

export default class LeakCheck {
  constructor(root) {
    this.note = root.querySelector("[data-text]");
    this.list = root.querySelector("[data-marked]");
    this.field = root.querySelector("[name=marks]");
    this.send = root.querySelector("[data-send]");
    // Where there are labels, a mark is of the one that is chosen: `number:start-end`.
    this.label = root.querySelector("[data-label]");
    this.nothing = root.dataset.nothing ?? "No leak, next (n)";
    this.table = new LineTable(this.note.textContent);
    this.marks = [];
    const acts = { m: () => this.mark(), u: () => this.undo(), n: () => this.send.click() };
    for (const [name, key] of [["mark", "m"], ["undo", "u"]]) {
      const button = root.querySelector(`[data-${name}]`);
      button.hidden = false;
      // Pressing the button must not take the selection away.
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", acts[key]);
    }
    root.addEventListener("keydown", (event) => {
      const act = acts[keyName(event)];
      if (!act || event.target.closest("input, select, textarea")) return;
      event.preventDefault();
      act();
    });
    this.note.focus();
    this.draw();
  }

  /** The selection inside the text as code points, or null. */
  selected() {
    const selection = document.getSelection();
    if (!selection?.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!this.note.contains(range.startContainer) || !this.note.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(this.note);
    before.setEnd(range.startContainer, range.startOffset);
    const start = before.toString().length;
    return [this.table.toPoint(start), this.table.toPoint(start + range.toString().length)];
  }

  mark() {
    const place = this.selected();
    if (!place || place[0] >= place[1]) return;
    this.marks.push([...place, this.label ? `${this.label.value}:` : "", this.label?.selectedOptions[0]?.text ?? ""]);
    this.draw();
  }

  undo() {
    this.marks.pop();
    this.draw();
  }

  draw() {
    this.field.value = this.marks.map(([start, end, label]) => `${label}${start}-${end}`).join(",");
    this.list.replaceChildren(
      ...this.marks.map(([start, end, , name]) => {
        const line = document.createElement("li");
        line.textContent = [name, this.table.slice(start, end)].filter(Boolean).join(": ");
        return line;
      }),
    );
    this.send.textContent = this.marks.length ? `Send ${this.marks.length} marked, next (n)` : this.nothing;
  }
}
