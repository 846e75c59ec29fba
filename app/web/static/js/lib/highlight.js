// CSS highlights for paint-only, short-lived things; where the API is missing nothing is painted.

const available = typeof Highlight === "function" && CSS.highlights;

export function paint(name, ranges) {
  if (!available) return;
  if (!ranges.length) CSS.highlights.delete(name);
  else CSS.highlights.set(name, new Highlight(...ranges));
}

export function clearHighlights() {
  if (available) CSS.highlights.clear();
}
