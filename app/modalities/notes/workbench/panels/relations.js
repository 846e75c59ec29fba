// Relations of the entity in focus: jump links with line numbers, and adding one without hint letters.
import { button, h, option, select } from "../../../../js/lib/dom.js";
import { isOpen, isOwn } from "../../../../js/annotator/payload.js";
import * as commands from "../commands.js";
import { linkTypes } from "../hints.js";

const MOST = 60; // partners offered in the list, nearest first

const relationsOf = (elements, id) => elements.hangingOn(id).filter(([, body]) => body.kind === "relation");

/** All that the rows say, to know whether they are to be built again. */
export function relationsSay(space, id) {
  const { elements, readOnly } = space.store;
  const mine = relationsOf(elements, id).map(([key, r]) => [key, r, elements.get(r.head), elements.get(r.tail)]);
  return [id, elements.get(id).label, mine, readOnly, !readOnly && Boolean(partners(space, id).next().value)];
}

export function relationRows(space, id) {
  const mine = relationsOf(space.store.elements, id);
  return h(
    "section",
    null,
    h("h2", null, "Relations"),
    mine.length
      ? h(
          "ul",
          { class: "plain" },
          mine.map((entry) => row(space, id, entry)),
        )
      : h("p", { class: "mut small" }, "None"),
    space.store.readOnly ? null : adding(space, id),
  );
}

function row(space, id, [key, relation]) {
  const { store } = space;
  const other = relation.head === id ? relation.tail : relation.head;
  const arrow = relation.head === id ? "→" : "←";
  const partner = store.elements.get(other);
  const words = partner ? `${space.textOf(partner)} · line ${space.lineOf(other)}` : "missing";
  const edit = (part) => store.run(commands.put(key, { ...relation, status: "confirmed", ...part }, "relation"));
  return h(
    "li",
    { class: relation.status },
    h(
      "span",
      null,
      `${space.relationTitle(relation.type)} ${arrow} `,
      button(words, () => space.jumpTo(other), { keep: `jump-${key}` }),
    ),
    h(
      "span",
      { class: "row" },
      isOpen(relation) ? button("Accept", () => edit({}), { keep: `yes-${key}`, primary: true }) : null,
      isOpen(relation) ? button("Reject", () => edit({ status: "rejected" }), { keep: `no-${key}` }) : null,
      select(
        "certainty",
        ["certain", "probable", "possible", "unlikely"].map((v) => [v, v]),
        relation.certainty ?? "certain",
        (certainty) => edit({ certainty }),
        { keep: `sure-${key}`, disabled: store.readOnly },
      ),
      isOwn(relation)
        ? button("Remove", () => store.run(commands.removeElement(store.elements, key)), { keep: `del-${key}` })
        : null,
    ),
  );
}

/** Whom it can be linked to, nearest in the text first. */
function* partners(space, id) {
  const { store, schema } = space;
  const { elements, order } = store;
  const { label } = elements.get(id);
  const fits = new Map(); // label → whether any relation is allowed
  const at = elements.position(id);
  for (let away = 1; away < order.length; away++)
    for (const other of [order[at - away], order[at + away]]) {
      const body = elements.get(other);
      if (!body || body.status === "rejected") continue;
      if (!fits.has(body.label)) fits.set(body.label, linkTypes(schema, label, body.label).length > 0);
      if (fits.get(body.label)) yield other;
    }
}

/** The same as hint letters, by two lists: for screen readers and for partners out of view. */
function adding(space, id) {
  const { store } = space;
  if (!partners(space, id).next().value) return null;
  const choose = (value) => {
    const [type, flip, other] = value.split("\n");
    if (!other) return;
    store.run(
      flip === "1" ? commands.link(store.elements, other, id, type) : commands.link(store.elements, id, other, type),
    );
  };
  const field = select("Add a relation", [["", "…"]], "", choose, { keep: "relation-add", inline: false });
  const control = field.querySelector("select");
  // Filled when somebody turns to it: most never do.
  const fill = () => {
    if (control.options.length > 1) return;
    control.append(...choices(space, id).map(([value, text]) => option(value, text, "")));
  };
  for (const turned of ["focus", "pointerdown"]) control.addEventListener(turned, fill);
  return field;
}

function choices(space, id) {
  const { elements } = space.store;
  const { label } = elements.get(id);
  const near = [];
  for (const other of partners(space, id)) if (near.push(other) === MOST) break;
  return near.flatMap((other) =>
    linkTypes(space.schema, label, elements.get(other).label).map((type) => [
      [type.key, type.flip ? "1" : "0", other].join("\n"),
      `${type.title} ${type.flip ? "←" : "→"} ${space.textOf(elements.get(other))} (line ${space.lineOf(other)})`,
    ]),
  );
}
