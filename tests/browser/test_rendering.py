"""The page draws what changed and nothing else: what it shows after many acts is what a fresh page shows."""

import random

import pytest

from tests.bench.page_world import note
from tests.browser.notes_page import NotesPage

# What is seen and heard: marks, list, details, legend, foot. Lanes of underlines depend on what came first.
SHOWN = """
space.draw();
const clone = (selector) => {
  const copy = document.querySelector(selector).cloneNode(true);
  for (const part of copy.querySelectorAll("mark")) { part.removeAttribute("style"); delete part.dataset.line; }
  for (const part of copy.querySelectorAll("[id^=codes-], [aria-controls^=codes-], [data-keep^=codes-], .proposal"))
    part.remove();
  return copy.innerHTML;
};
return Object.fromEntries([".text", "#entities", "#panel", "#legend", "#progress-words"].map((s) => [s, clone(s)]));
"""
# The indexes against what they stand for, sought from end to end.
SOUGHT = """
const { elements, forms } = space.store;
const all = [...elements];
const key = ([id, b]) => [forms.start(b), -forms.end(b), id];
const placed = all.filter(([, b]) => forms.place(b)).sort((a, b) => {
  const [x, y] = [key(a), key(b)];
  return x[0] - y[0] || x[1] - y[1] || (x[2] < y[2] ? -1 : 1);
}).map(([id]) => id);
const wrong = [];
const say = (what, one, other) => JSON.stringify(one) === JSON.stringify(other) || wrong.push([what, one, other]);
say("order", elements.order, placed);
say("open", elements.open, all.filter(([, b]) => b.status === "suggested").length);
for (const kind of new Set(all.map(([, b]) => b.kind)))
  say(kind, elements.ofKind(kind), all.filter(([, b]) => b.kind === kind));
for (const [id] of all) {
  say(id, elements.position(id), placed.indexOf(id));
  const tied = all.filter(([, b]) => b.kind === "relation" && (b.head === id || b.tail === id)).map(([k]) => k);
  say(id, elements.hangingOn(id).filter(([, b]) => b.kind === "relation").map(([k]) => k).sort(), tied.sort());
  const at = elements.get(id).fragments?.[0][0];
  if (at !== undefined)
    say(id, elements.startingAt(at).sort(), placed.filter((k) => forms.start(elements.get(k)) === at).sort());
}
return wrong;
"""
ACTS = """
space.accepting.allowed = () => true;
for (const [name, n] of x) {
  const { store } = space;
  if (name === "select") {
    const start = n % (space.table.length - 30);
    store.select({ start, end: start + 1 + (n % 20) });
    space.act.label(space.schema.labels[n % space.schema.labels.length].key);
  } else if (name === "jump") space.focusOn(store.order[n % store.order.length]);
  else if (name === "link") {
    const ids = store.order;
    store.run({ title: "link", actions: [{ id: `r${n}`, body: { kind: "relation", type: "treats", head: ids[n % ids.length],
      tail: ids[(n * 7 + 1) % ids.length], certainty: "certain", status: "confirmed", origin: { by: "human" } } }] });
  } else if (name === "relabel") space.act.label(space.schema.labels[n % space.schema.labels.length].key);
  else if (name === "hide") store.toggleLabel(space.schema.labels[n % space.schema.labels.length].key);
  else if (name === "undo" || name === "redo") store[name]();
  else space.act[name]();
  if (n % 3) space.draw();
}
"""
NAMES = ["next", "previous", "accept", "reject", "negated", "uncertain", "widen", "narrow", "edge", "undo", "redo",
         "select", "jump", "link", "relabel", "hide", "overlap", "more"]  # fmt: skip


def first_difference(one, other):
    """Where two strings part, with what stands there in each; None where they do not."""
    if one == other:
        return None
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[max(0, at - 60) : at + 100], other[max(0, at - 60) : at + 100]


def acts(seed, count=60):
    chance = random.Random(seed)
    done = [[chance.choice(NAMES), chance.randrange(1, 1_000_000)] for _ in range(count)]
    hidden = [n for name, n in done if name == "hide"]
    return [*done, *([["hide", n] for n in hidden])]  # shown again, as on a fresh page


@pytest.fixture(scope="module")
def long_task(world):
    text, suggestion = note(12_000, 450)
    return world.task(text=text, suggestion=suggestion)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_acts_the_page_shows_what_a_fresh_one_does(world, open_task, seed):
    task = world.task()
    notes = NotesPage(open_task(task))
    notes.space("space.act.next(); space.draw();")
    notes.space(ACTS, acts(seed))
    assert notes.space(SOUGHT) == []
    notes.space("space.store.select(null); if (space.panels.entity.more) space.act.more();")
    notes.space("if (space.store.edge !== 'end') space.act.edge(); space.changed = null;")
    focus = notes.space("return space.store.focus;")
    notes.saved()  # the server takes white space off the edges of spans
    shown = notes.space(SHOWN)
    notes.page.reload()
    fresh = NotesPage(notes.page)
    fresh.space("if (x) space.focusOn(x);", focus)
    again = fresh.space(SHOWN)
    for part, html in again.items():
        assert first_difference(shown[part], html) is None, part


def test_a_key_writes_as_little_into_a_long_note_as_into_a_short_one(notes, open_task, long_task):
    """Nodes that come and go at a step to the next entity, counted; timing is the bench's."""
    count = """
    const seen = new MutationObserver(() => {});
    seen.observe(document.querySelector("[data-workbench]"), { subtree: true, childList: true });
    space.act.next();
    space.draw();
    const size = (nodes) => [...nodes].reduce((n, node) => n + 1 + (node.querySelectorAll?.("*").length ?? 0), 0);
    return seen.takeRecords().reduce((n, r) => n + size(r.addedNodes), 0);
    """
    written = []
    for page in (notes, NotesPage(open_task(long_task))):
        page.space("space.focusOn(space.store.order[10]); space.draw();")
        written.append([page.space(count) for _ in range(6)])
    assert max(written[1]) <= max(written[0]) + 20
    assert max(map(max, written)) <= 160


def test_partners_of_a_relation_are_listed_when_somebody_turns_to_the_list(open_task, long_task):
    notes = NotesPage(open_task(long_task))
    notes.space("const id = space.store.order.find((k) => space.store.elements.get(k).label === 'medication'); space.focusOn(id);")
    control = notes.page.get_by_label("Add a relation")
    assert control.locator("option").count() == 1
    control.focus()
    lines = control.locator("option").all_inner_texts()
    assert len(lines) > 20
    assert all(line == "…" or "line" in line for line in lines)


def test_the_list_of_a_long_note_is_a_window_that_says_where_it_is(open_task, long_task):
    notes = NotesPage(open_task(long_task))
    for place in (0, 200, 449):
        notes.space("space.focusOn(space.store.order[x]); space.draw();", place)
        row = notes.page.locator("#entities [aria-selected=true]")
        assert row.get_attribute("aria-posinset") == str(place + 1)
        assert row.get_attribute("aria-setsize") == "450"
        assert notes.page.locator("#entities [role=option]").count() < 400
