// Details of the entity in focus: place, source, verdict, labels, assertion, codes, relations. Always in this order.
import { Parts, button, h, plural, redraw, select, spoken } from "../../../../js/lib/dom.js";
import { isOpen, isOwn } from "../../../../js/annotator/payload.js";
import { AXES, TOGGLES, assertionOf, openRelation, startOf } from "../bodies.js";
import * as commands from "../commands.js";
import { foundBy, isOfSafety, reasonList } from "./reasons.js";
import { relationRows, relationsSay } from "./relations.js";
import { elsewhere } from "../elsewhere.js";

const STATES = { suggested: "not reviewed", confirmed: "confirmed", rejected: "rejected" };

export class EntityPanel {
  constructor(root, space, codes) {
    Object.assign(this, { root, space, codes, more: false, parts: new Parts() });
  }

  /** A section, built anew when what it says has changed, or the keys on its buttons. */
  #part(name, says, build) {
    const { keymap, store } = this.space;
    return this.parts.of(name, [says, keymap.off, keymap.own, store.readOnly], build);
  }

  render() {
    const { store } = this.space;
    const body = store.focused;
    if (!body) return redraw(this.root, this.#nothing());
    this.codes.prefetch(this.space.proposals.signature(store.focus));
    const { focus } = store;
    return redraw(this.root, [
      this.#head(body),
      this.#verdict(body),
      this.#part("labels", body.label, () => this.#labels(body)),
      this.#assertion(body),
      this.#codes(body),
      this.#part("relations", relationsSay(this.space, focus), () => relationRows(this.space, focus)),
      elsewhere(this.space, focus),
      this.#part("source", [body.origin, body.because], () => this.#source(body)),
    ]);
  }

  #codesSay(body) {
    const { proposals, store, terms } = this.space;
    const proposal = proposals.of(store.focus);
    return [(body.codes ?? []).map((code) => [code, terms.of(code)]), proposal, proposal?.code && terms.of(proposal)];
  }

  #nothing() {
    const { store, keymap } = this.space;
    const { selection } = store;
    if (selection) {
      return [h("p", { class: "quote" }, this.space.table.slice(selection.start, selection.end)),
        h("p", { class: "mut" }, "Selected. Choose a label."), this.#labels(null)];
    }
    return [h("p", { class: "mut" }, "No entity in focus. ", h("kbd", null, keymap.show("nextOpen") ?? "Next"),
      " goes to the next open one; select words to add one.")];
  }

  #head(body) {
    const { store, table } = this.space;
    const [start, end] = [startOf(body), body.fragments.at(-1)[1]];
    const at = store.elements.position(store.focus) + 1;
    const says = [at, store.order.length, body.fragments, body.status, body.because];
    return this.#part("head", says, () => h(
      "div",
      { class: "about" },
      h(
        "p",
        { class: "mut small" },
        `Entity ${at} of ${store.order.length} · line ${table.lineOf(start)} · characters ${start}–${end}`,
      ),
      h(
        "p",
        { class: "quote" },
        this.space.textOf(body),
        " ",
        h("span", { class: `state ${body.status}` }, STATES[body.status] ?? "added"),
      ),
      reasonList(this.space, body.because),
      reasonList(this.space, body.because, isOfSafety),
    ));
  }

  #verdict(body) {
    const { act, keymap, store } = this.space;
    const waiting = openRelation(store.elements, store.focus);
    const code = this.space.proposals.code(store.focus)?.code;
    const verdict = waiting && !isOpen(body) ? "Accept relation" : code ? `Accept with ${code}` : "Accept";
    const says = [verdict, isOpen(body), waiting, isOwn(body), store.edge, Boolean(store.selection)];
    return this.#part("verdict", says, () => h(
      "div",
      { class: "row" },
      button(verdict, act.accept, {
        key: keymap.show("accept"),
        primary: isOpen(body) || waiting,
        keep: "accept",
      }),
      code && isOpen(body)
        ? button("Without code", act.acceptWithout, { key: keymap.show("acceptWithout"), keep: "without" })
        : null,
      button(isOwn(body) ? "Delete" : "Reject", act.reject, { key: keymap.show("reject"), keep: "reject" }),
      button(`Edge ${store.edge === "end" ? "⇥" : "⇤"}`, act.edge, {
        key: keymap.show("edge"),
        keep: "edge",
        label: `Active edge: ${store.edge}`,
      }),
      button("Link", act.link, { key: keymap.show("link"), keep: "link" }),
      store.selection ? button("Use selection", act.useSelection, { keep: "use" }) : null,
      store.selection ? button("Add as part", act.addPart, { keep: "part" }) : null,
    ));
  }

  #labels(body) {
    const { schema, act, keymap } = this.space;
    const first = schema.labels
      .slice(0, 9)
      .map((label, i) =>
        button(label.tag ?? label.key, () => act.label(label.key), {
          key: keymap.off ? undefined : String(i + 1),
          pressed: body ? body.label === label.key : undefined,
          chip: this.space.labels.get(label.key),
          keep: `label-${label.key}`,
          label: label.title,
        }),
      );
    const held = body && schema.labels.slice(9).find((label) => label.key === body.label);
    const rest =
      schema.labels.length > 9
        ? button(held ? held.title : "Other …", act.none, {
            key: keymap.show("none"),
            pressed: Boolean(held),
            keep: "label-other",
          })
        : null;
    const own = body && schema.labels.find((label) => label.key === body.label);
    const rule = own?.section
      ? button(`§ ${own.section}`, () => this.space.toggleGuideline(own.section), {
          keep: "rule",
          label: `Guideline section ${own.section}`,
        })
      : null;
    return h("section", null, h("h2", null, "Label"), h("div", { class: "row" }, first, rest, rule));
  }

  #assertion(body) {
    const a = assertionOf(body);
    return this.#part("assertion", [a, this.more], () => this.#axes(a));
  }

  #axes(a) {
    const { act, keymap, store } = this.space;
    const toggles = Object.keys(TOGGLES).map((name) =>
      button(spoken(name)[0].toUpperCase() + name.slice(1), () => act.toggle(name), {
        key: keymap.show(name),
        pressed: Boolean(TOGGLES[name].is(a)),
        keep: `toggle-${name}`,
      }),
    );
    const odd = a.polarity === "negated" && (a.hypothetical || ["probable", "possible"].includes(a.certainty));
    const set = (axis) => (value) => store.run(commands.setAxes(store.elements, store.focus, { [axis]: value }));
    const more = this.more && [
      ...Object.entries(AXES).map(([axis, values]) =>
        select(
          axis,
          values.map((v) => [v, spoken(v)]),
          a[axis],
          set(axis),
          { keep: `axis-${axis}`, disabled: store.readOnly },
        ),
      ),
      button("Conditional", () => set("conditional")(!a.conditional), {
        pressed: a.conditional,
        keep: "axis-conditional",
      }),
    ];
    return h("section", null, h("h2", null, "Assertion"), h("div", { class: "row" }, toggles,
      button("Further axes", act.more, { key: keymap.show("more"), pressed: this.more, keep: "more" })),
    more ? h("div", { class: "axes" }, more) : null,
    odd ? h("p", { class: "strip warn small" }, "Negated together with this is rarely meant.") : null);
  }

  /** The search stays where it is while what stands above it changes: somebody may be typing there. */
  #codes(body) {
    const key = this.space.keymap.show("code") ?? "";
    const title = this.#part("code", key, () => h("h2", null, "Code ", h("kbd", { "aria-hidden": true }, key)));
    this.coding ??= h("section");
    redraw(this.coding, title, this.#part("codes", this.#codesSay(body), () => this.#held(body)), this.codes.element);
    return this.coding;
  }

  #held(body) {
    const { act, store, keymap } = this.space;
    const rows = (body.codes ?? []).map((code) =>
      h(
        "li",
        null,
        h("span", null, h("b", null, code.code), " ", this.space.terms.of(code)),
        h(
          "span",
          { class: "row" },
          button("To code list", () => act.listCode(code), { key: keymap.show("evidence"), keep: `list-${code.code}` }),
          button("Remove", () => store.run(commands.dropCode(store.elements, store.focus, code)), {
            keep: `drop-${code.code}`,
          }),
        ),
      ),
    );
    return rows.length ? h("ul", { class: "plain codes" }, rows) : this.#proposal();
  }

  /** What accepting would code, and by which rule; or why nothing is proposed. */
  #proposal() {
    const { proposals, store, terms } = this.space;
    const proposal = proposals.of(store.focus);
    if (!proposal) return null;
    const why = [proposal.why, proposal.source].filter(Boolean).join(" · ");
    if (!proposal.code) {
      const what = proposal.incomplete ? `Incomplete: ${proposal.incomplete}. ` : "No code proposed: ";
      return h("p", { class: "mut small proposal" }, what, why);
    }
    return h("div", { class: "proposal" },
      h("p", null, "Proposed: ", h("b", null, proposal.code), " ", proposal.term || terms.of(proposal)),
      why ? h("p", { class: "mut small" }, why) : null);
  }

  #source(body) {
    const how = foundBy(body.because);
    const origin = isOwn(body)
      ? "Added by a reader"
      : `Suggested by ${[body.origin.pipeline, body.origin.version].filter(Boolean).join(" ")}`;
    return h(
      "section",
      null,
      h("h2", null, "Source"),
      h("p", { class: "mut small" }, how ? `${origin}: ${how}` : origin),
    );
  }
}

/** The counts in the footer. */
export function progressWords({ open, total, done }) {
  return open ? `${done} of ${total} reviewed` : `all ${plural(total, "element")} reviewed`;
}
