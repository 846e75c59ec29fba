// The state of one workspace: elements, focus, selection, what is hidden, undo. Knows no DOM and no server.
import { Elements } from "./elements.js";
import { same } from "./payload.js";

export class Store {
  /** `forms` say what stands in the text by itself, and where. */
  constructor(elements, forms) {
    this.forms = forms;
    this.elements = new Elements(forms, Object.entries(elements));
    this.focus = null;
    this.selection = null; // {start, end}, code points
    this.edge = "end";
    this.hidden = new Set(); // labels not shown
    this.done = [];
    this.undone = [];
    this.readOnly = false;
    this.#listeners = [];
    this.#visible = null;
  }

  #listeners;
  #visible;

  /** listener({ids: Set, actions: [{id, body}] | null, focus: bool, selection: bool, view: bool}) */
  subscribe(listener) {
    this.#listeners.push(listener);
  }

  #tell(what) {
    if (what.ids?.size || what.view) this.#visible = null;
    const event = { ids: new Set(), actions: null, focus: false, selection: false, view: false, ...what };
    for (const listener of this.#listeners) listener(event);
  }

  get order() {
    return this.elements.order;
  }

  /** What stands in the text and is shown, in reading order. */
  get visible() {
    if (!this.hidden.size) return this.order;
    this.#visible ??= this.order.filter((id) => !this.hidden.has(this.forms.key(this.elements.get(id))));
    return this.#visible;
  }

  get focused() {
    return this.focus === null ? null : (this.elements.get(this.focus) ?? null);
  }

  /** Runs a command; what changes nothing is not a step. Returns whether anything changed. */
  run(command) {
    if (this.readOnly || !command) return false;
    const forward = command.actions.filter(({ id, body }) => !same(this.elements.get(id) ?? null, body));
    if (!forward.length) return false;
    const backward = forward.map(({ id }) => ({ id, body: this.elements.get(id) ?? null })).reverse();
    this.done.push({ title: command.title, forward, backward, focus: this.focus });
    this.undone = [];
    this.#apply(forward, command.focus);
    return true;
  }

  #apply(actions, focus) {
    const ids = new Set();
    for (const { id, body } of actions) {
      if (body === null) this.elements.delete(id);
      else this.elements.set(id, body);
      ids.add(id);
    }
    const wanted = focus !== undefined ? focus : this.focus;
    const next = this.elements.has(wanted) ? wanted : null;
    const moved = next !== this.focus;
    this.focus = next;
    this.#tell({ ids, actions, focus: moved });
  }

  undo() {
    return this.#step(this.done, this.undone, "backward");
  }

  redo() {
    return this.#step(this.undone, this.done, "forward");
  }

  #step(from, to, direction) {
    if (this.readOnly || !from.length) return null;
    const entry = from.pop();
    to.push(entry);
    const shown = entry[direction].find(({ body }) => body && this.forms.place(body));
    this.#apply(entry[direction], shown ? shown.id : entry.focus);
    return entry.title;
  }

  /** Takes over what the server knows; not a step of undo, not sent again. */
  replace(changes) {
    const ids = new Set();
    for (const [id, body] of changes) {
      if (body === null) this.elements.delete(id);
      else this.elements.set(id, body);
      ids.add(id);
    }
    if (!this.elements.has(this.focus)) this.focus = null;
    this.#tell({ ids });
  }

  focusOn(id) {
    if (this.focus === id) return;
    this.focus = id;
    this.edge = "end";
    this.#tell({ focus: true });
  }

  select(range) {
    if (same(range, this.selection)) return;
    this.selection = range;
    this.#tell({ selection: true });
  }

  switchEdge() {
    this.edge = this.edge === "end" ? "start" : "end";
    this.#tell({ selection: true });
  }

  toggleLabel(label) {
    if (!this.hidden.delete(label)) this.hidden.add(label);
    this.#tell({ view: true });
  }

  setReadOnly(readOnly) {
    this.readOnly = readOnly;
    this.#tell({ view: true });
  }

  /** The one `step` places away in reading order; from none, the first or last. */
  neighbour(step, wanted = () => true) {
    const order = this.visible;
    if (!order.length) return null;
    const from = order.indexOf(this.focus);
    const begin = from < 0 ? (step > 0 ? -1 : order.length) : from;
    for (let i = 1; i <= order.length; i++) {
      const at = (begin + step * i + order.length * (i + 1)) % order.length;
      const id = order[at];
      if (wanted(this.elements.get(id), id)) return id;
    }
    return null;
  }
}
