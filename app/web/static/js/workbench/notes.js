// The notes workbench: wires text, list, panels and keys to one draft.
import { Arcs } from "../annotator/relations.js";
import { EntityList } from "../annotator/entitylist.js";
import { Find } from "../annotator/find.js";
import { NoteView } from "../annotator/noteview.js";
import { Snapper } from "../annotator/snap.js";
import { isEntity, isOpen, progress, signs, signsSpoken } from "../annotator/payload.js";
import { setCode } from "../annotator/commands.js";
import { CodeSearch } from "../controllers/code-search.js";
import { Keymap } from "../lib/keys.js";
import { button, h, redraw } from "../lib/dom.js";
import { Accepting, sectionOf } from "./accepting.js";
import { CodeFindings } from "./code-findings.js";
import { Foot } from "./foot.js";
import { noteActs } from "./note-acts.js";
import { CodeListPanel } from "./panels/code-list.js";
import { CommentPanel } from "./panels/comment.js";
import { EntityPanel, progressWords } from "./panels/entity.js";
import { EventsPanel } from "./panels/events.js";
import { Seen } from "./seen.js";
import { Selecting } from "./selecting.js";
import { Tabs } from "./tabs.js";
import { Terms } from "./terms.js";
import { Workspace } from "./workspace.js";

const STATES = { suggested: "not reviewed", confirmed: "confirmed", rejected: "rejected" };

class NoteSpace extends Workspace {
  constructor(root, data) {
    super(root, data);
    const { store, table } = this;
    const lang = data.document.language ?? "en";
    this.labels = new Map(this.schema.labels.map((label, i) => [label.key, { color: i % 8, ...label, at: i }]));
    this.snapper = new Snapper(table.text, lang);
    this.view = new NoteView(this.surface, table, { lang, ondrawn: () => this.arcs?.redraw() });
    this.keymap = new Keymap(["spans", "text", "answers"], {});
    this.terms = new Terms(this, () => this.#render());
    this.arcs = new Arcs(this.view, store, { titles: (type) => this.relationTitle(type), lineOf: (id) => this.lineOf(id) });
    this.act = noteActs(this);
    this.seen = new Seen(this.view);
    this.foot = new Foot(root);
    this.accepting = new Accepting(this, root.querySelector("#speed-strip"));
    this.#parts();
    Object.assign(this.keymap.handlers, this.act, this.shared());
    this.keymap.attach(root);
    for (const id of store.elements.keys()) this.#span(id);
    this.view.draw();
    store.subscribe((event) => this.#changed(event));
    this.#render();
    this.list.render();
  }

  #parts() {
    const { store, view, act, snapper } = this;
    this.codes = new CodeSearch({
      label: "Search a code for this entity",
      search: (query, signal) => this.terms.search(query, store.focused?.label ?? null, signal),
      candidates: () => (store.focus ? this.terms.candidates(store.focus) : Promise.resolve({ hits: [], release: "" })),
      pick: (hit, release) => {
        this.changed = store.focus;
        store.run(setCode(store.elements, store.focus, this.terms.code(hit, release)));
        this.model = { ...store.focused };
      },
      leave: () => this.surface.focus({ preventScroll: true }),
    });
    this.findings = new CodeFindings(this);
    const panel = this.root.querySelector("#panel");
    this.panels = {
      entity: new EntityPanel(panel, this, this.codes), codes: new CodeListPanel(panel, this),
      events: new EventsPanel(panel, this), comment: new CommentPanel(panel, this),
    };
    this.panels.entity.toggleMore = () => {
      this.panels.entity.more = !this.panels.entity.more;
      this.show("entity");
    };
    this.tabs = new Tabs(this.root.querySelector("#tabs"), panel, [
      ["entity", "Entity"], ["codes", "Codes", "codeList"], ["events", "Events", "events"], ["comment", "Comment", "why"],
    ], this.keymap, () => this.#render());
    this.list = new EntityList(this.root.querySelector("#entities"), store, (id) => this.#describe(id), { onpick: (id) => this.focusOn(id) });
    this.find = new Find(this.root.querySelector("#find"), this.root.querySelector("#find-count"), view, snapper, {
      onpick: (start, end) => { this.surface.focus({ preventScroll: true }); this.selecting.set(start, end); },
      onleave: () => this.surface.focus({ preventScroll: true }),
    });
    this.selecting = new Selecting(this, view, snapper, {
      choices: () => this.schema.labels.slice(0, 10).map((label, i) => ({
        text: label.tag ?? label.key, key: i < 9 ? String(i + 1) : undefined, color: label.color ?? i % 8, act: () => act.label(label.key),
      })),
      onclick: (ids) => this.#clicked(ids),
    });
    const filter = this.root.querySelector("#list-filter");
    filter.addEventListener("change", () => { this.list.filter = filter.value; this.list.render(); });
  }

  #clicked(ids) {
    const known = ids.filter((id) => this.store.elements.has(id)).sort((a, b) => this.#size(a) - this.#size(b)); // innermost first
    if (!known.length) return;
    const next = known[(known.indexOf(this.store.focus) + 1) % known.length];
    if (this.linking) this.linking.pick(next);
    else this.focusOn(next);
  }

  #size(id) {
    const { fragments } = this.store.elements.get(id);
    return fragments.at(-1)[1] - fragments[0][0];
  }

  labelTitle(key) {
    return this.labels.get(key)?.title ?? key;
  }

  relationTitle(type) {
    return this.schema.relations?.find((r) => r.key === type)?.title ?? type;
  }

  lineOf(id) {
    const body = this.store.elements.get(id);
    return body?.fragments ? this.table.lineOf(body.fragments[0][0]) : "";
  }

  signs(body) {
    return signs(body);
  }

  wasSeen(id) {
    return this.seen.hasUnit(this.view.spans.get(id).pieces[0][0]);
  }

  /** Puts an entity into the view, or takes it out. */
  #span(id) {
    const body = this.store.elements.get(id);
    if (!body || !isEntity(body) || this.store.hidden.has(body.label)) return this.view.setSpan(id, null);
    const label = this.labels.get(body.label) ?? { color: 7, tag: body.label, at: 0 };
    const solid = label.at < 8 ? "solid" : label.at < 16 ? "double" : "dotted";
    const short = signs(body);
    return this.view.setSpan(id, {
      id, pieces: body.fragments.map(([start, end]) => [this.table.toUnit(start), this.table.toUnit(end)]),
      tint: body.status ?? "confirmed", line: isOpen(body) ? "dashed" : solid, color: label.color,
      tag: `${label.tag ?? label.key}${short ? ` ${short}` : ""}`,
      say: [label.title, signsSpoken(body), isOpen(body) ? "not reviewed" : ""].filter(Boolean).join(", "),
    });
  }

  #describe(id) {
    const body = this.store.elements.get(id);
    const label = this.labels.get(body.label) ?? { color: 7, tag: body.label, title: body.label };
    const text = this.textOf(body);
    const line = this.lineOf(id);
    return {
      text, line, tag: label.tag ?? label.key, color: label.color, state: body.status ?? "confirmed", signs: signs(body),
      say: [text, label.title, signsSpoken(body), STATES[body.status] ?? "added", `line ${line}`].filter(Boolean).join(", "),
    };
  }

  focusOn(id) {
    this.store.select(null);
    this.store.focusOn(id);
  }

  jumpTo(id) {
    const body = this.store.elements.get(id);
    if (!body) return;
    if (isEntity(body)) this.focusOn(id);
    else if (body.kind === "relation") this.focusOn(body.head);
    else this.show({ code_assignment: "codes", event: "events", exposure: "events", assessment: "events", comment: "comment" }[body.kind] ?? "entity");
  }

  show(tab, focus = false) {
    this.tabs.show(tab);
    if (focus) this.root.querySelector("#panel")?.querySelector("button, select, input, textarea")?.focus();
  }

  #changed({ ids, focus, view, selection }) {
    const moved = [...ids].filter((id) => isEntity(this.store.elements.get(id) ?? {}) || this.view.spans.has(id));
    for (const id of view ? this.store.order : moved) this.#span(id);
    if (moved.length || view) this.view.draw();
    const count = this.list.ids.length;
    if (view || count !== this.shown || this.list.filter !== "all") this.list.render();
    else moved.forEach((id) => this.list.update(id));
    this.shown = count;
    if (focus) this.#focusMoved();
    if (focus || ids.size || view || selection) this.#render();
    if (ids.size || focus) this.#speak();
    this.arcs.redraw();
  }

  #focusMoved() {
    const { store, view } = this;
    const span = view.spans.get(store.focus);
    if (span) view.reveal(span.pieces[0][0], span.pieces[0][1]);
    if (store.focus !== this.changed) this.changed = null;
    this.list.moveTo();
  }

  #speak() {
    const { store } = this;
    if (!store.focused || !isEntity(store.focused)) return;
    this.say(`${this.#describe(store.focus).say}; ${store.order.indexOf(store.focus) + 1} of ${store.order.length}`);
  }

  #render() {
    this.view.setCurrent(this.store.focus, this.store.edge);
    this.panels[this.tabs.current].render();
    const counts = progress(this.store.elements);
    this.foot.show(progressWords(counts), counts.total ? counts.done / counts.total : 1);
    this.#section();
    this.#legend();
  }

  #section() {
    const found = this.store.focus && !this.store.readOnly && sectionOf(this, this.store.focus);
    redraw(this.root.querySelector("#section-strip"), found ? h("p", { class: "strip" }, `${found.title}: ${found.ids.length} not reviewed. `,
      button("Accept this list", () => this.store.run({ ...acceptList(this.store, found.ids) }), { keep: "section" })) : []);
  }

  /** Label toggles: show or hide, with the shortcut. */
  #legend() {
    redraw(this.root.querySelector("#legend"), this.schema.labels.map((label, i) => button(label.tag ?? label.key, () => this.store.toggleLabel(label.key), {
      chip: label.color ?? i % 8, pressed: !this.store.hidden.has(label.key), keep: `legend-${i}`, label: `Show ${label.title}`,
    })));
  }

  /** What an element is about: its words, with its kind where it is more than a place in the text. */
  nameOf(body) {
    const words = (id) => this.textOf(this.store.elements.get(id) ?? {});
    if (body.kind === "relation") return `${words(body.head)} – ${this.relationTitle(body.type)} – ${words(body.tail)}`;
    if (body.mentions) return `${body.kind} ${words(body.mentions[0])}`;
    if (body.kind === "assessment") return `pair ${["exposure", "event"].map((end) => words(this.store.elements.get(body[end])?.mentions[0])).join(" → ")}`;
    return this.textOf(body) || body.label || body.kind.replace("_", " ");
  }

  /** What must be done before finishing. */
  open() {
    const place = (id) => (this.store.order.indexOf(id) + 1 || Infinity); // entities as they stand, the rest after them
    const waiting = [...this.store.elements].filter(([, body]) => isOpen(body)).sort(([a], [b]) => place(a) - place(b) || 0);
    return waiting.map(([id, body]) => ({ message: `Not reviewed: ${this.nameOf(body)}`, go: () => this.jumpTo(id) }));
  }

  /** What does not keep anybody from finishing, but should be looked at once more. */
  advice() {
    return this.findings.advice();
  }

  unseen() {
    return this.seen.missed().map(({ start, end }) => ({
      message: `Never on screen: line ${this.view.blocks[start].label}${end > start ? ` to ${this.view.blocks[end].label}` : ""}`,
      go: () => this.view.reveal(this.view.blocks[start].start),
    }));
  }
}

const acceptList = (store, ids) => ({
  title: `accept ${ids.length}`, actions: ids.map((id) => ({ id, body: { ...store.elements.get(id), status: "confirmed" } })),
});

export async function start(root) {
  const space = new NoteSpace(root, await Workspace.load(root));
  await space.restore();
  space.surface.focus({ preventScroll: true });
  return space;
}
