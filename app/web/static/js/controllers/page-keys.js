// What every workbench page does alike: the guideline beside it, and going to another item.

export function toggleGuideline(root, section) {
  const guide = root.querySelector(".guide");
  if (!guide) return;
  const show = section !== undefined || guide.hidden;
  guide.hidden = !show;
  for (const control of root.querySelectorAll('[data-do="guideline"]')) control.setAttribute("aria-pressed", String(show));
  const place = section && guide.querySelector(`[data-section="${CSS.escape(section)}"]`);
  if (!place) return;
  place.scrollIntoView({ block: "start" });
  place.focus({ preventScroll: true });
}

/** After "go": n next item, p previous item, w work list; anything else leaves. */
export function go(root, keymap, say) {
  say("Go: n next item, p previous item, w work list");
  const leave = keymap.push((key) => {
    leave();
    const to = { n: root.dataset.next, p: root.dataset.previous, w: root.dataset.home }[key];
    if (to) location.assign(to);
    return true;
  });
}

/** Buttons marked data-do call the command of that name, and leave focus where it was. */
export function wireButtons(root, acts) {
  root.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (name) acts[name]?.();
  });
  for (const control of root.querySelectorAll("[data-do]")) control.addEventListener("mousedown", (event) => event.preventDefault());
}
