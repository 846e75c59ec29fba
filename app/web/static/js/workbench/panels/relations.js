// Relations of the entity in focus: jump links with line numbers, and adding one without hint letters.
import { button, h, select } from "../../lib/dom.js";
import { isOpen, isOwn, ofKind } from "../../annotator/payload.js";
import * as commands from "../../annotator/commands.js";
import { linkTypes } from "../../annotator/hints.js";

const MOST = 60; // partners offered in the list, nearest first

export function relationRows(space, id) {
  const mine = ofKind(space.store.elements, "relation").filter(([, r]) => r.head === id || r.tail === id);
  return h("section", null, h("h2", null, "Relations"),
    mine.length ? h("ul", { class: "plain" }, mine.map((entry) => row(space, id, entry))) : h("p", { class: "mut small" }, "None"),
    space.store.readOnly ? null : adding(space, id));
}

function row(space, id, [key, relation]) {
  const { store } = space;
  const other = relation.head === id ? relation.tail : relation.head;
  const arrow = relation.head === id ? "→" : "←";
  const partner = store.elements.get(other);
  const words = partner ? `${space.textOf(partner)} · line ${space.lineOf(other)}` : "missing";
  const edit = (part) => store.run(commands.put(key, { ...relation, status: "confirmed", ...part }, "relation"));
  return h("li", { class: relation.status },
    h("span", null, `${space.relationTitle(relation.type)} ${arrow} `, button(words, () => space.jumpTo(other), { keep: `jump-${key}` })),
    h("span", { class: "row" },
      isOpen(relation) ? button("Accept", () => edit({}), { keep: `yes-${key}`, primary: true }) : null,
      isOpen(relation) ? button("Reject", () => edit({ status: "rejected" }), { keep: `no-${key}` }) : null,
      select("certainty", ["certain", "probable", "possible", "unlikely"].map((v) => [v, v]), relation.certainty ?? "certain",
        (certainty) => edit({ certainty }), { keep: `sure-${key}`, disabled: store.readOnly }),
      isOwn(relation) ? button("Remove", () => store.run(commands.removeElement(store.elements, key)), { keep: `del-${key}` }) : null));
}

/** The same as hint letters, by two lists: for screen readers and for partners out of view. */
function adding(space, id) {
  const { store, schema } = space;
  const label = store.elements.get(id).label;
  const at = store.order.indexOf(id);
  const partners = store.order.filter((other) => {
    const body = store.elements.get(other);
    return other !== id && body.status !== "rejected" && linkTypes(schema, label, body.label).length;
  }).sort((a, b) => Math.abs(store.order.indexOf(a) - at) - Math.abs(store.order.indexOf(b) - at)).slice(0, MOST);
  if (!partners.length) return null;
  const choose = (value) => {
    const [type, flip, other] = value.split("\n");
    if (!other) return;
    store.run(flip === "1" ? commands.link(store.elements, other, id, type) : commands.link(store.elements, id, other, type));
  };
  const pairs = partners.flatMap((other) => linkTypes(schema, label, store.elements.get(other).label).map((type) => [
    [type.key, type.flip ? "1" : "0", other].join("\n"),
    `${type.title} ${type.flip ? "←" : "→"} ${space.textOf(store.elements.get(other))} (line ${space.lineOf(other)})`,
  ]));
  return select("Add a relation", [["", "…"], ...pairs], "", choose, { keep: "relation-add", inline: false });
}
