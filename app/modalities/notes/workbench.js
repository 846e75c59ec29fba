// The notes workbench: wires text, list, panels and keys to one draft.
import { Arcs } from "./workbench/arcs.js";
import { EntityList } from "./workbench/entitylist.js";
import { Find } from "../../js/annotator/find.js";
import { labelMarks } from "../../js/annotator/marks.js";
import { NoteView } from "../../js/annotator/noteview.js";
import { Snapper } from "../../js/annotator/snap.js";
import { isOpen, progress } from "../../js/annotator/payload.js";
import { isEntity, signs, signsSpoken } from "./workbench/bodies.js";
import { setCode } from "./workbench/commands.js";
import { CodeSearch } from "../../js/controllers/code-search.js";
import { Keymap } from "../../js/lib/keys.js";
import { Parts, button, h, redraw } from "../../js/lib/dom.js";
import { Accepting, sectionOf } from "./workbench/accepting.js";
import { CodeFindings } from "./workbench/code-findings.js";
import { Foot } from "../../js/workbench/foot.js";
import { noteActs } from "./workbench/note-acts.js";
import { CodeListPanel } from "./workbench/panels/code-list.js";
import { CommentPanel } from "./workbench/panels/comment.js";
import { EntityPanel, progressWords } from "./workbench/panels/entity.js";
import { EventsPanel } from "./workbench/panels/events.js";
import { Proposals } from "./workbench/proposals.js";
import { Seen } from "../../js/workbench/seen.js";
import { Selecting } from "../../js/workbench/selecting.js";
import { Tabs } from "./workbench/tabs.js";
import { Terms } from "./workbench/terms.js";
import { Workspace } from "../../js/workbench/workspace.js";

const STATES = { suggested: "not reviewed", confirmed: "confirmed", rejected: "rejected" };

class NoteSpace extends Workspace {
  constructor(root, data) {
    super(root, data);
    const { store, table } = this;
    const lang = data.document.language ?? "en";
    this.labels = labelMarks(this.schema.labels);
    this.snapper = new Snapper(table.text, lang);
    this.view = new NoteView(this.surface, table, { lang, ondrawn: () => this.arcs?.redraw() });
    this.keymap = new Keymap(["spans", "text", "answers"], {});
    this.terms = new Terms(this, () => this.#learnt());
    this.proposals = new Proposals(this, () => this.#proposed());
    this.arcs = new Arcs(this.view, store, {
      titles: (type) => this.relationTitle(type),
      lineOf: (id) => this.lineOf(id),
    });
    this.act = noteActs(this);
    this.strips = new Parts();
    this.hidden = new Set(); // labels, as they are drawn
    this.seen = new Seen(this.view, this.life.signal);
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
    this.list.reveal();
  }

  #parts() {
    const { store, view, act, snapper } = this;
    this.codes = new CodeSearch({
      label: "Search a code for this entity",
      search: (query, signal) => this.terms.search(query, store.focused?.label ?? null, signal),
      candidates: () => (store.focus ? this.#candidates(store.focus) : Promise.resolve({ hits: [], release: "" })),
      pick: (hit, release) => {
        this.changed = store.focus;
        store.run(setCode(store.elements, store.focus, this.terms.code(hit, release)));
        if (hit.then) this.panels.codes.addPair(hit, release);
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
    this.tabs = new Tabs(
      this.root.querySelector("#tabs"),
      panel,
      [
        ["entity", "Entity"],
        ["codes", "Codes", "codeList"],
        ["events", "Events", "events"],
        ["comment", "Comment", "why"],
      ],
      this.keymap,
      () => this.#render(),
    );
    this.list = new EntityList(this.root.querySelector("#entities"), store, (id) => this.#describe(id), {
      onpick: (id) => this.focusOn(id),
    });
    this.find = new Find(this.root.querySelector("#find"), this.root.querySelector("#find-count"), view, snapper, {
      onpick: (start, end) => { this.surface.focus({ preventScroll: true }); this.selecting.set(start, end); },
      onleave: () => this.surface.focus({ preventScroll: true }),
    });
    this.selecting = new Selecting(this, view, snapper, {
      choices: () =>
        this.schema.labels
          .slice(0, 10)
          .map((label, i) => ({
            text: label.tag ?? label.key,
            key: i < 9 ? String(i + 1) : undefined,
            mark: this.labels.get(label.key),
            act: () => act.label(label.key),
          })),
      onclick: (ids) => this.#clicked(ids),
    });
    const filter = this.root.querySelector("#list-filter");
    filter.addEventListener("change", () => { this.list.filter = filter.value; this.list.render(); });
  }

  /** The server proposes for what it has: what was changed here is sent first. */
  async #candidates(id) {
    const asked = this.proposals.signature(id);
    if (!this.store.readOnly) await this.autosave.flush();
    const answer = await this.terms.candidates(id);
    this.proposals.learn(asked, answer.proposal);
    return answer;
  }

  #proposed() {
    const { focus } = this.store;
    if (!focus) return;
    this.#span(focus);
    this.view.draw();
    this.list.update(focus);
    this.#learnt();
  }

  /** What came from the server later is drawn, but not under the hands of somebody who types there. */
  #learnt() {
    const { activeElement } = document;
    if (activeElement?.matches("input") && this.root.querySelector("#panel").contains(activeElement)) return;
    this.#render();
  }

  #clicked(ids) {
    // Innermost first.
    const known = ids.filter((id) => this.store.elements.has(id)).sort((a, b) => this.#size(a) - this.#size(b));
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
    const label = this.labels.get(body.label) ?? { color: 7, tag: body.label, line: "solid" };
    const short = signs(body);
    const code = id === this.store.focus ? this.proposals.code(id)?.code : null; // before the eyes of who accepts it
    return this.view.setSpan(id, {
      id,
      pieces: body.fragments.map(([start, end]) => [this.table.toUnit(start), this.table.toUnit(end)]),
      tint: body.status ?? "confirmed",
      line: label.line,
      loud: label.loud,
      color: label.color,
      tag: [isOpen(body) && "○", label.tag ?? label.key, short, code && `+ ${code}`].filter(Boolean).join(" "),
      say: [label.title, signsSpoken(body), isOpen(body) ? "not reviewed" : "", code && `proposed code ${code}`]
        .filter(Boolean)
        .join(", "),
    });
  }

  #describe(id) {
    const body = this.store.elements.get(id);
    const label = this.labels.get(body.label) ?? { color: 7, tag: body.label, title: body.label };
    const text = this.textOf(body);
    const line = this.lineOf(id);
    return {
      text,
      line,
      tag: label.tag ?? label.key,
      color: label.color,
      state: body.status ?? "confirmed",
      signs: signs(body),
      code: body.codes?.length ? body.codes.map((held) => held.code).join(" ") : (this.proposals.code(id)?.code ?? ""),
      coded: Boolean(body.codes?.length),
      say: [text, label.title, signsSpoken(body), STATES[body.status] ?? "added", `line ${line}`]
        .filter(Boolean)
        .join(", "),
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
    else
      this.show(
        { code_assignment: "codes", event: "events", exposure: "events", assessment: "events", comment: "comment" }[
          body.kind
        ] ?? "entity",
      );
  }

  show(tab, focus = false) {
    this.tabs.show(tab);
    if (focus) this.root.querySelector("#panel")?.querySelector("button, select, input, textarea")?.focus();
  }

  /** Whatever happens within one event is drawn once, before the next. */
  #changed({ ids, focus, view, selection }) {
    if (!this.due) {
      this.due = { ids: new Set(), focus: false, view: false, selection: false };
      queueMicrotask(() => this.draw());
    }
    for (const id of ids) this.due.ids.add(id);
    this.due.focus ||= focus;
    this.due.view ||= view;
    this.due.selection ||= selection;
  }

  /** At once, for who asks the page what it shows. */
  draw() {
    if (!this.due) return;
    const { ids, focus, view, selection } = this.due;
    this.due = null;
    const { elements, hidden, order } = this.store;
    const moved = [...ids].filter((id) => isEntity(elements.get(id) ?? {}) || this.view.spans.has(id));
    const turned = new Set([...hidden, ...this.hidden].filter((label) => hidden.has(label) !== this.hidden.has(label)));
    this.hidden = new Set(hidden);
    for (const id of moved) this.#span(id);
    if (turned.size) for (const id of order) if (turned.has(elements.get(id).label)) this.#span(id);
    if (moved.length || turned.size) this.view.draw();
    if (view || moved.length) this.list.render();
    if (focus) this.#focusMoved();
    if (focus || ids.size || view || selection) this.#render();
    if (ids.size || focus) this.#speak();
    if (focus) this.#reveal();
    this.arcs.redraw();
  }

  #focusMoved() {
    const { store, view } = this;
    for (const id of [this.before, store.focus]) if (id && store.elements.has(id)) this.#span(id);
    this.before = store.focus;
    view.draw();
    if (store.focus !== this.changed) this.changed = null;
    this.list.moveTo();
  }

  /** The layout is asked for when all else is drawn. */
  #reveal() {
    const span = this.view.spans.get(this.store.focus);
    if (span) this.view.reveal(span.pieces[0][0], span.pieces[0][1]);
    this.list.reveal();
  }

  #speak() {
    const { store } = this;
    if (!store.focused || !isEntity(store.focused)) return;
    const code = this.proposals.code(store.focus)?.code;
    const proposed = code ? `; proposed code ${code}` : "";
    const place = `${store.elements.position(store.focus) + 1} of ${store.order.length}`;
    this.say(`${this.#describe(store.focus).say}${proposed}; ${place}`);
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
    const strip = this.strips.of("section", found, () =>
      found
        ? h(
            "p",
            { class: "strip" },
            `${found.title}: ${found.ids.length} not reviewed. `,
            button("Accept this list", () => this.store.run({ ...acceptList(this.store, found.ids) }), {
              keep: "section",
            }),
          )
        : [],
    );
    redraw(this.root.querySelector("#section-strip"), strip);
  }

  /** Label toggles: show or hide, with the shortcut. */
  #legend() {
    const buttons = this.strips.of("legend", [...this.store.hidden], () =>
      this.schema.labels.map((label, i) =>
        button(label.tag ?? label.key, () => this.store.toggleLabel(label.key), {
          chip: this.labels.get(label.key),
          pressed: !this.store.hidden.has(label.key),
          keep: `legend-${i}`,
          label: `Show ${label.title}`,
        }),
      ),
    );
    redraw(this.root.querySelector("#legend"), buttons);
  }

  /** What an element is about: its words, with its kind where it is more than a place in the text. */
  nameOf(body) {
    const words = (id) => this.textOf(this.store.elements.get(id) ?? {});
    if (body.kind === "relation") return `${words(body.head)} – ${this.relationTitle(body.type)} – ${words(body.tail)}`;
    if (body.mentions) return `${body.kind} ${words(body.mentions[0])}`;
    if (body.kind === "assessment") {
      const ends = [body.exposure, body.event].map((id) => words(this.store.elements.get(id)?.mentions[0]));
      return `pair ${ends.join(" → ")}`;
    }
    return this.textOf(body) || body.label || body.kind.replace("_", " ");
  }

  /** What must be done before finishing. */
  open() {
    // Entities as they stand, the rest after them.
    const place = (id) => this.store.elements.position(id) + 1 || Infinity;
    const waiting = [...this.store.elements]
      .filter(([, body]) => isOpen(body))
      .sort(([a], [b]) => place(a) - place(b) || 0);
    return waiting.map(([id, body]) => ({ message: `Not reviewed: ${this.nameOf(body)}`, go: () => this.jumpTo(id) }));
  }

  /** What does not keep anybody from finishing, but should be looked at once more. */
  advice() {
    return this.findings.advice();
  }

  unseen() {
    const { blocks } = this.view;
    return this.seen.missed().map(({ start, end }) => ({
      message: `Never on screen: line ${blocks[start].label}${end > start ? ` to ${blocks[end].label}` : ""}`,
      go: () => this.view.reveal(this.view.blocks[start].start),
    }));
  }
}

const acceptList = (store, ids) => ({
  title: `accept ${ids.length}`,
  actions: ids.map((id) => ({ id, body: { ...store.elements.get(id), status: "confirmed" } })),
});

export async function start(root) {
  const space = new NoteSpace(root, await Workspace.load(root));
  await space.restore();
  space.surface.focus({ preventScroll: true });
  return space;
}
