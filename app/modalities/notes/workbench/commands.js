// What a reader can do, as pure functions from elements to {title, actions: [{id, body}], focus}.
// The store keeps the inverse of each; one command is one step of undo.
import { isOpen, isOwn, newId, ofKind, put } from "../../../js/annotator/payload.js";
import { TOGGLES, assertionOf, dependents, newEntity } from "./bodies.js";

export { put };

const change = (elements, id, title, part) => ({
  title,
  actions: [{ id, body: { ...elements.get(id), ...part } }],
  focus: id,
});

/** Editing a suggestion is also a verdict on it: an untouched one stays open. */
const touched = (body) => (body.status === "suggested" ? { status: "confirmed" } : {});

export function addEntity(elements, fragments, label, id = newId("e")) {
  return { title: "add", actions: [{ id, body: newEntity(fragments, label) }], focus: id };
}

/** Accepts span, label and assertion, and the one code the reader was shown, if any. */
export const accept = (elements, id, code = null) =>
  change(elements, id, code ? `accept with ${code.code}` : "accept", {
    status: "confirmed",
    ...(code ? { codes: [code] } : {}),
  });

/** A suggestion is kept as rejected; what the reader made is removed with what hangs on it. */
export function reject(elements, id) {
  const body = elements.get(id);
  const loose = cutLoose(elements, id);
  if (isOwn(body)) return { title: "delete", actions: [{ id, body: null }, ...loose] };
  // A relation that was suggested together with it falls with it, and stays on record as rejected.
  const fallen = loose.map((action) => (action.body === null && !isOwn(elements.get(action.id))
    ? { id: action.id, body: { ...elements.get(action.id), status: "rejected" } } : action));
  return { title: "reject", actions: [{ id, body: { ...body, status: "rejected" } }, ...fallen], focus: id };
}

/** What must follow when an element goes: links go, lists of mentions and evidence lose a member. */
export function cutLoose(elements, id) {
  const actions = [];
  const gone = [id];
  for (let at = 0; at < gone.length; at++) {
    for (const other of dependents(elements, gone[at])) {
      if (gone.includes(other)) continue;
      const body = elements.get(other);
      const list = body.kind === "code_assignment" ? "evidence" : "mentions";
      const rest = body[list]?.filter((member) => !gone.includes(member));
      const least = { code_assignment: 0, chain: 2 }[body.kind] ?? 1;
      if (rest && rest.length >= least) actions.push({ id: other, body: { ...body, [list]: rest } });
      else {
        actions.push({ id: other, body: null });
        gone.push(other);
      }
    }
  }
  return actions;
}

export const relabel = (elements, id, label) =>
  change(elements, id, "label", { label, ...touched(elements.get(id)) });

export function toggle(elements, id, name) {
  const body = elements.get(id);
  const assertion = assertionOf(body);
  const on = !TOGGLES[name].is(assertion);
  return setAxes(elements, id, TOGGLES[name].set(on), `${name} ${on ? "on" : "off"}`);
}

export function setAxes(elements, id, axes, title = "assertion") {
  const body = elements.get(id);
  return change(elements, id, title, { assertion: { ...assertionOf(body), ...axes }, ...touched(body) });
}

export const setFragments = (elements, id, fragments, title = "bounds") =>
  change(elements, id, title, { fragments, ...touched(elements.get(id)) });

/** Adds a piece to a discontinuous entity; touching or overlapping pieces melt together. */
export function addFragment(elements, id, piece) {
  const pieces = [...elements.get(id).fragments, piece].sort((a, b) => a[0] - b[0]);
  const melted = [];
  for (const [start, end] of pieces) {
    const last = melted.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else melted.push([start, end]);
  }
  return setFragments(elements, id, melted, "add a part");
}

export function setCode(elements, id, code) {
  const body = elements.get(id);
  const others = (body.codes ?? []).filter((held) => held.system !== code.system);
  return change(elements, id, "code", { codes: [...others, code], ...touched(body) });
}

export function dropCode(elements, id, code) {
  const codes = elements.get(id).codes.filter((held) => held.code !== code.code || held.system !== code.system);
  return change(elements, id, "remove code", { codes });
}

export function link(elements, head, tail, type, id = newId("r")) {
  const body = {
    kind: "relation",
    type,
    head,
    tail,
    certainty: "certain",
    status: "confirmed",
    origin: { by: "human" },
  };
  return { title: "link", actions: [{ id, body }], focus: head };
}

/** Puts what was last done to one entity onto another: label, assertion and codes, never the place. */
export function repeat(elements, id, model) {
  const { label, assertion, codes } = model;
  return change(elements, id, "repeat", { label, assertion, codes, ...touched(elements.get(id)) });
}

export function acceptAll(elements, ids) {
  const open = ids.filter((id) => elements.has(id) && isOpen(elements.get(id)));
  return {
    title: `accept ${open.length}`,
    actions: open.map((id) => ({ id, body: { ...elements.get(id), status: "confirmed" } })),
  };
}

export function removeElement(elements, id, title = "remove") {
  return { title, actions: [{ id, body: null }, ...cutLoose(elements, id)] };
}

/** Code list of the encounter: adding, ordering; sequence numbers stay 1…n, one principal at most. */
export function addCode(elements, code, evidence, { poa = null, id = newId("c") } = {}) {
  const listed = codeList(elements);
  const found = listed.find(([, body]) => body.system === code.system && body.code === code.code);
  if (found)
    return put(found[0], { ...found[1], evidence: [...new Set([...found[1].evidence, ...evidence])] }, "add evidence");
  const body = {
    kind: "code_assignment", ...code, sequence: listed.length + 1, principal: listed.length === 0, poa, evidence,
  };
  return put(id, body, "add to the code list");
}

export const codeList = (elements) =>
  ofKind(elements, "code_assignment").sort((a, b) => a[1].sequence - b[1].sequence);

export function moveCode(elements, id, step) {
  const ids = codeList(elements).map(([key]) => key);
  const from = ids.indexOf(id);
  const to = from + step;
  if (to < 0 || to >= ids.length) return { title: "move", actions: [] };
  [ids[from], ids[to]] = [ids[to], ids[from]];
  return renumber(elements, ids, "move");
}

export function dropFromList(elements, id) {
  const ids = codeList(elements).map(([key]) => key).filter((key) => key !== id);
  const command = renumber(elements, ids, "remove from the code list");
  return { ...command, actions: [{ id, body: null }, ...command.actions] };
}

export function makePrincipal(elements, id) {
  const actions = codeList(elements).map(([key, body]) => ({ id: key, body: { ...body, principal: key === id } }));
  return { title: "principal", actions };
}

function renumber(elements, ids, title) {
  const actions = ids.map((key, at) => ({ id: key, body: { ...elements.get(key), sequence: at + 1 } }));
  return { title, actions };
}
