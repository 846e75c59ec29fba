"""Every export format: same bytes each time, nothing lost in silence, no cell a spreadsheet would run."""

import csv
import io
import json

import pytest

from app.factory import create_app
from app.release.formats import FORMATS, Answer, LossReport
from app.release.formats.safety import Safety

create_app()
ALL = list(FORMATS)
MANIFEST = {"release": 1, "project": "p", "items": []}
META = {"patient": "S-1", "encounter": "E-1"}
PROVENANCE = {"guideline": "1.0", "submission_sha256": "0" * 64}


def entity(text, words, label, **assertion):
    start = text.index(words)
    body = {"kind": "entity", "fragments": [[start, start + len(words)]], "label": label, "status": "confirmed"}
    return body | ({"assertion": assertion} if assertion else {})


def note(number, text, elements, modality="notes"):
    return Answer(number, f"D-{number}", modality, text, META | {"patient": f"S-{number}"}, elements, PROVENANCE)


def write(one, answers):
    losses = LossReport()
    return dict(one.files(answers, MANIFEST, losses)), losses.lost


def rash(number, text, link=None, **assertion):
    """A note with a rash and amoxicillin that may cause it."""
    elements = {"ae": entity(text, "rash", "ADVERSE_EVENT", **assertion)}
    if "amoxicillin" in text:
        elements["rx"] = entity(text, "amoxicillin", "MEDICATION")
    if link:
        elements["r"] = {"kind": "relation", "type": "causes", "head": "rx", "tail": "ae", "certainty": link}
    return note(number, text, elements)


# The golden sentences of pharmacovigilance: what is in, what is out, and why.
GOLDEN = [
    (rash(1, "rash, likely due to amoxicillin", "probable"), "included"),
    (rash(2, "no rash after amoxicillin", polarity="negated"), "negated"),
    (rash(3, "if rash develops stop amoxicillin", hypothetical=True), "hypothetical"),
    (rash(4, "mother had a rash from amoxicillin", experiencer="family"), "not_the_patient"),
    (rash(5, "allergy: amoxicillin (rash)", temporality="past"), "past_reaction"),
    (rash(6, "rash is possible", certainty="possible"), "uncertain"),
]


def rows(files, name):
    return list(csv.DictReader(io.StringIO(files[name])))


@pytest.mark.parametrize("one", ALL, ids=lambda f: f.key)
class TestEveryFormat:
    def test_the_same_release_is_the_same_bytes(self, one):
        answers = [answer for answer, _ in GOLDEN]
        turned = [
            Answer(a.item_id, a.label, a.modality, a.text, a.meta, dict(reversed(a.elements.items())), a.provenance)
            for a in answers
        ]
        first, again = write(one, answers), write(one, answers)
        assert first == again
        assert list(first[0]) == list(again[0])
        assert sorted(write(one, turned)[0]) == sorted(first[0])

    def test_lines_end_as_they_do_everywhere(self, one):
        files, _ = write(one, [answer for answer, _ in GOLDEN])
        assert not any("\r" in text for text in files.values())

    def test_a_release_without_answers_and_an_answer_without_elements(self, one):
        write(one, [])
        files, losses = write(one, [note(1, "Nothing here.", {})])
        assert losses == {}
        assert isinstance(files, dict)

    def test_what_it_cannot_say_is_in_the_loss_report(self, one):
        for modality in ("notes", "reports", "imaging"):
            _, losses = write(one, [note(1, "x", {}, modality)])
            assert bool(losses) == (modality not in one.modalities)

    def test_names_of_files_stay_inside_the_archive(self, one):
        files, _ = write(one, [answer for answer, _ in GOLDEN])
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


class TestAdverseEvents:
    @pytest.mark.parametrize(("answer", "verdict"), GOLDEN, ids=[a.text for a, _ in GOLDEN])
    def test_a_golden_sentence(self, answer, verdict):
        files, _ = write(Safety(), [answer])
        events, excluded = rows(files, "events.csv"), rows(files, "excluded.csv")
        if verdict in ("included", "past_reaction"):
            assert [(e["class"], e["term"]) for e in events] == [(verdict, "rash")]
            assert excluded == []
        else:
            assert events == []
            assert [e["reason"] for e in excluded if not e["reason"].startswith("pair")] == [verdict]

    def test_the_numbers_reconcile(self):
        files, _ = write(Safety(), [answer for answer, _ in GOLDEN])
        counts = json.loads(files["counts.json"])
        mentions = sum(b["label"] == "ADVERSE_EVENT" for a, _ in GOLDEN for b in a.elements.values() if "label" in b)
        assert counts["events_included"] + counts["events_excluded"] == counts["events_all"] == len(GOLDEN)
        assert counts["mentions_included"] + counts["mentions_excluded"] == mentions
        assert counts["events_included"] == len(rows(files, "events.csv")) == 2
        assert counts["events_excluded"] == sum(
            int(row["events"]) for row in rows(files, "excluded.csv") if not row["reason"].startswith("pair")
        )
        assert counts["assessed_pairs"] == len(rows(files, "assessments.csv")) == 1

    def test_how_likely_the_drug_is_the_cause_stands_with_the_pair(self):
        files, _ = write(Safety(), [GOLDEN[0][0]])
        (pair,) = rows(files, "assessments.csv")
        assert (pair["certainty"], pair["event"], pair["exposure"]) == ("probable", "ae", "rx")

    def test_a_rejected_suggestion_counts_nowhere(self):
        text = "rash"
        rejected = entity(text, "rash", "ADVERSE_EVENT") | {"status": "rejected"}
        files, _ = write(Safety(), [note(1, text, {"ae": rejected})])
        assert json.loads(files["counts.json"])["events_all"] == 0

    def test_several_mentions_of_one_event_are_one_event(self):
        text = "rash on Monday. The rash settled."
        first = entity(text, "rash", "ADVERSE_EVENT")
        second = first | {"fragments": [[20, 24]]}
        group = {"kind": "event", "mentions": ["a", "b"], "seriousness": ["hospitalisation"]}
        files, _ = write(Safety(), [note(1, text, {"a": first, "b": second, "e": group})])
        (event,) = rows(files, "events.csv")
        assert json.loads(event["mentions"]) == [[[0, 4]], [[20, 24]]]
        counts = json.loads(files["counts.json"])
        assert (counts["events_all"], counts["mentions_included"]) == (1, 2)

    def test_it_says_that_it_is_no_safety_report(self):
        files, _ = write(Safety(), [])
        assert "not a safety report" in files["README.txt"]
