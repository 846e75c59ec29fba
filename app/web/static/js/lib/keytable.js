// Every key of the workspace and what it means: help panel, buttons and tests are made from this table.
// One key has one meaning on every screen. Digits choose by number, 0 is "none of the numbered".

const N = "notes", R = "reports", I = "imaging", A = "adjudication";
const ALL = [N, R, I, A];

const row = (group, id, keys, does, where) => ({ group, id, keys, does, where });
export const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

export const KEYS = [
  row("Decide", "accept", ["a"], "accept, go to the next open one", [N, R, I]),
  row("Decide", "reject", ["x", "Delete"], "reject a suggestion, delete an own one, mark unusable", [N, R, I]),
  row("Decide", "choose", DIGITS, "choose by number: label of the entity or selection, value, version", ALL),
  row("Decide", "none", ["0"], "none of the numbered: search labels, not mentioned, nobody is right", [N, R, A]),
  row("Decide", "rest", ["Shift+0"], "nothing else is mentioned, or is in the record: answers all that is open", [R, I]),
  row("Decide", "own", ["u"], "own version, field by field", [A]),
  row("Decide", "confirm", ["Shift+c"], "go to a significant or critical element, then confirm it by itself (when verifying)", [N, R, I]),
  row("Decide", "acceptAll", ["Shift+a"], "accept all remaining", [N]),
  row("Decide", "repeat", ["."], "repeat the last change here", [N]),
  row("Move", "next", ["d", "ArrowRight"], "next one", ALL),
  row("Move", "previous", ["s", "ArrowLeft"], "previous one", ALL),
  row("Move", "nextOpen", ["n"], "next open one", ALL),
  row("Move", "previousOpen", ["Shift+n"], "previous open one", ALL),
  row("Move", "overlap", ["o"], "cycle through what overlaps here", [N]),
  row("Move", "find", ["/"], "find in the text; Enter selects the word", [N, R]),
  row("Move", "go", ["g"], "go: then n next item, p previous item, w work list", ALL),
  row("Mark", "widen", ["Shift+ArrowRight"], "active edge one word to the right", [N]),
  row("Mark", "narrow", ["Shift+ArrowLeft"], "active edge one word to the left", [N]),
  row("Mark", "edge", ["b"], "switch the active edge", [N]),
  row("Mark", "caret", ["m"], "word cursor: arrows, Shift extends, a digit labels", [N, R]),
  row("Mark", "link", ["l"], "link to another entity: hint letter, then a digit", [N]),
  row("Mark", "evidence", ["z"], "take the selection or entity as evidence", [N, R]),
  row("Mark", "edit", ["Enter"], "edit or confirm the current one", ALL),
  row("Assertion", "negated", ["q"], "negated", [N]),
  row("Assertion", "uncertain", ["w"], "uncertain", [N]),
  row("Assertion", "historical", ["e"], "historical", [N]),
  row("Assertion", "hypothetical", ["r"], "hypothetical", [N]),
  row("Assertion", "family", ["t"], "family", [N]),
  row("Panels", "code", ["c"], "code search; Enter takes the first", [N]),
  row("Panels", "codeList", ["k"], "code list of the encounter", [N]),
  row("Panels", "events", ["p"], "adverse events", [N]),
  row("Panels", "why", ["y"], "say why: comment, reason", ALL),
  row("Panels", "more", ["i"], "unfold more: further axes, what everybody agrees on", [N, A]),
  row("Panels", "ask", ["f"], "ask a question", ALL),
  row("Panels", "guideline", ["h"], "guideline", ALL),
  row("Panels", "otherNotes", ["j"], "other notes of this encounter", [N, R]),
  row("Panels", "arcs", ["v"], "arcs: of the current one, all in view, none", [N]),
  row("Panels", "toggleLabel", DIGITS.map((d) => `Shift+${d}`), "show or hide a label", [N]),
  row("Panels", "help", ["?"], "this list", ALL),
  row("Item", "undo", ["Ctrl+z"], "undo", ALL),
  row("Item", "redo", ["Ctrl+y", "Ctrl+Shift+z"], "redo", ALL),
  row("Item", "finish", ["Ctrl+Enter"], "finish, or sign and close", ALL),
  row("Item", "back", ["Escape"], "back to the text", ALL),
];

/** Rows of one screen, in the order of the table. */
export const keysFor = (screen) => KEYS.filter((entry) => entry.where.includes(screen));

export const firstKey = (id) => KEYS.find((entry) => entry.id === id).keys[0];
