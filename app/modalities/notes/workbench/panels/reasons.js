// Why something was suggested: what the words of the note were taken for, each with its line.
import { h, spoken } from "../../../../js/lib/dom.js";
import { AXES } from "../bodies.js";

const MARKS = [...Object.keys(AXES), "hypothetical", "conditional"];

const isOnNote = (cue) => Number.isInteger(cue.start) && Number.isInteger(cue.end);

/** "family" for experiencer: family; "hypothetical" for hypothetical: true; the axis with its value elsewhere. */
function meaning({ axis, value }) {
  if (value === true || value === "true") return spoken(axis);
  return MARKS.includes(axis) ? spoken(value) : [axis, value].filter(Boolean).map(spoken).join(": ");
}

/** Which of a suggestion's reasons are about its assertion, and which about the drug behind it. */
export const isOfAssertion = (cue) => MARKS.includes(cue.axis);
export const isOfSafety = (cue) => !MARKS.includes(cue.axis) && cue.axis !== "label";

/** A list "negated by “no”, line 3", or null. The words come from the text, never from the payload. */
export function reasonList(space, because, wanted = isOfAssertion) {
  const cues = (because ?? []).filter((cue) => isOnNote(cue) && wanted(cue));
  if (!cues.length) return null;
  return h(
    "ul",
    { class: "plain small why", "aria-label": "Because" },
    cues.map((cue) =>
      h(
        "li",
        null,
        `${meaning(cue)} by `,
        h("q", null, space.table.slice(cue.start, cue.end)),
        ` line ${space.table.lineOf(cue.start)}`,
      ),
    ),
  );
}

/** "vocabulary", "code system": how the words themselves were found. */
export function foundBy(because) {
  return (because ?? []).filter((cue) => cue.axis === "label" && cue.rule).map((cue) => spoken(cue.rule)).join(", ");
}
