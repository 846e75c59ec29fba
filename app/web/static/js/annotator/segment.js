// Cuts a line into flat segments at every span boundary, and finds each span an underline of its own. Pure.

/**
 * Flat segments of [from, to): [{start, end, ids}]. `spans` are {id, pieces: [[start, end]…]} in the
 * same counting as from and to. No nesting, so partial overlap costs nothing.
 */
export function segments(from, to, spans) {
  const cuts = new Set([from, to]);
  const inside = [];
  for (const span of spans) {
    for (const [start, end] of span.pieces) {
      if (end <= from || start >= to) continue;
      const piece = { id: span.id, start: Math.max(start, from), end: Math.min(end, to) };
      cuts.add(piece.start).add(piece.end);
      inside.push(piece);
    }
  }
  const at = [...cuts].sort((a, b) => a - b);
  const out = at.slice(1).map((end, i) => ({ start: at[i], end, ids: [] }));
  const index = new Map(out.map((segment, i) => [segment.start, i]));
  for (const piece of inside) {
    for (let i = index.get(piece.start); i < out.length && out[i].start < piece.end; i++) out[i].ids.push(piece.id);
  }
  return out;
}

export const LANES = 3;

/** First lane that no overlapping neighbour uses; `LANES` means there is none left: it is shown as "+1". */
export function freeLane(span, neighbours) {
  const used = new Set();
  for (const other of neighbours) {
    if (other.id !== span.id && overlaps(span, other)) used.add(other.lane);
  }
  for (let lane = 0; lane < LANES; lane++) if (!used.has(lane)) return lane;
  return LANES;
}

export function overlaps(a, b) {
  return extent(a)[0] < extent(b)[1] && extent(b)[0] < extent(a)[1];
}

export const extent = (span) => [span.pieces[0][0], span.pieces.at(-1)[1]];
