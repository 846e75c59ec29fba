// DOM positions inside the note ↔ UTF-16 offsets of the text.

/** `view` gives lineOfElement(element) and lineAtUnit(unit) with {element, start, end}. */
export function unitFromDom(view, node, offset) {
  let element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  if (!element || !view.root.contains(element)) return null;
  if (!element.closest(".ln")) {
    // Between lines or chunks: the first line at or after the place.
    const child = node.childNodes[offset] ?? null;
    const line =
      child?.nodeType === Node.ELEMENT_NODE ? (child.matches(".ln") ? child : child.querySelector(".ln")) : null;
    return line ? view.lineOfElement(line).start : view.text.length;
  }
  const line = view.lineOfElement(element.closest(".ln"));
  const before = document.createRange();
  before.setStart(line.element, 0);
  before.setEnd(node, offset);
  return Math.min(line.start + before.toString().length, line.end); // generated tags are not in a Range's text
}

/** The selection of the page as [start, end] in UTF-16 units, or null when it is empty or elsewhere. */
export function selectedUnits(view) {
  const selection = document.getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!view.root.contains(range.startContainer) && !view.root.contains(range.endContainer)) return null;
  const start = unitFromDom(view, range.startContainer, range.startOffset) ?? 0;
  const end = unitFromDom(view, range.endContainer, range.endOffset) ?? view.text.length;
  return start < end ? [start, end] : null;
}

function pointIn(line, unit) {
  let left = unit - line.start;
  const walker = document.createTreeWalker(line.element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (left <= node.length) return [node, left];
    left -= node.length;
  }
  return [line.element, line.element.childNodes.length];
}

/** A Range over [start, end) in UTF-16 units. */
export function rangeOf(view, start, end) {
  const range = document.createRange();
  range.setStart(...pointIn(view.lineAtUnit(start), start));
  range.setEnd(...pointIn(view.lineAtUnit(Math.max(start, end - 1)), end));
  return range;
}
