// Builds DOM from text nodes and attributes only: no markup strings anywhere (Trusted Types).

/** h("button", {class: "pri", onclick, "aria-pressed": true}, "Accept", kbd) */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "vars") for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
    else if (name === "value") element.value = value;
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

const CAPS = { ArrowRight: "→", ArrowLeft: "←", ArrowUp: "↑", ArrowDown: "↓", Enter: "↵", Delete: "Del", Escape: "Esc" };

/** A key of the table as it is drawn: "Shift+ArrowRight" → "Shift →" */
export const keyCap = (key) => key.split("+").map((part) => CAPS[part] ?? part).join(" ");

/** A button that does not take focus from the note when pressed with the mouse. */
export function button(text, onclick, { key, pressed, primary, disabled, keep, label, chip } = {}) {
  return h(
    "button",
    {
      type: "button", onclick, disabled, "aria-label": label,
      "aria-pressed": pressed === undefined ? null : pressed,
      "aria-keyshortcuts": key && key.length > 1 ? key.replace("Ctrl", "Control") : key,
      class: [primary ? "pri" : "", chip === undefined ? "" : `chip c${chip}`].join(" ").trim() || null,
      dataset: keep ? { keep } : {},
      onmousedown: (event) => event.preventDefault(),
    },
    text,
    key ? h("kbd", { "aria-hidden": true }, keyCap(key)) : null,
  );
}

/** Replaces the children of `root`; focus stays on the control that carries the same data-keep, or at least in `root`. */
export function redraw(root, ...children) {
  const held = root.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
  root.replaceChildren(...children.flat().filter(Boolean));
  if (held) (root.querySelector(`[data-keep="${CSS.escape(held)}"]`) ?? root.querySelector("button, select, input, textarea"))?.focus();
}

export function option(value, text, current) {
  const element = h("option", { value }, text);
  element.selected = value === current;
  return element;
}

export function select(label, pairs, current, onchange, { keep, inline = true, disabled } = {}) {
  const control = h("select", { disabled, dataset: keep ? { keep } : {}, onchange: (event) => onchange(event.target.value) },
    pairs.map(([value, text]) => option(value, text, current)));
  return h("label", { class: inline ? "field inline" : "field" }, h("span", null, label), control);
}

/** "life_threatening" → "life threatening" */
export const spoken = (word) => String(word ?? "").replaceAll("_", " ");

export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
