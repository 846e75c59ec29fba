// Every key of the workspace and what it means: help panel, buttons and tests are made from this table.
// One key has one meaning on every screen. Digits choose by number, 0 is "none of the numbered".

// What a screen lets people do; a screen has one or several of these, and a row says where it counts.
const SPANS = "spans", TEXT = "text", ASKED = "questions", CASES = "cases", ANSWERS = "answers";
const ALL = [SPANS, TEXT, ASKED, CASES, ANSWERS];

const row = (group, id, keys, does, where) => ({ group, id, keys, does, where });
export const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

export const KEYS = [
  row("Decide", "accept", ["a"], "accept, with the code that is proposed; go to the next open one", [ANSWERS]),
  row("Decide", "acceptWithout", ["Shift+x"], "accept without the code that is proposed", [SPANS]),
  row("Decide", "reject", ["x", "Delete"], "reject a suggestion, delete an own one, mark unusable", [ANSWERS]),
  row("Decide", "choose", DIGITS, "choose by number: label of the entity or selection, value, version", ALL),
  row("Decide", "none", ["0"], "none of the numbered: search labels, not mentioned, nobody is right", [TEXT, CASES]),
  row("Decide", "rest", ["Shift+0"], "nothing else is mentioned, or is in the record: answers all that is open", [
    ASKED,
  ]),
  row("Decide", "own", ["u"], "own version, field by field", [CASES]),
  row(
    "Decide",
    "confirm",
    ["Shift+c"],
    "go to a significant or critical element, then confirm it by itself (when verifying)",
    [ANSWERS],
  ),
  row("Decide", "acceptAll", ["Shift+a"], "accept all remaining", [SPANS]),
  row("Decide", "repeat", ["."], "repeat the last change here", [SPANS]),
  row("Move", "next", ["d", "ArrowRight"], "next one", ALL),
  row("Move", "previous", ["s", "ArrowLeft"], "previous one", ALL),
  row("Move", "nextOpen", ["n"], "next open one", ALL),
  row("Move", "previousOpen", ["Shift+n"], "previous open one", ALL),
  row("Move", "overlap", ["o"], "cycle through what overlaps here", [SPANS]),
  row("Move", "find", ["/"], "find in the text; Enter selects the word", [TEXT]),
  row("Move", "go", ["g"], "go: then n next item, p previous item, w work list", ALL),
  row("Mark", "widen", ["Shift+ArrowRight"], "active edge one word to the right", [SPANS]),
  row("Mark", "narrow", ["Shift+ArrowLeft"], "active edge one word to the left", [SPANS]),
  row("Mark", "edge", ["b"], "switch the active edge", [SPANS]),
  row("Mark", "caret", ["m"], "word cursor: arrows, Shift extends, a digit labels", [TEXT]),
  row("Mark", "link", ["l"], "link to another entity: hint letter, then a digit", [SPANS]),
  row("Mark", "evidence", ["z"], "take the selection or entity as evidence", [TEXT]),
  row("Mark", "edit", ["Enter"], "edit or confirm the current one", ALL),
  row("Assertion", "negated", ["q"], "negated", [SPANS]),
  row("Assertion", "uncertain", ["w"], "uncertain", [SPANS]),
  row("Assertion", "historical", ["e"], "historical", [SPANS]),
  row("Assertion", "hypothetical", ["r"], "hypothetical", [SPANS]),
  row("Assertion", "family", ["t"], "family", [SPANS]),
  row("Panels", "code", ["c"], "code search; Enter takes the first", [SPANS]),
  row("Panels", "codeList", ["k"], "code list of the encounter", [SPANS]),
  row("Panels", "events", ["p"], "adverse events", [SPANS]),
  row("Panels", "why", ["y"], "say why: comment, reason", ALL),
  row("Panels", "more", ["i"], "unfold more: further axes, what everybody agrees on", [SPANS, CASES]),
  row("Panels", "ask", ["f"], "ask a question", ALL),
  row("Panels", "report", ["Shift+i"], "report an identifier that was left in the text", [ANSWERS]),
  row("Panels", "removed", ["Shift+r"], "report words that were wrongly removed", [ANSWERS]),
  row("Panels", "guideline", ["h"], "guideline", ALL),
  row("Panels", "otherNotes", ["j"], "other notes of this encounter", [TEXT]),
  row("Panels", "arcs", ["v"], "arcs: of the current one, all in view, none", [SPANS]),
  row(
    "Panels",
    "toggleLabel",
    DIGITS.map((d) => `Shift+${d}`),
    "show or hide a label",
    [SPANS],
  ),
  row("Panels", "help", ["?"], "this list", ALL),
  row("Item", "undo", ["Ctrl+z"], "undo", ALL),
  row("Item", "redo", ["Ctrl+y", "Ctrl+Shift+z"], "redo", ALL),
  row("Item", "finish", ["Ctrl+Enter"], "finish, or sign and close", ALL),
  row("Item", "back", ["Escape"], "back to the text", ALL),
];

/** Rows of a screen that lets people do the given things, in the order of the table. */
export const keysFor = (screen) => KEYS.filter((entry) => entry.where.some((thing) => screen.includes(thing)));

export const firstKey = (id) => KEYS.find((entry) => entry.id === id).keys[0];
