// Adverse events: events with their mentions, drug exposures, and the assessment of each pair.
import { button, h, redraw, select, spoken } from "../../lib/dom.js";
import { newId, ofKind } from "../../annotator/payload.js";
import * as commands from "../../annotator/commands.js";
import * as words from "../../annotator/vocabulary.js";

const choices = (list) => [["", "–"], ...list.map((v) => [String(v), spoken(v)])];
const chosen = (list, text) => list.find((v) => String(v) === text) ?? null;

export class EventsPanel {
  constructor(root, space) {
    Object.assign(this, { root, space });
  }

  render() {
    const { elements } = this.space.store;
    const events = ofKind(elements, "event");
    const exposures = ofKind(elements, "exposure");
    redraw(this.root,
      h("h2", null, "Events"), events.map((e) => this.#event(e)), this.#start("event", "New event"),
      h("h2", null, "Drug exposures"), exposures.map((e) => this.#exposure(e)), this.#start("exposure", "New exposure"),
      h("h2", null, "Assessment of pairs"), this.#pairs(events, exposures));
  }

  #edit(id, body, part, title = body.kind) {
    this.space.store.run(commands.put(id, { ...body, status: "confirmed", ...part }, title));
  }

  #choice(label, list, [id, body], field) {
    return select(label, choices(list), String(body[field] ?? ""), (text) => this.#edit(id, body, { [field]: chosen(list, text) }),
      { keep: `${field}-${id}`, disabled: this.space.store.readOnly });
  }

  #start(kind, text) {
    const { store } = this.space;
    if (store.readOnly) return null;
    const ready = store.focused?.kind === "entity";
    const blank = kind === "event" ? { subtype: words.SUBTYPES[0], seriousness: [], outcome: null } : { role: "suspect" };
    const act = () => store.run(commands.put(newId(kind[0] + "v"), { kind, mentions: [store.focus], ...blank, status: "confirmed", origin: { by: "human" } }, `add ${kind}`));
    return button(ready ? `${text} from “${this.space.textOf(store.focused)}”` : `${text}: choose its entity first`, act, { disabled: !ready, keep: `new-${kind}` });
  }

  #mentions([id, body]) {
    const { store } = this.space;
    const rows = body.mentions.map((key) => h("li", null,
      button(`${this.#name(key)} · line ${this.space.lineOf(key)}`, () => this.space.jumpTo(key), { keep: `m-${id}-${key}` }),
      body.mentions.length > 1 ? button("×", () => this.#edit(id, body, { mentions: body.mentions.filter((m) => m !== key) }), { label: `Remove this mention: ${this.#name(key)}` }) : null));
    const more = store.focused?.kind === "entity" && !body.mentions.includes(store.focus) && !store.readOnly
      ? h("li", null, button(`+ ${this.space.textOf(store.focused)}`, () => this.#edit(id, body, { mentions: [...body.mentions, store.focus] }), { label: `Add mention: ${this.space.textOf(store.focused)}`, keep: `more-${id}` })) : null;
    return h("ul", { class: "plain" }, rows, more);
  }

  #name(key) {
    const found = this.space.store.elements.get(key);
    return found ? this.space.textOf(found) : "missing";
  }

  #foot([id, body]) {
    const { store } = this.space;
    return h("div", { class: "row" },
      body.status === "suggested" ? button("Accept", () => this.#edit(id, body, {}), { primary: true, keep: `ok-${id}` }) : null,
      button("Remove", () => store.run(commands.removeElement(store.elements, id)), { keep: `rm-${id}`, label: `Remove this ${body.kind}` }));
  }

  #event(entry) {
    const [id, body] = entry;
    const held = body.seriousness ?? [];
    const serious = words.SERIOUSNESS.map((word) => button(spoken(word), () =>
      this.#edit(id, body, { seriousness: words.SERIOUSNESS.filter((w) => (w === word) !== held.includes(w)) }),
    { pressed: held.includes(word), keep: `${word}-${id}` }));
    return h("article", { class: "card", "aria-label": "Event" }, this.#mentions(entry),
      this.#choice("kind", words.SUBTYPES, entry, "subtype"),
      h("p", { class: "small mut" }, held.length ? "Serious:" : "Serious? (regulatory criteria; not severity)"), h("div", { class: "row" }, serious),
      this.#choice("severity", words.SEVERITIES, entry, "severity"), this.#choice("outcome", words.OUTCOMES, entry, "outcome"), this.#foot(entry));
  }

  #exposure(entry) {
    return h("article", { class: "card", "aria-label": "Exposure" }, this.#mentions(entry), this.#choice("role", words.ROLES, entry, "role"),
      this.#choice("action", words.ACTIONS_TAKEN, entry, "action_taken"), this.#choice("situation", words.SITUATIONS, entry, "situation"), this.#foot(entry));
  }

  #pairs(events, exposures) {
    if (!events.length || !exposures.length) return h("p", { class: "mut small" }, "A pair needs an event and an exposure; an event may stand without a drug.");
    return events.flatMap(([event, e]) => exposures.map(([exposure, x]) => this.#pair(event, e, exposure, x)));
  }

  #pair(event, e, exposure, x) {
    const { store } = this.space;
    const found = ofKind(store.elements, "assessment").find(([, a]) => a.event === event && a.exposure === exposure);
    const title = `${this.#name(x.mentions[0])} → ${this.#name(e.mentions[0])}`;
    const blank = { kind: "assessment", event, exposure, certainty: "certain", method: "who-umc", result: null, dechallenge: null, rechallenge: null, status: "confirmed", origin: { by: "human" } };
    if (!found) {
      return store.readOnly ? null : h("p", null, button(`Assess ${title}`, () => store.run(commands.put(newId("as"), blank, "assess")), { keep: `pair-${event}-${exposure}` }));
    }
    const [id, body] = found;
    const method = select("method", Object.keys(words.CAUSALITY).map((m) => [m, m]), body.method ?? "who-umc",
      (value) => this.#edit(id, body, { method: value, result: null }), { keep: `method-${id}`, disabled: store.readOnly });
    return h("article", { class: "card", "aria-label": `Assessment: ${title}` }, h("p", null, h("b", null, title)), method,
      this.#choice("result", words.CAUSALITY[body.method ?? "who-umc"], found, "result"),
      this.#choice("dechallenge", words.DECHALLENGES, found, "dechallenge"), this.#choice("rechallenge", words.RECHALLENGES, found, "rechallenge"), this.#foot(found));
  }
}
