// What each command of the notes workbench does; buttons and keys call the same functions.
import { Linking } from "./hints.js";
import { isOpen } from "../../../js/annotator/payload.js";
import { isEntity, openRelation } from "./bodies.js";
import { extent, overlaps } from "../../../js/annotator/segment.js";
import * as commands from "./commands.js";
import { chooseLabel } from "./label-search.js";

export function noteActs(space) {
  const { store, table, view, snapper } = space;
  const E = store.elements;
  const focused = () => (store.focused && isEntity(store.focused) ? store.focus : null);
  const waits = (body, id) => isOpen(body) || openRelation(E, id) !== null;

  const goto = (step, wanted) => {
    const id = store.neighbour(step, wanted);
    if (id) space.focusOn(id);
    else space.say(wanted ? "Everything here is reviewed" : "No entity here");
  };

  const run = (command, remember = false) => {
    const id = focused();
    if (remember) space.changed = id;
    if (store.run(command) && remember) space.model = { ...E.get(id) };
  };

  const label = (key) => {
    if (store.readOnly) return;
    if (store.selection) {
      const { start, end } = store.selection;
      store.run(commands.addEntity(E, [[start, end]], key));
      space.changed = space.model = null;
      store.select(null);
      space.back();
      space.model = { ...store.focused };
    } else if (focused()) run(commands.relabel(E, focused(), key), true);
  };

  const onFocused = (act) => (...given) => {
    if (focused()) act(focused(), ...given);
    else space.say("Choose an entity first");
  };

  const accepted = (withCode) => onFocused((id) => {
    if (!space.accepting.allowed()) return space.say("A short pause");
    const relation = openRelation(E, id);
    if (isOpen(E.get(id)) || !relation) run(commands.accept(E, id, withCode ? space.proposals.code(id) : null));
    else store.run(commands.put(relation, { ...E.get(relation), status: "confirmed" }, "accept relation"));
    if (!openRelation(E, id)) goto(1, waits);
    return undefined;
  });

  const accept = accepted(true);
  const acceptWithout = accepted(false);

  const reject = onFocused((id) => {
    const next = store.neighbour(1, waits) ?? store.neighbour(1);
    run(commands.reject(E, id));
    if (next && next !== id && E.has(next)) space.focusOn(next);
  });

  /** Moves the active edge of the entity, or the end of the selection, by one word. */
  const moveEdge = (step) => {
    const id = focused();
    const pieces = store.selection
      ? [[store.selection.start, store.selection.end]]
      : id && E.get(id).fragments.map((p) => [...p]);
    if (!pieces) return;
    const atEnd = store.selection ? true : store.edge === "end";
    const piece = atEnd ? pieces.at(-1) : pieces[0];
    const [start, end] = [table.toUnit(piece[0]), table.toUnit(piece[1])];
    const moved = atEnd ? [start, movedEnd(snapper, start, end, step)] : [movedStart(snapper, start, end, step), end];
    if (moved[0] >= moved[1]) return;
    piece[0] = table.toPoint(moved[0]);
    piece[1] = table.toPoint(moved[1]);
    const clash = pieces.some((p, i) => i && p[0] < pieces[i - 1][1]);
    if (clash) return;
    if (store.selection) space.selecting.set(...moved);
    else store.run(commands.setFragments(E, id, pieces));
  };

  const link = onFocused((id) => {
    if (space.linking || store.readOnly) return;
    const stop = () => {
      drop();
      linking.close();
      space.linking = null;
    };
    const drop = space.keymap.push((key) => linking.take(key));
    let linking = { take: () => true, close() {} };
    let over = false;
    linking = new Linking(view, store, space.schema, {
      say: (words) => space.say(words),
      cancel: () => { over = true; stop(); },
      finish: (target, type) => {
        stop();
        store.run(type.flip ? commands.link(E, target, id, type.key) : commands.link(E, id, target, type.key));
        space.say(`${type.title}: linked`);
      },
    });
    if (over) stop();
    else space.linking = linking;
  });

  const cycle = onFocused((id) => {
    const span = view.spans.get(id);
    if (!span) return; // its label is not shown
    const here = store.visible.filter((key) => view.spans.has(key) && overlaps(view.spans.get(key), span));
    here.sort((a, b) => size(view, a) - size(view, b));
    space.focusOn(here[(here.indexOf(id) + 1) % here.length]);
  });

  const evidence = onFocused((id) => {
    const code = E.get(id).codes?.[0];
    if (!code) return space.say("This entity has no code yet: c searches one");
    run(commands.addCode(E, code, [id]));
    return space.say(`${code.code} on the code list, with this as evidence`);
  });

  const acts = {
    accept,
    acceptWithout,
    reject,
    label,
    link,
    next: () => goto(1),
    previous: () => goto(-1),
    nextOpen: () => goto(1, waits),
    previousOpen: () => goto(-1, waits),
    edge: () => store.switchEdge(),
    widen: () => moveEdge(1),
    narrow: () => moveEdge(-1),
    toggle: onFocused((id, name) => run(commands.toggle(E, id, name), true)),
    none: async () => {
      const key = await chooseLabel(space.schema);
      if (key) label(key);
    },
    overlap: cycle,
    evidence,
    listCode: (code) => store.run(commands.addCode(E, code, focused() ? [focused()] : [])),
    addEvidence: (id) =>
      store.run(commands.put(id, { ...E.get(id), evidence: [...(E.get(id).evidence ?? []), store.focus] }, "evidence")),
    useSelection: onFocused((id) => {
      if (!store.selection) return;
      run(commands.setFragments(E, id, [[store.selection.start, store.selection.end]]));
      store.select(null);
    }),
    addPart: onFocused((id) => {
      if (!store.selection) return;
      run(commands.addFragment(E, id, [store.selection.start, store.selection.end]));
      store.select(null);
    }),
    repeat: onFocused((id) =>
      space.model ? run(commands.repeat(E, id, space.model)) : space.say("Nothing to repeat yet"),
    ),
    acceptAll: () => space.accepting.all(),
    more: () => space.panels.entity.toggleMore(),
    code: onFocused(() => {
      space.show("entity");
      space.codes.focus();
    }),
    codeList: () => space.show("codes", true),
    events: () => space.show("events", true),
    why: () => space.show("comment", true),
    edit: () => space.root.querySelector("#panel button, #panel select")?.focus(),
    find: () => space.find.open(view.spans.get(focused())?.pieces[0][0] ?? 0),
    caret: () => space.selecting.startCursor(space.keymap, startUnit(space)),
    arcs: () =>
      space.say(`Arcs: ${{ focus: "of the current one", all: "all in view", none: "none" }[space.arcs.cycle()]}`),
    toggleLabel: (key) => {
      const found = space.schema.labels[Number(key.at(-1)) - 1];
      if (found) store.toggleLabel(found.key);
    },
    choose: (key) => {
      const found = space.schema.labels[Number(key) - 1];
      if (found) label(found.key);
    },
  };
  for (const name of ["negated", "uncertain", "historical", "hypothetical", "family"])
    acts[name] = () => acts.toggle(name);
  return acts;
}

const size = (view, id) => extent(view.spans.get(id))[1] - extent(view.spans.get(id))[0];

/** Where the word cursor starts: at the entity, at the last click, or at the first line in view. */
function startUnit(space) {
  const { store, view } = space;
  if (store.focus && view.spans.has(store.focus)) return view.spans.get(store.focus).pieces[0][0];
  return space.selecting.lastPlace ?? 0;
}

function movedEnd(snapper, start, end, step) {
  if (step > 0) return snapper.wordFrom(end, 1)?.[1] ?? end;
  const word = snapper.wordsAround(end - 1).findLast(([a]) => a < end);
  const before = word && snapper.wordFrom(word[0], -1);
  return before && before[1] > start ? before[1] : end;
}

function movedStart(snapper, start, end, step) {
  if (step < 0) return snapper.wordFrom(start, -1)?.[0] ?? start;
  const word = snapper.wordsAround(start).find(([, b]) => b > start);
  const after = word && snapper.wordFrom(word[1], 1);
  return after && after[0] < end ? after[0] : start;
}
