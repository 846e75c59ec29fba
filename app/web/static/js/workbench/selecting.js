// Mouse and keyboard selection in the text: snaps while dragging, offers labels at the place on release.
import { selectedUnits, unitFromDom } from "../annotator/anchoring.js";
import { WordCursor } from "../annotator/wordcursor.js";
import { button, h } from "../lib/dom.js";

export class Selecting {
  /** `choices()` gives [{text, key, mark, act}] for the popover. */
  constructor(space, view, snapper, { choices, onclick }) {
    Object.assign(this, { space, view, snapper, choices, onclick });
    this.popover = h("div", {
      class: "choices",
      popover: "manual",
      role: "group",
      "aria-label": "Label the selection",
    });
    view.root.parentElement.append(this.popover);
    const { signal } = space.life;
    document.addEventListener("selectionchange", () => this.#preview(), { signal });
    view.root.addEventListener("pointerdown", () => (this.dragging = true));
    // Only once the drag was looked at: a save that is answered between the two would empty it.
    const dropped = () => setTimeout(() => (this.dragging = false));
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, dropped, { signal });
    view.root.addEventListener("pointerup", (event) => setTimeout(() => this.#released(event)));
    view.root.addEventListener("scroll", () => this.#hide(), { passive: true });
    space.store.subscribe(({ selection, ids }) => (selection || ids.size) && this.#changed());
  }

  #snap(units, bySigns) {
    return bySigns ? this.snapper.toGraphemes(...units) : this.snapper.toWords(...units);
  }

  #preview() {
    if (this.cursor || !this.view.root.contains(document.activeElement)) return;
    const units = selectedUnits(this.view);
    const snapped = units && this.#snap(units, this.bySigns);
    if (snapped) this.view.paintUnits("snap", [snapped]);
  }

  #released(event) {
    this.dragging = false;
    this.bySigns = event.altKey;
    const units = selectedUnits(this.view);
    const snapped = units && this.#snap(units, event.altKey);
    if (snapped) {
      this.set(...snapped);
      this.#offer();
    } else {
      this.space.store.select(null);
      this.#clicked(event);
    }
  }

  #clicked(event) {
    const mark = event.target.closest?.("mark");
    this.lastPlace = this.#unitAt(event) ?? this.lastPlace;
    this.onclick(mark ? mark.dataset.ids.split(" ") : [], this.lastPlace);
  }

  #unitAt(event) {
    const at = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    if (at) return unitFromDom(this.view, at.offsetNode, at.offset);
    const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
    return range ? unitFromDom(this.view, range.startContainer, range.startOffset) : null;
  }

  /** Selects [start, end) in UTF-16 units, wherever it came from. */
  set(start, end) {
    this.view.paintUnits("snap", [[start, end]]);
    this.view.reveal(start, end);
    this.space.store.select({ start: this.space.table.toPoint(start), end: this.space.table.toPoint(end) });
  }

  #changed() {
    const { selection } = this.space.store;
    if (selection || this.dragging) return; // a save that is answered meanwhile ends no drag
    this.leaveCursor?.();
    this.#hide();
    this.view.paintUnits("snap", []);
    const chosen = document.getSelection();
    if (chosen?.rangeCount && this.view.root.contains(chosen.anchorNode)) chosen.removeAllRanges();
  }

  #offer() {
    const rows = this.choices().map(({ text, key, mark, act }) =>
      button(text, () => { this.#hide(); act(); }, { key, chip: mark }));
    if (!rows.length || this.space.store.readOnly) return;
    this.popover.replaceChildren(...rows);
    this.popover.showPopover();
    const rects = document.getSelection().getRangeAt(0).getClientRects();
    const last = rects[rects.length - 1];
    const { width, height } = this.popover.getBoundingClientRect();
    const below = last.bottom + 8;
    const top = below + height < innerHeight ? below : rects[0].top - height - 14; // never over the words
    this.popover.style.left = `${Math.max(4, Math.min(last.left, innerWidth - width - 8))}px`;
    this.popover.style.top = `${Math.max(4, top)}px`;
  }

  #hide() {
    if (this.popover.matches(":popover-open")) this.popover.hidePopover();
  }

  /** Word cursor: on at a place of the text (UTF-16 unit). */
  startCursor(keymap, unit) {
    if (this.leaveCursor) return;
    const drop = keymap.push((key) => this.cursor.take(key));
    this.leaveCursor = () => {
      drop();
      this.leaveCursor = null;
      this.cursor = null;
      delete this.view.root.dataset.cursor;
    };
    this.view.root.dataset.cursor = "on";
    this.cursor = new WordCursor(this.snapper, unit, {
      onmove: (start, end, text) => {
        this.set(start, end);
        this.space.say(text);
      },
      onend: () => {
        this.leaveCursor?.();
        this.space.store.select(null);
      },
    });
  }
}
