// Linking by hint letters: letters appear on every possible partner in view; a letter, then a digit for the type.
import { h } from "../../../js/lib/dom.js";

const LETTERS = "asdfgqwertzxcvbhjklyuiopnm";

/** Shortest distinct codes of letters, left hand first: one letter up to 26 targets, then two. */
export function hintCodes(count) {
  if (count <= LETTERS.length) return [...LETTERS.slice(0, count)];
  const codes = [];
  for (const a of LETTERS) for (const b of LETTERS) codes.push(a + b);
  return codes.slice(0, count);
}

/** Relation types that may lead from one label to another; `flip` when the focus is the tail. */
export function linkTypes(schema, from, to) {
  const fits = (list, label) => !list?.length || list.includes(label);
  const out = [];
  for (const type of schema.relations ?? []) {
    if (fits(type.head, from) && fits(type.tail, to)) out.push({ ...type, flip: false });
    else if (fits(type.head, to) && fits(type.tail, from)) out.push({ ...type, flip: true });
  }
  return out;
}

/** One linking gesture; ends by `finish(target, type)` or `cancel()`. */
export class Linking {
  constructor(view, store, schema, { say, finish, cancel }) {
    Object.assign(this, { view, store, schema, say, finish, cancel, typed: "", target: null });
    const from = store.focused.label;
    const window = view.root.getBoundingClientRect();
    this.targets = store.visible.filter((id) => {
      if (id === store.focus || store.elements.get(id).status === "rejected") return false;
      if (!linkTypes(schema, from, store.elements.get(id).label).length) return false;
      const rect = view.markOf(id)?.getClientRects()[0];
      return rect && rect.bottom > window.top && rect.top < window.bottom;
    });
    this.codes = hintCodes(this.targets.length);
    this.#show();
    say(this.targets.length ? "Link to: type the letter" : "Nothing in view can be linked to this");
    if (!this.targets.length) cancel();
  }

  #show() {
    const box = this.view.body.getBoundingClientRect();
    this.layer = h("div", { class: "hints", "aria-hidden": true }, this.targets.map((id, i) => {
      const rect = this.view.markOf(id).getClientRects()[0];
      return h(
        "span",
        { class: "hint", vars: { left: `${rect.left - box.left}px`, top: `${rect.top - box.top}px` } },
        this.codes[i],
      );
    }));
    this.view.paper.append(this.layer);
  }

  /** A key of the keyboard; always meant for this gesture. */
  take(key) {
    if (key === "Escape") this.cancel();
    else if (this.target === null && /^[a-z]$/.test(key)) this.#letter(key);
    else if (this.target !== null && /^[1-9]$/.test(key)) this.#type(Number(key) - 1);
    return true;
  }

  #letter(key) {
    this.typed += key;
    const hit = this.codes.indexOf(this.typed);
    if (hit >= 0) this.pick(this.targets[hit]);
    else if (!this.codes.some((code) => code.startsWith(this.typed))) this.typed = "";
  }

  /** By letter or by click. */
  pick(id) {
    this.target = id;
    this.types = linkTypes(this.schema, this.store.focused.label, this.store.elements.get(id).label);
    this.close();
    if (!this.types.length) return this.cancel();
    this.say(
      `Type: ${this.types.map((type, i) => `${i + 1} ${type.title}${type.flip ? " (from there)" : ""}`).join(", ")}`,
    );
    return undefined;
  }

  #type(at) {
    if (this.types[at]) this.finish(this.target, this.types[at]);
  }

  close() {
    this.layer?.remove();
  }
}
