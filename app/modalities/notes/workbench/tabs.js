// The tabs above the details panel (ARIA tabs: arrows move, the panel follows).
import { h } from "../../../js/lib/dom.js";

export class Tabs {
  /** `names` are [name, title, command of the key table]. */
  constructor(root, panel, names, keymap, onshow) {
    Object.assign(this, { panel, onshow, current: names[0][0] });
    this.tabs = names.map(([name, title, command]) => h("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-controls": panel.id, "data-name": name,
      onclick: () => this.show(name), onmousedown: (event) => event.preventDefault(),
    }, title, command && keymap.show(command) ? h("kbd", { "aria-hidden": true }, keymap.show(command)) : null));
    root.append(...this.tabs);
    root.addEventListener("keydown", (event) => this.#arrows(event));
    this.#mark();
  }

  show(name) {
    this.current = name;
    this.#mark();
    this.onshow(name);
  }

  #mark() {
    for (const tab of this.tabs) {
      const on = tab.dataset.name === this.current;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      if (on) this.panel.setAttribute("aria-labelledby", tab.id);
    }
  }

  #arrows(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = this.tabs.findIndex((tab) => tab.dataset.name === this.current);
    const next = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
    this.show(next.dataset.name);
    next.focus();
  }
}
