// How each label of a schema is marked: a colour, and a line that no other label of that colour has. Pure.
import { nameOf } from "./forms.js";

const COLOURS = 8;
/** The colour kept for critical labels, adverse events above all: louder than any other. */
const LOUD = 8;
const LINES = ["solid", "double", "dotted", "dashed", "split"];

/** key → the label with {color, line, loud}: two labels differ in colour or line, whatever the eye sees of colours. */
export function labelMarks(labels) {
  const held = new Map();
  return new Map(labels.map((label, i) => {
    const loud = label.class === "critical";
    const color = loud ? LOUD : (label.color ?? i % COLOURS);
    const nth = held.get(color) ?? 0;
    held.set(color, nth + 1);
    return [nameOf(label), { ...label, color, line: LINES[nth % LINES.length], loud }];
  }));
}
