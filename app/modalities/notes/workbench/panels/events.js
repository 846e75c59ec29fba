// Adverse events: events with their mentions, drug exposures, and the assessment of each pair.
import { button, h, redraw, select, spoken } from "../../../../js/lib/dom.js";
import { isOpen, isOwn, newId, ofKind } from "../../../../js/annotator/payload.js";
import { AXES } from "../bodies.js";
import * as commands from "../commands.js";
import * as words from "../vocabulary.js";
import { isOfSafety, reasonList } from "./reasons.js";

const choices = (list) => [["", "–"], ...list.map((v) => [String(v), spoken(v)])];
const chosen = (list, text) => list.find((v) => String(v) === text) ?? null;

export class EventsPanel {
  constructor(root, space) {
    Object.assign(this, { root, space });
  }

  render() {
    const { elements } = this.space.store;
    const standing = (kind) => ofKind(elements, kind).filter(([, body]) => body.status !== "rejected");
    const [events, exposures] = [standing("event"), standing("exposure")];
    redraw(this.root,
      h("h2", null, "Events"), events.map((e) => this.#event(e)), this.#start("event", "New event"),
      h("h2", null, "Drug exposures"), exposures.map((e) => this.#exposure(e)), this.#start("exposure", "New exposure"),
      h("h2", null, "Assessment of pairs"), this.#pairs(events, exposures));
  }

  #edit(id, body, part, title = body.kind) {
    this.space.store.run(commands.put(id, { ...body, status: "confirmed", ...part }, title));
  }

  #choice(label, list, [id, body], field) {
    return select(
      label,
      choices(list),
      String(body[field] ?? ""),
      (text) => this.#edit(id, body, { [field]: chosen(list, text) }),
      { keep: `${field}-${id}`, disabled: this.space.store.readOnly },
    );
  }

  #start(kind, text) {
    const { store } = this.space;
    if (store.readOnly) return null;
    const ready = store.focused?.kind === "entity";
    const blank =
      kind === "event" ? { subtype: words.SUBTYPES[0], seriousness: [], outcome: null } : { role: "suspect" };
    const act = () =>
      store.run(
        commands.put(
          newId(kind[0] + "v"),
          { kind, mentions: [store.focus], ...blank, status: "confirmed", origin: { by: "human" } },
          `add ${kind}`,
        ),
      );
    return button(
      ready ? `${text} from “${this.space.textOf(store.focused)}”` : `${text}: choose its entity first`,
      act,
      { disabled: !ready, keep: `new-${kind}` },
    );
  }

  #mentions([id, body]) {
    const { store } = this.space;
    const rows = body.mentions.map((key) =>
      h(
        "li",
        null,
        button(`${this.#name(key)} · line ${this.space.lineOf(key)}`, () => this.space.jumpTo(key), {
          keep: `m-${id}-${key}`,
        }),
        body.mentions.length > 1
          ? button("×", () => this.#edit(id, body, { mentions: body.mentions.filter((m) => m !== key) }), {
              label: `Remove this mention: ${this.#name(key)}`,
            })
          : null,
      ),
    );
    const more =
      store.focused?.kind === "entity" && !body.mentions.includes(store.focus) && !store.readOnly
        ? h(
            "li",
            null,
            button(
              `+ ${this.space.textOf(store.focused)}`,
              () => this.#edit(id, body, { mentions: [...body.mentions, store.focus] }),
              { label: `Add mention: ${this.space.textOf(store.focused)}`, keep: `more-${id}` },
            ),
          )
        : null;
    return h("ul", { class: "plain" }, rows, more);
  }

  #name(key) {
    const found = this.space.store.elements.get(key);
    return found ? this.space.textOf(found) : "missing";
  }

  /** Accepting takes the keyboard to the next card that waits, after the last one back to the note. */
  #accept(id, body) {
    this.#edit(id, body, {});
    this.space.draw();
    const next = this.root.querySelector('[data-keep^="ok-"]');
    if (next) next.focus();
    else this.space.surface.focus({ preventScroll: true });
  }

  /** Why the event or the pair was suggested, and its verdict: before the fields, so that a key press reaches it. */
  #verdict([id, body], mention = null) {
    const { store } = this.space;
    const waits = isOpen(body);
    return h(
      "div",
      null,
      mention ? reasonList(this.space, store.elements.get(mention)?.because, isOfSafety) : null,
      h(
        "div",
        { class: "row" },
        waits ? h("span", { class: "state suggested" }, "not reviewed") : null,
        waits && !store.readOnly
          ? button("Accept", () => this.#accept(id, body), {
              primary: true,
              keep: `ok-${id}`,
              label: `Accept this ${body.kind}`,
            })
          : null,
        store.readOnly ? null : this.#removal([id, body]),
      ),
    );
  }

  #removal([id, body]) {
    const { store } = this.space;
    return button(isOwn(body) ? "Remove" : "Reject", () => store.run(commands.reject(store.elements, id)),
      { keep: `rm-${id}`, label: `${isOwn(body) ? "Remove" : "Reject"} this ${body.kind}` });
  }

  /** What a `causes` relation between the two says of the certainty; nobody has said anything otherwise. */
  #certainty(event, exposure) {
    const { elements } = this.space.store;
    const drawn = event.mentions.flatMap((id) => elements.hangingOn(id)).find(([, r]) => r.type === "causes"
      && r.status !== "rejected" && exposure.mentions.includes(r.head) && event.mentions.includes(r.tail));
    return drawn ? drawn[1].certainty ?? "certain" : null;
  }

  #event(entry) {
    const [id, body] = entry;
    const held = body.seriousness ?? [];
    const serious = words.SERIOUSNESS.map((word) => button(spoken(word), () =>
      this.#edit(id, body, { seriousness: words.SERIOUSNESS.filter((w) => (w === word) !== held.includes(w)) }),
    { pressed: held.includes(word), keep: `${word}-${id}` }));
    return h(
      "article",
      { class: "card", "aria-label": "Event" },
      this.#mentions(entry),
      this.#verdict(entry, body.mentions[0]),
      this.#choice("kind", words.SUBTYPES, entry, "subtype"),
      h("p", { class: "small mut" }, held.length ? "Serious:" : "Serious? (regulatory criteria; not severity)"),
      h("div", { class: "row" }, serious),
      this.#choice("severity", words.SEVERITIES, entry, "severity"),
      this.#choice("outcome", words.OUTCOMES, entry, "outcome"),
    );
  }

  #exposure(entry) {
    return h(
      "article",
      { class: "card", "aria-label": "Exposure" },
      this.#mentions(entry),
      this.#verdict(entry),
      this.#choice("role", words.ROLES, entry, "role"),
      this.#choice("action", words.ACTIONS_TAKEN, entry, "action_taken"),
      this.#choice("situation", words.SITUATIONS, entry, "situation"),
    );
  }

  #pairs(events, exposures) {
    if (!events.length || !exposures.length)
      return h(
        "p",
        { class: "mut small" },
        "A pair needs an event and an exposure; an event may stand without a drug.",
      );
    return events.flatMap(([event, e]) => exposures.map(([exposure, x]) => this.#pair(event, e, exposure, x)));
  }

  #pair(event, e, exposure, x) {
    const { store } = this.space;
    const found = store.elements
      .hangingOn(event)
      .find(([, a]) => a.kind === "assessment" && a.exposure === exposure && a.status !== "rejected");
    const title = `${this.#name(x.mentions[0])} → ${this.#name(e.mentions[0])}`;
    const blank = {
      kind: "assessment",
      event,
      exposure,
      certainty: this.#certainty(e, x),
      method: "who-umc",
      result: null,
      dechallenge: null,
      rechallenge: null,
      status: "confirmed",
      origin: { by: "human" },
    };
    if (!found) {
      return store.readOnly
        ? null
        : h(
            "p",
            null,
            button(`Assess ${title}`, () => store.run(commands.put(newId("as"), blank, "assess")), {
              keep: `pair-${event}-${exposure}`,
            }),
          );
    }
    const [id, body] = found;
    const method = select(
      "method",
      Object.keys(words.CAUSALITY).map((m) => [m, m]),
      body.method ?? "who-umc",
      (value) => this.#edit(id, body, { method: value, result: null }),
      { keep: `method-${id}`, disabled: store.readOnly },
    );
    return h(
      "article",
      { class: "card", "aria-label": `Assessment: ${title}` },
      h("p", null, h("b", null, title)),
      this.#verdict(found),
      this.#choice("caused, says the note", AXES.certainty, found, "certainty"),
      method,
      this.#choice("result", words.CAUSALITY[body.method ?? "who-umc"], found, "result"),
      this.#choice("dechallenge", words.DECHALLENGES, found, "dechallenge"),
      this.#choice("rechallenge", words.RECHALLENGES, found, "rechallenge"),
    );
  }
}
