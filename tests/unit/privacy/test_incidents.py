"""An identifier that a reader saw: redacted in a new version, learnt, and looked for in the other texts."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.audit.models import Event
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.corpus.document import Document, DocumentMap, get_document, text_of
from app.corpus.vault import Vault, open_json
from app.deidentify.engine import to_source
from app.deidentify.span import Span
from app.jobs.job import Job
from app.privacy.incident.decide import IncidentDecision, dismiss, list_incidents, read_incident, redact
from app.privacy.incident.learning import learned_of
from app.privacy.version.rewriting import everywhere, redact_text
from app.review.assignment import Assignment
from app.review.hold import close_hold, get_hold, open_holds, places_of
from app.review.item import Item, create_item, get_item
from app.review.reporting import report_phi
from tests.build import OPERATOR, make_document, make_project, make_task
from tests.unit.accounts.people import T0, make_person

VAULT = Vault(b"m" * 32)
TEXT = "Mr Quillfeather came. Rash.\nQuillfeather is well."


@pytest.fixture
def case(database):
    return Case(database)


class Case:
    """Ann reads a text of a patient who has another one; pia is privacy officer, lead manages."""

    def __init__(self, database):
        self.database = database
        self.ids = {name: make_person(database, name) for name in ("lead", "pia", "ann")}
        database.writing(self._build)

    def _build(self, session):
        roles = {
            self.ids["lead"]: [ProjectRole.MANAGER],
            self.ids["pia"]: [ProjectRole.PRIVACY_OFFICER],
            self.ids["ann"]: [ProjectRole.ANNOTATOR],
        }
        project, schema = make_project(session, "first", roles, at=T0)
        item, _ = make_task(session, project, schema, [self.ids["ann"]], at=T0, text=TEXT)
        document = get_document(session, item.document_id)
        self.project_id, self.item_id, self.document_id = project.id, item.id, document.id
        VAULT.new_key(session, document.subject_id)
        self.others = [self._other(session, project, schema, document, t) for t in ("Told Quilfeather.", "No fever.")]
        stranger = make_document(session, project, "Quillfeather again.", at=T0)
        self.stranger = create_item(session, OPERATOR, stranger, schema, at=T0).id

    def _other(self, session, project, schema, document, text):
        other = make_document(session, project, text, at=T0, subject_id=document.subject_id)
        return create_item(session, OPERATOR, other, schema, at=T0).id

    def do(self, who, act):
        return self.database.writing(lambda s: act(s, load_actor(s, self.ids[who], at=T0)))

    def report(self):
        return self.do("ann", lambda s, a: report_phi(s, a, get_item(s, self.item_id), [[3, 15]], at=T0)).id

    def redact(self, hold_id, *spans, cause="missed", who="pia"):
        decision = IncidentDecision(spans or ((3, 15, "NAME"),), cause)
        return self.do(who, lambda s, a: redact(s, a, VAULT, hold_id, decision, at=T0))


def test_a_report_is_shown_in_its_text_and_redacted_everywhere_in_a_new_version(case):
    hold_id = case.report()
    _, _, places = case.do("pia", lambda s, a: read_incident(s, a, hold_id, at=T0))
    assert [(p.before, p.covered) for p in places] == [("Mr ", "Quillfeather")]
    new = case.redact(hold_id)
    with case.database.reading() as session:
        text = text_of(session, new.id)
        assert "Quillfeather" not in text
        assert text.startswith("Mr ")
        assert "came. Rash.\n" in text
        assert (new.version, new.source_id) == (2, get_document(session, case.document_id).source_id)
        with pytest.raises(NotFound, match="destroyed"):
            text_of(session, case.document_id)
        old, tasks = get_item(session, case.item_id), session.scalars(select(Assignment)).all()
        assert (old.state, [task.state for task in tasks]) == ("withdrawn", ["revoked"])
        fresh = session.scalars(select(Item).where(Item.document_id == new.id)).one()
        assert fresh.state == "imported"
        assert not open_holds(session, case.item_id)
        assert session.scalars(select(Job.kind)).all() == ["preannotate.run"]


def test_the_new_version_maps_to_the_same_source(case):
    new = case.redact(case.report())
    with case.database.reading() as session:
        key = VAULT.key_of(session, new.subject_id)
        rows = open_json(key, session.get(DocumentMap, new.id).sealed, f"map:{new.id}")["map"]
        text = text_of(session, new.id)
    assert [TEXT[a:b] for a, b, _, _ in rows] == ["Quillfeather", "Quillfeather"]
    assert TEXT[to_source(text.index("Rash"), rows) :].startswith("Rash")


def test_the_patients_other_texts_are_held_and_never_rewritten(case):
    case.redact(case.report())
    with case.database.reading() as session:
        held = [item for item in [*case.others, case.stranger] if open_holds(session, item)]
        assert held == case.others[:1]  # misspelt there; not in the third text; not another patient's
        (hold,) = open_holds(session, held[0])
        assert (hold.kind, places_of(session, hold)) == ("quarantine", [(5, 16)])
        assert text_of(session, get_item(session, held[0]).document_id) == "Told Quilfeather."
        waiting = list_incidents(session, load_actor(session, case.ids["pia"], at=T0), case.project_id, at=T0)
        assert [h.id for h in waiting] == [hold.id]


def test_what_was_learnt_is_sealed_and_known_to_later_texts_of_the_patient(case):
    new = case.redact(case.report())
    with case.database.reading() as session:
        key = VAULT.key_of(session, new.subject_id)
        assert learned_of(session, key, new.subject_id) == {"names": ["Quillfeather"]}
        assert "uillfeather" not in "".join(session.scalars(select(Event.body)))


def test_a_dismissed_report_lets_the_item_go_on(case):
    hold_id = case.report()
    case.do("pia", lambda s, a: dismiss(s, a, hold_id, at=T0))
    with case.database.reading() as session:
        assert get_item(session, case.item_id).state == "in_annotation"
        assert not open_holds(session, case.item_id)
        assert len(session.scalars(select(Document)).all()) == 4
    with pytest.raises(Conflict, match="already"):
        case.redact(hold_id)


def test_only_a_privacy_officer_decides_and_only_on_places_in_the_text(case):
    hold_id = case.report()
    for who in ("ann", "lead"):
        with pytest.raises(Forbidden):
            case.redact(hold_id, who=who)
    with pytest.raises(Forbidden):
        case.do("lead", lambda s, a: close_hold(s, a, get_hold(s, hold_id), at=T0))
    for spans in [((3, 999, "NAME"),), ((3, 15, "NONSENSE"),)]:
        with pytest.raises(Invalid):
            case.redact(hold_id, *spans)
    with pytest.raises(Invalid, match="cause"):
        case.redact(hold_id, cause="whatever")


def test_the_same_words_are_redacted_everywhere_but_not_inside_other_words():
    text = "Li and Li, not Lipid."
    assert [(s.start, s.end) for s in everywhere(text, [Span(0, 2, "NAME", 1.0, "x")])] == [(0, 2), (7, 9)]


SOURCE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"


CUTS = st.lists(st.integers(0, len(SOURCE)), max_size=8)


def _spans(cuts, length):
    places = sorted({min(cut, length) for cut in cuts})
    return [Span(a, b, "NAME", 1.0, "x") for a, b in zip(places[::2], places[1::2], strict=False)]


@settings(deadline=None)
@given(CUTS, CUTS, st.integers(0, 5), st.integers(0, 5))
def test_after_any_second_redaction_what_was_kept_maps_to_itself(first, second, width, other_width):
    made = redact_text(SOURCE, [], _spans(first, len(SOURCE)), lambda s: lambda _t: "#" * (width + s.start % 2))
    once, rows = made.text, made.rows
    spans = _spans(second, len(once))
    made = redact_text(once, rows, spans, lambda s: lambda _t: "%" * (other_width + s.end % 2))
    twice, rows = made.text, made.rows
    for offset, character in enumerate(twice):
        if character.isalpha():
            assert SOURCE[to_source(offset, rows)] == character
    assert all(a[1] <= b[0] and a[3] <= b[2] for a, b in pairwise(rows))
