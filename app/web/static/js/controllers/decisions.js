// Deciding on rows by keyboard: d and s move, a letter on a choice takes it and goes on, u takes it back.
import { keyName } from "../lib/keys.js";

export default class Decisions {
  constructor(root) {
    this.root = root;
    this.rows = [...root.querySelectorAll("[data-row]")];
    this.count = root.querySelector("[data-count]");
    this.submit = root.querySelector("[data-submit]");
    this.form = this.submit?.form;
    const acts = {
      d: () => this.step(1), ArrowDown: () => this.step(1), s: () => this.step(-1), ArrowUp: () => this.step(-1),
      u: () => this.clear(), a: () => root.querySelector("[data-as-is]")?.click(),
      n: () => document.querySelector("a[data-next]")?.click(), "Ctrl+Enter": () => this.submit?.click(),
    };
    root.addEventListener("keydown", (event) => {
      const key = keyName(event);
      if (!key || event.defaultPrevented) return;
      if (event.target.closest("textarea, select, input:not([type=radio], [type=checkbox])") && key !== "Ctrl+Enter")
        return;
      if (event.target.matches("[type=radio]") && key.startsWith("Arrow")) return;
      const act = this.choice(key) ?? acts[key];
      if (!act) return;
      event.preventDefault();
      act();
    });
    root.addEventListener("change", () => this.draw());
    root.addEventListener("focusin", (event) => {
      const row = event.target.closest("[data-row]");
      if (row) this.point(row);
    });
    for (const link of root.querySelectorAll("[data-jump]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.moveTo(link.closest("[data-row]"));
      });
    }
    for (const place of root.querySelectorAll("[data-at]")) {
      place.addEventListener("click", () =>
        this.moveTo(this.rows.find((row) => row.dataset.place === place.dataset.at)),
      );
    }
    this.draw();
    if (!document.querySelector(".trouble")) this.moveTo(this.rows.find((row) => this.waits(row)) ?? this.rows[0]);
  }

  waits(row) {
    return !row.dataset.decided && !row.querySelector("[type=radio]:checked");
  }

  /** What a letter does in the current row, if it names one of its choices. */
  choice(key) {
    const radio = this.current?.querySelector(`[type=radio][data-key="${CSS.escape(key)}"]`);
    return radio && (() => {
      radio.checked = true;
      this.draw();
      const rest = this.rows
        .slice(this.rows.indexOf(this.current) + 1)
        .find((row) => this.waits(row) && row.offsetParent);
      if (rest) this.moveTo(rest);
      else this.moveTo(this.current);
    });
  }

  clear() {
    for (const radio of this.current?.querySelectorAll("[type=radio]") ?? []) radio.checked = false;
    this.draw();
  }

  step(by) {
    const seen = this.rows.filter((row) => row.offsetParent);
    const next = seen[seen.indexOf(this.current) + by];
    if (next) this.moveTo(next);
  }

  moveTo(row) {
    if (!row) return;
    row.closest("details")?.setAttribute("open", "");
    this.point(row);
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  /** Marks the row, and its place in the text beside it. */
  point(row) {
    this.current = row;
    for (const one of this.rows) one.setAttribute("aria-current", String(one === row));
    for (const place of this.root.querySelectorAll("[data-at]")) {
      const here = place.dataset.at === row.dataset.place;
      place.toggleAttribute("data-now", here);
      if (here) place.scrollIntoView({ block: "nearest" });
    }
  }

  draw() {
    let made = 0;
    for (const row of this.rows) {
      const chosen = row.querySelector("[type=radio]:checked");
      row.toggleAttribute("data-chosen", Boolean(chosen));
      if (chosen) row.dataset.chosen = chosen.value;
      made += Boolean(chosen);
    }
    if (this.count) this.count.textContent = made ? `${made} of ${this.rows.length} decided` : "";
  }
}
