// The elements of one workspace: a Map that keeps what is asked at each key press, so that nobody has to seek it. Pure.
import { lastAtMost } from "../lib/offsets.js";

export class Elements extends Map {
  #forms;
  #kinds = new Map(); // kind → Map of id → body
  #hanging = new Map(); // id → Set of ids of what refers to it
  #order = [];
  #starts = null; // of what is in order
  #moved = new Set(); // ids whose place in the order is to be found anew
  #open = 0;

  /** `forms` say what stands in the text by itself, where, and what refers to what. */
  constructor(forms, entries) {
    super();
    this.#forms = forms;
    for (const [id, body] of entries) this.set(id, body);
  }

  set(id, body) {
    this.#change(id, this.get(id) ?? null, body);
    return super.set(id, body);
  }

  delete(id) {
    if (this.has(id)) this.#change(id, this.get(id), null);
    return super.delete(id);
  }

  #change(id, before, after) {
    this.#open += Number(after?.status === "suggested") - Number(before?.status === "suggested");
    if (before && before.kind !== after?.kind) this.#kinds.get(before.kind).delete(id);
    if (after) entry(this.#kinds, after.kind, Map).set(id, after);
    const [ends, now] = [this.#ends(before), this.#ends(after)];
    for (const end of ends) if (!now.includes(end)) this.#hanging.get(end)?.delete(id);
    for (const end of now) entry(this.#hanging, end, Set).add(id);
    if (!samePlace(this.#place(before), this.#place(after))) this.#moved.add(id);
  }

  #ends(body) {
    return body ? this.#forms.references(body).flatMap(({ name }) => body[name] ?? []) : [];
  }

  /** [start, -end] of what stands in the text by itself, else null. */
  #place(body) {
    return body && this.#forms.place(body) ? [this.#forms.start(body), -this.#forms.end(body)] : null;
  }

  /** [[id, body]] of one kind. */
  ofKind(kind) {
    return [...(this.#kinds.get(kind) ?? [])];
  }

  /** [[id, body]] of what refers to an element. */
  hangingOn(id) {
    return [...(this.#hanging.get(id) ?? [])].map((other) => [other, this.get(other)]);
  }

  /** How many wait for a verdict. */
  get open() {
    return this.#open;
  }

  /** Ids of what stands in the text by itself, in reading order: by start, the longer one first. */
  get order() {
    if (this.#moved.size) {
      const moved = this.#moved;
      const stayed = this.#order.filter((id) => !moved.has(id));
      this.#order = this.#merged(stayed, this.#sorted(moved));
      this.#starts = null;
      this.#moved = new Set();
    }
    return this.#order;
  }

  #sorted(ids) {
    const placed = [...ids].map((id) => [id, this.#place(this.get(id))]).filter(([, place]) => place);
    return placed.sort(([a, x], [b, y]) => ordered(x, y, a, b)).map(([id]) => id);
  }

  #merged(one, other) {
    if (!one.length) return other;
    const out = [];
    let at = 0;
    for (const id of other) {
      const end = this.#firstAfter(one, id, at);
      for (; at < end; at++) out.push(one[at]);
      out.push(id);
    }
    for (; at < one.length; at++) out.push(one[at]);
    return out;
  }

  /** Where an id would stand in an ordered list. */
  #firstAfter(list, id, from = 0) {
    let low = from;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(list[middle], id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(a, b) {
    return ordered(this.#place(this.get(a)), this.#place(this.get(b)), a, b);
  }

  /** The place of an element in the reading order; -1: it has none. */
  position(id) {
    const { order } = this;
    if (!this.#place(this.get(id))) return -1;
    return this.#firstAfter(order, id);
  }

  /** Ids of what begins at a code point. */
  startingAt(point) {
    const { order } = this;
    this.#starts ??= order.map((id) => this.#place(this.get(id))[0]);
    let at = order.length ? lastAtMost(this.#starts, point) : -1;
    const found = [];
    for (; at >= 0 && this.#starts[at] === point; at--) found.push(order[at]);
    return found;
  }
}

const ordered = (x, y, a, b) => x[0] - y[0] || x[1] - y[1] || (a < b ? -1 : Number(a > b));
const samePlace = (a, b) => a === b || (a !== null && b !== null && a[0] === b[0] && a[1] === b[1]);

function entry(map, key, Kind) {
  if (!map.has(key)) map.set(key, new Kind());
  return map.get(key);
}
