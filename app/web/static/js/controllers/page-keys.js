// What every workbench page does alike: going to another item, and buttons that call commands.

import { goTo } from "../lib/address.js";

/** After "go": n next item, p previous item, w work list; anything else leaves. */
export function go(root, keymap, say) {
  say("Go: n next item, p previous item, w work list");
  const leave = keymap.push((key) => {
    leave();
    const to = { n: root.dataset.next, p: root.dataset.previous, w: root.dataset.home }[key];
    if (to) goTo(to);
    return true;
  });
}

/** Buttons marked data-do call the command of that name, and leave focus where it was. */
export function wireButtons(root, acts) {
  root.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (name) acts[name]?.();
  });
  for (const control of root.querySelectorAll("[data-do]"))
    control.addEventListener("mousedown", (event) => event.preventDefault());
}
