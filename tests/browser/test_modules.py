"""The pure modules, run in Chromium by dynamic import and compared with Python."""

import random

import pytest

from app.annotation.forms import forms_of
from app.core.digest import canonical_json, sha256
from app.core.text import to_utf16
from app.modalities.notes.kinds import KINDS

PIECES = ["a", "é", "e\u0301", "ü", "👩🏽‍⚕️", "🦠", "กำ", "ผู้", "\r\n", "\n", "\r", "\u2028", "\x85", "ق", "م", "𝒳", " ", "1.5", "-", "患者"]


@pytest.fixture(scope="module")
def modules(chromium, world):
    """A blank page of our own origin; `modules(body, argument)` runs an async function body there."""
    page = chromium.new_page()
    page.goto(f"{world.url}/sign-in")
    base = f"{world.url}/static/test"
    yield lambda body, argument=None: page.evaluate(
        f"async (x) => {{ const load = (name) => import(`{base}/${{name.startsWith('modalities/') ? '' : 'js/'}}${{name}}`); {body} }}", argument
    )
    page.close()


def texts(seed=7, count=60):
    chance = random.Random(seed)
    return ["".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 120))) for _ in range(count)]


def test_code_points_and_utf16_units_are_mapped_as_python_does(modules):
    cases = [[text, [[p, to_utf16(text, p)] for p in range(len(text) + 1)]] for text in texts()]
    wrong = modules(
        """const { LineTable } = await load('lib/offsets.js');
        const wrong = [];
        for (const [text, pairs] of x) {
          const table = new LineTable(text);
          for (const [point, unit] of pairs)
            if (table.toUnit(point) !== unit || table.toPoint(unit) !== point) wrong.push([text, point, unit]);
          if (table.length !== pairs.length - 1) wrong.push([text, 'length']);
        }
        return wrong;""",
        cases,
    )
    assert wrong == []


def test_a_slice_by_code_points_is_pythons_slice(modules):
    chance = random.Random(3)
    cases = []
    for text in texts(seed=11):
        start, end = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        cases.append([text, start, end, text[start:end]])
    assert modules(
        """const { LineTable } = await load('lib/offsets.js');
        return x.filter(([text, s, e, want]) => new LineTable(text).slice(s, e) !== want);""",
        cases,
    ) == []


def test_lines_end_at_newline_only(modules):
    text = "one\r\ntwo\x85three\u2028four\nfive"
    assert modules("const { LineTable } = await load('lib/offsets.js'); return new LineTable(x).lines;", text) == 3


def test_segments_cover_a_line_once_and_name_what_covers_each_place(modules):
    chance = random.Random(5)
    cases = []
    for _ in range(80):
        spans = []
        for i in range(chance.randrange(0, 8)):
            start = chance.randrange(0, 40)
            spans.append({"id": str(i), "pieces": [[start, start + chance.randrange(1, 20)]]})
        cases.append(spans)
    for spans, segments in zip(
        cases, modules("const { segments } = await load('annotator/segment.js'); return x.map((s) => segments(10, 30, s));", cases), strict=True
    ):
        assert [s["start"] for s in segments] == [10, *[s["end"] for s in segments[:-1]]]
        assert segments[-1]["end"] == 30
        for segment in segments:
            for place in range(segment["start"], segment["end"]):
                assert sorted(segment["ids"]) == sorted(s["id"] for s in spans if s["pieces"][0][0] <= place < s["pieces"][0][1])


def test_overlapping_spans_never_share_an_underline(modules):
    chance = random.Random(9)
    spans = [{"id": str(i), "pieces": [[s := chance.randrange(0, 60), s + chance.randrange(1, 15)]]} for i in range(25)]
    lanes = modules(
        """const { freeLane } = await load('annotator/segment.js');
        const done = []; for (const s of x) { s.lane = freeLane(s, done); done.push(s); } return done;""",
        spans,
    )
    for one in lanes:
        for other in lanes:
            if one["id"] < other["id"] and one["lane"] == other["lane"] < 3:
                (a, b), (c, d) = one["pieces"][0], other["pieces"][0]
                assert not (a < d and c < b)


@pytest.mark.parametrize(
    ("text", "language", "inside", "word"),
    [
        ("a self-limiting rash", "en", [4, 5], "self-limiting"),
        ("BP 120/80 today", "en", [4, 5], "120/80"),
        ("Crohn's disease", "en", [1, 2], "Crohn's"),
        ("patient’s knee", "en", [1, 2], "patient’s"),
        ("ผู้ป่วยไม่มีไข้", "th", [0, 1], "ผู้"),
        ("患者否认胸痛", "zh", [4, 5], "胸痛"),
        ("demam-demam lagi", "ms", [0, 1], "demam-demam"),
        ("give 2 🦠 now", "en", [7, 8], "🦠"),
    ],
)
def test_a_selection_snaps_to_whole_words(modules, text, language, inside, word):
    found = modules(
        "const { Snapper } = await load('annotator/snap.js'); const s = new Snapper(x.text, x.lang); return x.text.slice(...s.toWords(...x.at));",
        {"text": text, "lang": language, "at": inside},
    )
    assert found == word


def test_a_selection_never_cuts_a_grapheme(modules):
    text = "x👩🏽‍⚕️y กำ e\u0301"
    found = modules(
        "const { Snapper } = await load('annotator/snap.js'); const s = new Snapper(x, 'en'); return [x.slice(...s.toGraphemes(2, 3)), x.slice(...s.toGraphemes(x.length - 2, x.length - 1))];",
        text,
    )
    assert found == ["👩🏽‍⚕️", "e\u0301"]


def test_canonical_json_and_its_digest_are_the_servers(modules):
    values = [
        {}, {"elements": {}}, {"b": [1, 2, {"z": None, "a": True}], "a": "é ü 患者 👩🏽‍⚕️ \u2028 \n\t\x07\"\\/"},
        {"elements": {"e1": {"kind": "entity", "fragments": [[0, 5]], "assertion": {"hypothetical": False}}}}, [*texts(2, 5)],
        "x" * 55, "x" * 56, "x" * 63, "x" * 64, "x" * 1000,
    ]
    got = modules("const d = await load('lib/digest.js'); return x.map((v) => [d.canonicalJson(v), d.sha256(d.canonicalJson(v))]);", values)
    assert got == [[canonical_json(v), sha256(canonical_json(v))] for v in values]


ELEMENTS = {"forms": forms_of(KINDS), "elements": {
    "e1": {"kind": "entity", "fragments": [[0, 4]], "label": "rx", "status": "suggested", "origin": {"by": "model"}, "codes": []},
    "e2": {"kind": "entity", "fragments": [[8, 12]], "label": "ae", "status": "confirmed", "origin": {"by": "human"}, "codes": []},
    "r1": {"kind": "relation", "type": "causes", "head": "e1", "tail": "e2", "status": "confirmed", "origin": {"by": "human"}},
    "c1": {"kind": "code_assignment", "system": "icd10cm", "release": "1", "code": "R21", "sequence": 1, "principal": True, "poa": None, "evidence": ["e2"]},
    "v1": {"kind": "event", "mentions": ["e2"], "subtype": "drug_reaction"},
    "x1": {"kind": "exposure", "mentions": ["e1"]},
    "a1": {"kind": "assessment", "event": "v1", "exposure": "x1"},
}}
COMMANDS = """
const c = await load('modalities/notes/workbench/commands.js'); const { Store } = await load('annotator/state.js');
const { Forms } = await load('annotator/forms.js');
const store = new Store(structuredClone(x.elements), new Forms(x.forms)); const E = store.elements; store.focusOn('e1');
const all = {
  accept: () => c.accept(E, 'e1'), rejectSuggested: () => c.reject(E, 'e1'), deleteOwn: () => c.reject(E, 'e2'),
  relabel: () => c.relabel(E, 'e1', 'ae'), negate: () => c.toggle(E, 'e1', 'negated'), axes: () => c.setAxes(E, 'e1', { course: 'chronic' }),
  bounds: () => c.setFragments(E, 'e1', [[0, 6]]), part: () => c.addFragment(E, 'e1', [6, 7]), code: () => c.setCode(E, 'e1', { system: 'icd10cm', release: '1', code: 'I10' }),
  link: () => c.link(E, 'e1', 'e2', 'causes', 'r9'), add: () => c.addEntity(E, [[14, 16]], 'rx', 'e9'), list: () => c.addCode(E, { system: 'icd10cm', release: '1', code: 'I10' }, ['e1'], { id: 'c9' }),
  dropFromList: () => c.dropFromList(E, 'c1'), acceptAll: () => c.acceptAll(E, ['e1', 'e2']), removeEvent: () => c.removeElement(E, 'v1'),
};
"""


def test_every_command_has_an_exact_inverse(modules):
    wrong = modules(
        COMMANDS + """
        const wrong = []; const start = JSON.stringify([...E].sort());
        for (const [name, make] of Object.entries(all)) {
          if (!store.run(make())) { wrong.push(name + ' did nothing'); continue; }
          const after = JSON.stringify([...E].sort());
          if (after === start) wrong.push(name + ' changed nothing');
          store.undo(); if (JSON.stringify([...E].sort()) !== start) wrong.push(name + ': undo');
          store.redo(); if (JSON.stringify([...E].sort()) !== after) wrong.push(name + ': redo');
          store.undo();
        }
        return wrong;""",
        ELEMENTS,
    )
    assert wrong == []


def test_nothing_is_left_hanging_when_an_entity_is_deleted(modules):
    left = modules(COMMANDS + "store.run(all.deleteOwn()); return Object.fromEntries(E);", ELEMENTS)
    assert sorted(left) == ["c1", "e1", "x1"]
    assert left["c1"]["evidence"] == []


def test_a_rejected_suggestion_stays_on_record(modules):
    left = modules(COMMANDS + "store.run(all.rejectSuggested()); return Object.fromEntries(E);", ELEMENTS)
    assert left["e1"]["status"] == "rejected"
    assert "r1" not in left


def test_a_change_of_a_suggestion_is_a_verdict_on_it(modules):
    states = modules(
        COMMANDS + """const out = {};
        for (const name of ['relabel', 'negate', 'axes', 'bounds', 'part', 'code']) { store.run(all[name]()); out[name] = E.get('e1').status; store.undo(); }
        return out;""",
        ELEMENTS,
    )
    assert set(states.values()) == {"confirmed"}


def test_what_changes_nothing_is_no_step(modules):
    assert modules(COMMANDS + "const did = store.run(c.relabel(E, 'e2', 'ae')); return [did, store.done.length];", ELEMENTS) == [False, 0]


def test_one_key_has_one_meaning_on_every_screen(modules):
    rows = modules("return (await load('lib/keytable.js')).KEYS;")
    meaning = {}
    for row in rows:
        for key in row["keys"]:
            assert meaning.setdefault(key, row["id"]) == row["id"], key
    assert len({row["id"] for row in rows}) == len(rows)
    assert not [key for key in meaning if "Alt" in key or key in ("Ctrl+Shift", "Tab", " ")]


def test_readers_elements_are_lined_up_by_overlap(modules):
    def entity(start, end, label):
        return {"kind": "entity", "fragments": [[start, end]], "label": label}

    versions = [
        {"a": entity(0, 10, "ae"), "b": entity(20, 25, "rx")},
        {"p": entity(4, 10, "ae")},
        {"q": entity(0, 10, "sx"), "r": entity(20, 25, "rx")},
    ]
    slots = modules("const { slotsOf } = await load('adjudication/readings.js'); const { Forms } = await load('annotator/forms.js'); return slotsOf(x.versions, new Forms(x.forms)).map((s) => s.cells.map((c) => c && c.id));", {"versions": versions, "forms": forms_of(KINDS)})
    assert slots == [["a", "p", "q"], ["b", None, "r"]]
