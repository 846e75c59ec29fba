// Combobox (ARIA 1.2) over a code system: candidates at once, then search as you type.
import { h, redraw } from "../lib/dom.js";

const PAUSE = 80; // ms without a key before a request
let count = 0;

export class CodeSearch {
  /** `search(query, signal)` and `candidates(signal)` answer {release, validity, hits}; `pick(hit, release)`. */
  constructor({ label, search, candidates, pick, leave }) {
    Object.assign(this, { search, candidates, pick, leave, hits: [], active: -1, release: "" });
    const id = `codes-${++count}`;
    this.list = h("ul", { role: "listbox", id, "aria-label": `${label}: hits`, class: "hits", hidden: true });
    this.input = h("input", {
      type: "text", role: "combobox", "aria-label": label, "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": id, autocomplete: "off", spellcheck: "false", placeholder: "term or code", dataset: { keep: id },
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onblur: () => this.#close(),
      onfocus: () => this.#opened(),
    });
    this.note = h("p", { class: "mut small", role: "status" });
    this.element = h("div", { class: "combo" }, this.input, this.list, this.note);
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const row = event.target.closest("[role=option]");
      if (row) this.#take(Number(row.dataset.at));
    });
  }

  /** Candidates are fetched when the entity gets focus, so that "c Enter" is often enough. */
  prefetch(key) {
    if (this.prefetched === key) return;
    this.prefetched = key;
    this.ready = null;
    this.input.value = "";
    this.#close();
    this.note.textContent = "";
    clearTimeout(this.early);
    this.early = setTimeout(() => this.#fetchCandidates(key), 150);
  }

  async #fetchCandidates(key) {
    clearTimeout(this.early);
    this.fetching = this.candidates?.().then((answer) => {
      if (this.prefetched === key) this.ready = answer;
    }, () => {});
    await this.fetching;
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  async #opened() {
    if (this.input.value.trim()) return;
    if (!this.ready && this.candidates) await this.#fetchCandidates(this.prefetched);
    if (this.ready && !this.input.value.trim() && document.activeElement === this.input) this.#show(this.ready);
  }

  #typed() {
    clearTimeout(this.timer);
    this.flight?.abort();
    const query = this.input.value.trim();
    if (!query) return void this.#opened();
    if (query.length < 2) return void this.#close();
    this.hits = [];
    this.timer = setTimeout(() => this.#ask(query), PAUSE);
    return undefined;
  }

  async #ask(query) {
    this.flight = new AbortController();
    try {
      this.#show(await this.search(query, this.flight.signal));
      if (this.waiting && this.hits.length) this.#take(0);
    } catch (error) {
      if (error.name !== "AbortError") this.note.textContent = `Search failed: ${error.message}`;
    } finally {
      this.waiting = false;
    }
  }

  #show({ release, validity, hits, said = [] }) {
    Object.assign(this, { hits, release, said });
    this.active = hits.length ? 0 : -1;
    this.input.setAttribute("aria-expanded", String(hits.length > 0));
    this.list.hidden = !hits.length;
    redraw(this.list, hits.map((hit, at) => this.#row(hit, at)));
    this.#point();
    const valid = validity?.from ? `valid ${validity.from} to ${validity.to ?? "now"}` : null;
    const where = [release, valid].filter(Boolean).join(", ");
    this.note.textContent = [...said, hits.length ? where : `Nothing found in ${where}`].join(" · ");
    this.element.scrollIntoView({ block: "nearest" });
  }

  #row(hit, at) {
    const flags = [
      hit.then ? `${hit.code} + ${hit.then}` : hit.code,
      hit.billable === false ? "not billable" : null,
      hit.active === false ? `no longer valid${hit.replaced_by ? `, now ${hit.replaced_by}` : ""}` : null,
      hit.preferred && hit.preferred !== hit.term ? hit.preferred : null,
      hit.used ? `used ${hit.used}× in this project` : null,
      hit.why || null,
      ...(at === 0 ? this.said : []),
    ]; // the list covers the note below it
    return h(
      "li",
      { role: "option", id: `${this.list.id}-${at}`, "data-at": at },
      h("span", { class: "term" }, marked(hit)),
      h("span", { class: "mut" }, flags.filter(Boolean).join(" · ")),
    );
  }

  #point() {
    [...this.list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === this.active)));
    const row = this.list.children[this.active];
    if (row) {
      this.input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.hits.length) {
      this.active = (this.active + step + this.hits.length) % this.hits.length;
      this.#point();
    } else if (event.key === "Enter" && !event.ctrlKey) {
      if (this.hits.length) this.#take(Math.max(0, this.active));
      else this.waiting = true; // Enter before the answer: take the first when it comes
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.#close();
      this.leave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #take(at) {
    const hit = this.hits[at];
    this.input.value = "";
    this.#close();
    this.pick(hit, this.release);
    this.leave();
  }

  #close() {
    clearTimeout(this.timer);
    this.hits = [];
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/** The term with what matched in bold: `marks` are [start, end] in code points of the term. */
function marked({ term, marks }) {
  const letters = [...term];
  const parts = [];
  let at = 0;
  for (const [start, end] of marks ?? []) {
    parts.push(letters.slice(at, start).join(""), h("b", null, letters.slice(start, end).join("")));
    at = end;
  }
  return h("span", null, parts, letters.slice(at).join(""));
}
