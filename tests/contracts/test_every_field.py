"""Every field of every kind in every format: it is in the files, or the loss report names it."""

import json
from itertools import combinations

import pytest

from app.annotation.bodies import fields_of, kind_of, payload_problems
from app.factory import create_app
from app.formats.losses import fields_held
from app.formats.model import ExchangeDocument
from app.formats.protocol import FORMATS, writers
from app.review.modality import MODALITIES
from tests.contracts import marked_fields as marked
from tests.exports import exported

create_app()


def write(one, modality, elements, facts=marked.FACTS):
    document = ExchangeDocument(facts["id"], marked.TEXT, elements, modality, facts["meta"], facts["provenance"])
    files, lost = exported(one, [document])
    return files, {(row["kind"], row["field"]): row["count"] for row in lost}


def views(files):
    """The files a person may read alone: tables have a twin, so each half must say everything."""
    tables = {name for name in files if name.endswith(".csv")}
    twins = {name.replace(".csv", ".jsonl") for name in tables}
    halves = [{name: text for name, text in files.items() if name not in left} for left in (tables, twins)]
    return [json.dumps(half, sort_keys=True, ensure_ascii=False) for half in halves]


def within(case, field):
    """Whether a path names the case's field, or something in it."""
    return field == case.field or field.startswith(case.field + ".")


def dishonesty(one, case):
    """Why a format may not be believed about a field; empty: it may."""
    tried = []
    for value in case.values:
        elements = marked.elements_with(case, value)
        files, lost = write(one, case.modality, elements)
        bodies = [body for body in elements.values() if body["kind"] == case.kind]
        holding = [body for body in bodies if any(within(case, field) for field in fields_held(body))]
        named = _named(case, lost)
        # Of one value that it cannot say, among others that it can, a format counts that one.
        alone = named == 1 and _named(case, write(one, case.modality, marked.ELEMENTS[case.modality])[1]) == 0
        if named not in (0, len(holding)) and not alone:
            yield f"{case}: {named} lost of {len(holding)}"
        tried.append((value, views(files), bool(named)))
    for value, (first, second), lost in tried:
        words = [word for word in json.dumps(value).split('"') if word.startswith("mark")]
        if not lost and not all(word.split()[0] in view for word in words for view in (first, second)):
            yield f"{case}: the value is in no file and no loss report"
    for (_, one_view, one_lost), (_, other_view, other_lost) in combinations(tried, 2):
        same = [a == b for a, b in zip(one_view, other_view, strict=True)]
        if any(same) and not (one_lost or other_lost):
            yield f"{case}: two values look the same in the files, and no loss report says so"
        if one_lost and other_lost and not all(same) and case.field != "status":
            yield f"{case}: called lost, and yet in the files"


def _named(case, lost):
    """In how many elements the case's field is lost."""
    return max((n for (kind, field), n in lost.items() if kind == case.kind and within(case, field)), default=0)


def every_case():
    return [case for modality in MODALITIES for case in marked.cases(modality)]


@pytest.mark.parametrize("one", writers(FORMATS), ids=lambda f: f.key)
class TestEveryField:
    @pytest.mark.parametrize("case", every_case(), ids=str)
    def test_is_written_or_named_in_the_loss_report(self, one, case):
        assert list(dishonesty(one, case)) == []

    @pytest.mark.parametrize("modality", list(MODALITIES), ids=lambda m: m.key)
    def test_of_the_item_itself_too(self, one, modality):
        files, lost = write(one, modality.key, marked.ELEMENTS[modality.key])
        for part in ("meta", "provenance"):
            for name, value in marked.FACTS[part].items():
                assert all(value in view for view in views(files)) != (("item", f"{part}.{name}") in lost), name
        text = json.dumps(marked.TEXT, ensure_ascii=False).strip('"')
        assert any(wanted in file for wanted in (text, marked.TEXT) for file in files.values()) != (
            ("item", "text") in lost
        )

    @pytest.mark.parametrize("modality", list(MODALITIES), ids=lambda m: m.key)
    def test_a_field_nobody_has_told_it_of_is_in_the_loss_report_or_in_the_file(self, one, modality):
        elements = {key: body | _brand_new(body["kind"]) for key, body in marked.ELEMENTS[modality.key].items()}
        files, lost = write(one, modality.key, elements)
        fields = {"brand_new": "mark-new", "origin.brand_new": "mark-inner", "codes.brand_new": "mark-code"}
        for kind in {body["kind"] for body in elements.values()}:
            for field, word in fields.items():
                if field.startswith("codes") and kind != "entity":
                    continue
                assert ((kind, field) in lost) != (f"{word}-{kind}-" in "".join(files.values()))


def _brand_new(kind):
    """Fields that no format has been told of, marked by the kind they are on: one may be written and another not."""
    code = {"system": "MedDRA", "release": "29.0", "code": "10037844", "brand_new": f"mark-code-{kind}-"}
    origin = {"by": "human", "brand_new": f"mark-inner-{kind}-"}
    return {"brand_new": f"mark-new-{kind}-", "origin": origin, "codes": [code]}


class Liar:
    """Writes the text and says that nothing was lost."""

    key = "liar"
    modalities = None

    @property
    def writer(self):
        return self

    def write(self, documents, into):
        for document in documents:
            into.say("all.txt", document.text)


class Overdone(Liar):
    """Writes everything and says that everything was lost."""

    def write(self, documents, into):
        for document in documents:
            into.losses.item(document.facts(), document.elements, "modesty")
            into.say("all.json", json.dumps(document.elements))


# A field with one possible value says nothing that could be told apart.
TOLD_APART = [case for case in every_case() if len(case.values) > 1]


@pytest.mark.parametrize("case", TOLD_APART, ids=str)
def test_a_format_that_loses_in_silence_is_found_out(case):
    assert list(dishonesty(Liar(), case))


# A rejected element may leave the files and be reported: its status is both written and lost.
@pytest.mark.parametrize("case", [case for case in TOLD_APART if case.field != "status"], ids=str)
def test_a_format_that_calls_lost_what_it_writes_is_found_out(case):
    assert list(dishonesty(Overdone(), case))


def test_every_kind_of_every_modality_is_tried_in_all_its_fields():
    for modality in MODALITIES:
        kinds = {kind_of(model) for model in modality.kinds}
        assert kinds == {body["kind"] for body in marked.ELEMENTS[modality.key].values()}
        tried = {(case.kind, case.field.partition(".")[0]) for case in marked.cases(modality)}
        there = {(kind_of(model), name) for model in modality.kinds for name in fields_of(model)}
        assert tried == there


def test_the_marked_bodies_are_bodies_that_may_be_submitted():
    for modality in MODALITIES:
        for case in marked.cases(modality):
            for value in case.values:
                elements = marked.elements_with(case, value)
                assert payload_problems({"elements": elements}, modality.kinds) == [], case
