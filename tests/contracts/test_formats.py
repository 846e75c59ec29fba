"""Every export format: same bytes each time, nothing lost in silence, no cell a spreadsheet would run."""

import csv
import io
import json
from dataclasses import replace

import pytest

from app.factory import create_app
from app.formats.model import ExchangeDocument
from app.formats.protocol import FORMATS, writers
from tests.contracts import marked_fields as marked
from tests.exports import exported

create_app()
ALL = writers(FORMATS)
META = {"patient": "S-1", "encounter": "E-1"}
PROVENANCE = {"guideline": "1.0", "submission_sha256": "0" * 64}


def entity(text, words, label, **assertion):
    start = text.index(words)
    body = {"kind": "entity", "fragments": [[start, start + len(words)]], "label": label, "status": "confirmed"}
    return body | ({"assertion": assertion} if assertion else {})


def note(number, text, elements, modality="notes"):
    return ExchangeDocument(f"D-{number}", text, elements, modality, META | {"patient": f"S-{number}"}, PROVENANCE)


write = exported


def rash(number, text, link=None, **assertion):
    """A note with a rash and amoxicillin that may cause it."""
    elements = {"ae": entity(text, "rash", "ADVERSE_EVENT", **assertion)}
    if "amoxicillin" in text:
        elements["rx"] = entity(text, "amoxicillin", "MEDICATION")
    if link:
        elements["r"] = {"kind": "relation", "type": "causes", "head": "rx", "tail": "ae", "certainty": link}
    return note(number, text, elements)


GOLDEN = [
    rash(1, "rash, likely due to amoxicillin", "probable"),
    rash(2, "no rash after amoxicillin", polarity="negated"),
    rash(3, "if rash develops stop amoxicillin", hypothetical=True),
    rash(4, "mother had a rash from amoxicillin", experiencer="family"),
    rash(5, "allergy: amoxicillin (rash)", temporality="past"),
    rash(6, "rash is possible", certainty="possible"),
]


GUARDS = tuple("=+-@'\t\r\n＝＋－＠")


def with_guard(value):
    """What the table must hold for a value of its twin: the quoting rule of the README, told apart from the code."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "'" * (isinstance(value, str) and value[:1] in GUARDS) + str(value)


@pytest.mark.parametrize("one", ALL, ids=lambda f: f.key)
class TestEveryFormat:
    def test_the_same_release_is_the_same_bytes_in_whatever_order_its_elements_come(self, one):
        answers = [*GOLDEN, note(9, marked.TEXT, marked.NOTE)]
        turned = [replace(one, elements=dict(reversed(one.elements.items()))) for one in answers]
        first = write(one, answers)
        assert first == write(one, answers) == write(one, turned)
        assert list(first[0]) == list(write(one, turned)[0])

    def test_lines_end_as_they_do_everywhere(self, one):
        files, _ = write(one, GOLDEN)
        assert not any("\r" in text for text in files.values())

    def test_a_release_without_answers_and_an_answer_without_elements(self, one):
        files, losses = write(one, [])
        assert losses == []
        again, losses = write(one, [note(1, "Nothing here.", {})])
        assert files.keys() <= again.keys()
        assert all(row["kind"] == "item" for row in losses)

    def test_what_it_cannot_say_is_in_the_loss_report(self, one):
        for modality in ("notes", "reports", "imaging"):
            _, losses = write(one, [note(1, "x", {}, modality)])
            whole = [row for row in losses if (row["kind"], row["field"]) == ("item", "*")]
            assert bool(whole) == (modality not in (one.writer.modalities or [modality]))
            assert all(row["format"] == one.key and row["count"] == 1 and row["why"] for row in losses)

    def test_names_of_files_stay_inside_the_archive(self, one):
        files, _ = write(one, GOLDEN)
        assert not any(name.startswith("/") or ".." in name or "\\" in name for name in files)

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"])
    def test_no_cell_is_a_formula(self, one, start):
        text = f"{start}cmd|'/C calc'!A0 after amoxicillin"
        words = text[: text.index(" after")]
        elements = {"ae": entity(text, words, "ADVERSE_EVENT"), "rx": entity(text, "amoxicillin", "MEDICATION")}
        files, _ = write(one, [note(1, text, elements)])
        for name, content in files.items():
            if name.endswith(".csv"):
                cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
                assert not any(cell.startswith(start) for cell in cells), name

    def test_cells_of_a_table_are_the_values_of_its_twin(self, one):
        """Quotes, line breaks, what a spreadsheet would run, an apostrophe of the note's own, other planes."""
        words = ['a "rash", itchy', "two\nlines", "\r\nx", "=1+1", "'-5", "-5", "😀 𝔛", "\ttab", "@x", ";,|"]
        answers = [note(n, f"{w} z", {"ae": entity(f"{w} z", w, "ADVERSE_EVENT")}) for n, w in enumerate(words)]
        files, losses = write(one, answers)
        for name in (name for name in files if name.endswith(".csv")):
            twin = [json.loads(line) for line in files[name.replace(".csv", ".jsonl")].splitlines()]
            rows = list(csv.DictReader(io.StringIO(files[name], newline="")))
            assert len(rows) == len(twin), name
            for row, said in zip(rows, twin, strict=True):
                assert row == {column: with_guard(value) for column, value in said.items()}, name
            guarded = sum(isinstance(v, str) and v[:1] in GUARDS for said in twin for v in said.values())
            assert guarded == sum(row["count"] for row in losses if row["kind"] == name), name
