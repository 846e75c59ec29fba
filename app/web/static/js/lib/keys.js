// Turns key presses into names of the key table: only where focus is, never in a field, remappable, can be off.
import { KEYS, keysFor } from "./keytable.js";

const MAP = "chartmark.keys";
const OFF = "chartmark.keys.off";

function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null; // storage may be forbidden; the defaults serve
  }
}

function store(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    /* kept for this page only */
  }
}

/** The name of a key press as the table writes it, or null. Letters and digits go by position. */
export function keyName(event) {
  if (event.isComposing || event.altKey || event.key === "Dead") return null;
  const control = event.ctrlKey || event.metaKey;
  const positional = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(event.code);
  if (positional && !control) return (event.shiftKey ? "Shift+" : "") + (positional[1] ?? positional[2]).toLowerCase();
  const named = event.key.length > 1;
  const shift = event.shiftKey && (named || control) ? "Shift+" : "";
  return (control ? "Ctrl+" : "") + shift + (named ? event.key : event.key.toLowerCase());
}

const inField = (node) =>
  node.closest?.("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");

export class Keymap {
  /** `screen` lists what can be done there; `handlers` maps a name of the table to a function (key, event). */
  constructor(screen, handlers) {
    this.rows = keysFor(screen);
    this.handlers = handlers;
    this.modes = [];
    this.own = stored(MAP) ?? {};
    this.off = stored(OFF) ?? false;
    this.#index();
  }

  #index() {
    this.byKey = new Map();
    for (const row of this.rows) for (const key of this.keysOf(row)) this.byKey.set(key, row.id);
  }

  keysOf(row) {
    return this.own[row.id] ?? row.keys;
  }

  /** The key to show on a button; nothing when single keys are off. */
  show(id) {
    const row = this.rows.find((entry) => entry.id === id);
    if (!row) return undefined;
    const key = this.keysOf(row)[0];
    return this.off && !key.startsWith("Ctrl+") && key !== "Escape" ? undefined : key;
  }

  /** Listens on `element`: single keys count only while focus is in a part of it marked data-keys (WCAG 2.1.4). */
  attach(element) {
    element.addEventListener("keydown", (event) => this.#handle(event));
  }

  /** Puts a mode on top: `take(key, event)` sees each key first; true means it was meant for the mode. */
  push(take) {
    this.modes.push(take);
    return () => {
      this.modes = this.modes.filter((mode) => mode !== take);
    };
  }

  #handle(event) {
    if (event.defaultPrevented) return;
    const key = keyName(event);
    if (!key) return;
    const anywhere = key === "Ctrl+Enter" || key === "Escape";
    if (inField(event.target) && !anywhere) return;
    if (!event.target.closest("[data-keys]") && !key.startsWith("Ctrl+") && key !== "Escape") return;
    const onControl = event.target.closest("button, a[href], summary, input");
    if (onControl && (key === "Enter" || key === " ")) return;
    const mode = this.modes.at(-1);
    if (mode?.(key, event)) return void event.preventDefault();
    if (this.off && !key.startsWith("Ctrl+") && key !== "Escape") return;
    const id = this.byKey.get(key);
    if (!id || !this.handlers[id]) return;
    event.preventDefault();
    this.handlers[id](key, event);
  }

  switchOff(off) {
    this.off = off;
    store(OFF, off);
  }

  /** Gives a command another key; returns the command that already has it, or null when done. */
  remap(id, key) {
    const taken = this.byKey.get(key) ?? KEYS.find((row) => row.keys.includes(key) && row.id !== id)?.id;
    if (taken && taken !== id) return taken;
    this.own = { ...this.own, [id]: [key] };
    store(MAP, this.own);
    this.#index();
    return null;
  }

  reset() {
    this.own = {};
    store(MAP, this.own);
    this.#index();
  }
}
