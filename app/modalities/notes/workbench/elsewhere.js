// "Same text elsewhere": after a label or code, offers it for other places of the same words; each is ticked by hand.
import { button, h, plural } from "../../../js/lib/dom.js";
import { literal } from "../../../js/lib/pattern.js";
import { ask } from "../../../js/controllers/dialogs.js";
import { newId, same } from "../../../js/annotator/payload.js";
import { isEntity, newEntity } from "./bodies.js";

const stands = (body, span) => isEntity(body) && same(body.fragments, [span]);

/** Other places of the same words: entities that differ in label or code, and places not marked yet. */
export function places(space, id) {
  const { store, table } = space;
  const body = store.elements.get(id);
  if (!isEntity(body) || body.fragments.length !== 1 || body.status !== "confirmed") return [];
  const words = space.textOf(body);
  if (words.length < 3) return [];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${literal(words)}(?![\\p{L}\\p{N}])`, "giu");
  const found = [];
  for (const match of table.text.matchAll(pattern)) {
    const span = [table.toPoint(match.index), table.toPoint(match.index + match[0].length)];
    const key = store.elements.startingAt(span[0]).find((other) => stands(store.elements.get(other), span));
    const other = key && store.elements.get(key);
    if (key === id || other?.status === "rejected") continue;
    if (!other || other.label !== body.label || !same(other.codes ?? [], body.codes ?? [])) found.push({ span, key });
    if (found.length >= 50) break;
  }
  return found;
}

export function elsewhere(space, id) {
  if (space.changed !== id || space.store.readOnly) return null; // only right after a label or code
  const found = places(space, id);
  if (!found.length) return null;
  return h("p", { class: "strip" }, `The same words stand in ${plural(found.length, "other place")}. `,
    button("Apply there too …", () => choose(space, id, found), { keep: "elsewhere" }));
}

async function choose(space, id, found) {
  const { store, table } = space;
  const rows = found.map(({ span: [start, end] }, at) =>
    h(
      "label",
      { class: "check" },
      h("input", { type: "checkbox", name: String(at) }),
      h(
        "span",
        null,
        `line ${table.lineOf(start)}: … `,
        table.slice(Math.max(0, start - 30), start),
        h("b", null, table.slice(start, end)),
        table.slice(end, Math.min(table.length, end + 30)),
        " …",
      ),
    ),
  );
  let ticked = [];
  const answer = await ask(
    "Apply label and code to",
    [h("p", { class: "mut" }, "Assertion is never copied: negation is local."), ...rows],
    [
      { text: "Cancel", value: null },
      { text: "Apply to the ticked", value: "yes", primary: true },
    ],
    {
      onopen: (dialog) =>
        dialog.addEventListener("change", () => {
          ticked = [...dialog.querySelectorAll("input:checked")].map((box) => found[Number(box.name)]);
        }),
    },
  );
  if (!answer) return;
  const { label, codes } = store.elements.get(id);
  const actions = ticked.map(({ span, key }) => (key
    ? { id: key, body: { ...store.elements.get(key), label, codes, status: "confirmed" } }
    : { id: newId("e"), body: { ...newEntity([span], label), codes } }));
  store.run({ title: `apply to ${actions.length}`, actions, focus: id });
}
