// Safeguards of accepting: a strip when it goes too fast, and a guarded "accept all remaining".
import { ask } from "../../../js/controllers/dialogs.js";
import { button, h, plural } from "../../../js/lib/dom.js";
import { acceptAll } from "./commands.js";
import { isOpen, ofKind } from "../../../js/annotator/payload.js";
import { isEntity } from "./bodies.js";

// Proposals, to be set from pilot data.
const FAST = 700; // ms between two accepts
const ROW = 8; // fast accepts in a row
const PAUSE = 5000; // ms to wait the second time within an item
const SHOWN = 5; // judged one by one before the rest

export class Accepting {
  constructor(space, strip) {
    Object.assign(this, { space, strip, row: 0, last: 0, warned: 0, until: 0 });
  }

  /** Call at each single accept; false while the pause lasts. */
  allowed(now = performance.now()) {
    if (now < this.until) return false;
    this.row = now - this.last < FAST ? this.row + 1 : 0;
    this.last = now;
    if (this.row >= ROW) this.#warn(now);
    return true;
  }

  #warn(now) {
    this.row = 0;
    this.warned++;
    if (this.warned > 1) this.until = now + PAUSE;
    this.strip.replaceChildren(
      h(
        "p",
        { class: "strip warn", role: "status" },
        this.warned > 1
          ? "Very fast accepting again: five seconds to look back."
          : "You are accepting fast: suggestions contain mistakes.",
      ),
    );
    setTimeout(() => this.strip.replaceChildren(), PAUSE);
  }

  /** Accepts what is left but critical labels: only what was on screen, the least certain one by one, one undo. */
  async all() {
    const { store } = this.space;
    const open = store.order.filter((id) => isOpen(store.elements.get(id)));
    const critical = (id) => isCritical(this.space, store.elements.get(id));
    const single = open.filter(critical);
    const seen = open.filter((id) => this.space.wasSeen(id) && !critical(id));
    const ties = this.#ties(seen);
    if (!seen.length && !ties.length) return void this.space.say("Nothing left that was on screen");
    const doubtful = [...seen].sort((a, b) => this.#doubt(b) - this.#doubt(a)).slice(0, SHOWN);
    const verdicts = new Map();
    const rows = doubtful.map((id) => this.#row(id, verdicts));
    const rest = seen.filter((id) => !doubtful.includes(id));
    const counts = new Map();
    for (const id of rest)
      counts.set(store.elements.get(id).label, (counts.get(store.elements.get(id).label) ?? 0) + 1);
    const answer = await ask(
      "Accept all remaining",
      [
        rows.length
          ? h("p", null, `First the ${plural(doubtful.length, "least certain one", "least certain ones")}:`)
          : null,
        rows.length ? h("ul", { class: "plain" }, rows) : null,
        rest.length
          ? h("p", null, `Then ${[...counts].map(([label, n]) => `${n} ${this.space.labelTitle(label)}`).join(", ")}.`)
          : null,
        open.length > seen.length + single.length
          ? h("p", { class: "mut" }, `${open.length - seen.length - single.length} were never on screen and stay open.`)
          : null,
        single.length
          ? h(
              "p",
              { class: "mut" },
              `${plural(single.length, "suggestion")} of a critical label ` +
                `${single.length === 1 ? "waits for its" : "wait for their"} own verdict.`,
            )
          : null,
        h("p", { class: "mut" }, "No code is taken with them: a code is accepted where it is read."),
        ties.length
          ? h(
              "p",
              null,
              `With them up to ${plural(ties.length, "routine relation")} between what is accepted; ` +
                "causes, events and pairs wait for their own verdict.",
            )
          : null,
      ],
      [
        { text: "Cancel", value: null },
        { text: "Accept", value: "yes", primary: true },
      ],
    );
    if (answer !== "yes") return undefined;
    const good = [...rest, ...doubtful.filter((id) => verdicts.get(id) === "yes")];
    const tied = this.#ties(good);
    store.run(acceptAll(store.elements, [...good, ...tied]));
    return this.space.say(`${good.length + tied.length} accepted; one undo takes them back`);
  }

  /** Open relations of a routine kind (dose, site, value …) whose ends are accepted, or will be with `ids`. */
  #ties(ids) {
    const { elements } = this.space.store;
    const routine = new Set(
      (this.space.schema.relations ?? [])
        .filter((type) => (type.class ?? "routine") === "routine")
        .map((type) => type.key),
    );
    const taken = new Set(ids);
    const holds = (id) => taken.has(id) || elements.get(id)?.status === "confirmed";
    return ofKind(elements, "relation")
      .filter(([, r]) => isOpen(r) && routine.has(r.type) && holds(r.head) && holds(r.tail))
      .map(([id]) => id);
  }

  /** Marked assertions and short spans go wrong most often; a score counts where the pipeline gives one. */
  #doubt(id) {
    const body = this.space.store.elements.get(id);
    return (body.because?.length ?? 0) * 10 - this.space.textOf(body).length;
  }

  #row(id, verdicts) {
    const body = this.space.store.elements.get(id);
    const give = (verdict) => () => {
      verdicts.set(id, verdict);
      for (const b of row.querySelectorAll("button"))
        b.setAttribute("aria-pressed", String(b.textContent === (verdict === "yes" ? "Right" : "Leave open")));
    };
    const row = h(
      "li",
      { class: "row spread" },
      h(
        "span",
        null,
        h("b", null, this.space.textOf(body)),
        ` ${this.space.labelTitle(body.label)} ${this.space.signs(body)}`,
      ),
      h(
        "span",
        { class: "row" },
        button("Right", give("yes"), { pressed: false }),
        button("Leave open", give("no"), { pressed: true }),
      ),
    );
    return row;
  }
}

/** Critical labels are judged one by one, never in bulk. */
const isCritical = (space, body) =>
  space.schema.labels.some((label) => label.key === body.label && label.class === "critical");

/** Entities of a section that can be accepted in one act: medication and problem lists. */
export function sectionOf(space, id) {
  const sections = space.data.present?.meta?.sections ?? [];
  const start = space.store.elements.get(id)?.fragments?.[0][0];
  const section = sections.find((s) => s.start <= start && start < s.end);
  if (!section || !/medic|problem|allerg|drug/i.test(`${section.key ?? ""} ${section.title ?? ""}`)) return null;
  const ids = space.store.order.filter((key) => {
    const body = space.store.elements.get(key);
    return (
      isEntity(body) &&
      isOpen(body) &&
      !isCritical(space, body) &&
      body.fragments[0][0] >= section.start &&
      body.fragments[0][0] < section.end
    );
  });
  return ids.length > 1 ? { title: section.title ?? section.key, ids } : null;
}
