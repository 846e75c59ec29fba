// Builds DOM from text nodes and attributes only: no markup strings anywhere (Trusted Types).

import { at } from "./address.js";

/** h("button", {class: "pri", onclick, "aria-pressed": true}, "Accept", kbd) */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "vars") for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
    else if (name === "value") element.value = value;
    else if (name === "href") element.setAttribute(name, at(value));
    else element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const CAPS = {
  ArrowRight: "→",
  ArrowLeft: "←",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Enter: "↵",
  Delete: "Del",
  Escape: "Esc",
};

/** A key of the table as it is drawn: "Shift+ArrowRight" → "Shift →" */
export const keyCap = (key) => key.split("+").map((part) => CAPS[part] ?? part).join(" ");

/** A button that does not take focus from the note when pressed with the mouse. `chip`: the mark of a label. */
export function button(text, onclick, { key, pressed, primary, disabled, keep, label, chip } = {}) {
  return h(
    "button",
    {
      type: "button", onclick, disabled, "aria-label": label,
      "aria-pressed": pressed === undefined ? null : pressed,
      "aria-keyshortcuts": key && key.length > 1 ? key.replace("Ctrl", "Control") : key,
      class: [primary ? "pri" : "", chip ? `chip c${chip.color}` : ""].join(" ").trim() || null,
      dataset: { ...(keep ? { keep } : {}), ...(chip ? { line: chip.line } : {}) },
      onmousedown: (event) => event.preventDefault(),
    },
    text,
    key ? h("kbd", { "aria-hidden": true }, keyCap(key)) : null,
  );
}

/**
 * Makes these the children of `root`: what is there already stays where it is, untouched. Focus stays on the control
 * that carries the same data-keep, or at least in `root`.
 */
export function redraw(root, ...children) {
  const wanted = children.flat().filter(Boolean);
  const active = root.contains(document.activeElement) ? document.activeElement : null;
  const held = active?.dataset.keep;
  const stays = new Set(wanted);
  for (const child of [...root.childNodes]) if (!stays.has(child)) child.remove();
  let at = root.firstChild;
  for (const child of wanted) {
    if (child === at) at = at.nextSibling;
    else root.insertBefore(typeof child === "string" ? document.createTextNode(child) : child, at);
  }
  if (held && document.activeElement !== active)
    (
      root.querySelector(`[data-keep="${CSS.escape(held)}"]`) ?? root.querySelector("button, select, input, textarea")
    )?.focus();
}

/** Parts of something that is drawn again and again: each is built anew only when what it says has changed. */
export class Parts {
  #kept = new Map();

  /** `says` is all that `build()` depends on, as JSON. */
  of(name, says, build) {
    const now = JSON.stringify(says);
    if (this.#kept.get(name)?.now !== now) this.#kept.set(name, { now, part: build() });
    return this.#kept.get(name).part;
  }
}

export function option(value, text, current) {
  const element = h("option", { value }, text);
  element.selected = value === current;
  return element;
}

export function select(label, pairs, current, onchange, { keep, inline = true, disabled } = {}) {
  const control = h(
    "select",
    { disabled, dataset: keep ? { keep } : {}, onchange: (event) => onchange(event.target.value) },
    pairs.map(([value, text]) => option(value, text, current)),
  );
  return h("label", { class: inline ? "field inline" : "field" }, h("span", null, label), control);
}

/** "life_threatening" → "life threatening" */
export const spoken = (word) => String(word ?? "").replaceAll("_", " ");

export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
