"""A leak audit from the committed seed to the claim it allows."""

import json

import pytest
from sqlalchemy import select

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.audit.events import Tag
from app.audit.models import Event
from app.core.digest import sha256
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.exact import lot_upper_bound, upper_bound
from app.corpus.batch import erase
from app.corpus.document import NOT_CHECKED, DocumentBody, claim_of
from app.corpus.project import change_settings, get_project
from app.corpus.vault import Vault
from app.privacy.leak_audit.bounds import draw
from app.privacy.leak_audit.checking import check_sample, count_waiting, next_sample, show_sample
from app.privacy.leak_audit.closing import close_audit, count_answers
from app.privacy.leak_audit.drawing import Plan, draw_audit, plan_audit
from app.privacy.leak_audit.models import get_audit, samples_of
from app.privacy.leak_audit.planting import Plant, plant
from app.privacy.leak_audit.shown import compose
from tests.build import OPERATOR, as_if, make_document, make_project
from tests.unit.accounts.people import T0, make_person

VAULT = Vault(b"m" * 32)
NOTE = "Seen in clinic. Chest is clear.\nContinue ramipril."
LEAK = "Seen in clinic. Mr Quillfeather is well.\nContinue ramipril."


@pytest.fixture
def bench(database):
    return Bench(database)


class Bench:
    """A project with privacy officers pia and pat, and as many texts as a test asks for."""

    def __init__(self, database):
        self.database = database
        self.ids = {name: make_person(database, name) for name in ("lead", "pia", "pat", "ann")}
        roles = {self.ids[name]: [ProjectRole.PRIVACY_OFFICER] for name in ("pia", "pat")}
        roles |= {self.ids["lead"]: [ProjectRole.MANAGER], self.ids["ann"]: [ProjectRole.ANNOTATOR]}
        self.project_id = database.writing(lambda s: make_project(s, "first", roles, at=T0)[0].id)

    def add(self, *texts):
        def unit(session):
            project = get_project(session, self.project_id)
            for text in texts:
                make_document(session, project, text, at=T0)
            change_settings(session, OPERATOR, project, {}, at=T0)

        self.database.writing(unit)

    def do(self, who, act):
        return self.database.writing(lambda s: act(s, load_actor(s, self.ids[who], at=T0)))

    def plan(self, who="pia", **wanted):
        plan = Plan(**wanted)
        return self.do(who, lambda s, a: plan_audit(s, a, get_project(s, self.project_id), plan, at=T0)).id

    def draw(self, audit_id):
        return self.do("pia", lambda s, a: draw_audit(s, a, VAULT, get_audit(s, audit_id), at=T0))

    def check_all(self, who, audit_id, see=lambda text: ["Quillfeather"], finds_plants=True):
        """One person's answers to all that wait: marks what `see` names, and plants where they find them."""

        def unit(session, actor):
            while (sample := next_sample(session, actor, get_audit(session, audit_id), at=T0)) is not None:
                shown = show_sample(session, actor, VAULT, sample, at=T0)
                text = shown.text
                marks = [(text.index(w), text.index(w) + len(w)) for w in see(text) if w in text]
                marks += shown.planted if finds_plants else []
                check_sample(session, actor, VAULT, sample, marks, at=T0)

        self.do(who, unit)

    def close(self, audit_id):
        return self.do("pia", lambda s, a: close_audit(s, a, get_audit(s, audit_id), at=T0))

    def claim(self):
        with self.database.reading() as session:
            return claim_of(session, get_project(session, self.project_id))

    def events(self, tag):
        with self.database.reading() as session:
            return [json.loads(e.body)["data"] for e in session.scalars(select(Event).where(Event.tag == tag))]


def test_the_seed_is_committed_before_the_draw_and_shown_after_closing(bench):
    bench.add(*[f"{NOTE} {n}" for n in range(12)])
    audit_id = bench.plan(per_stratum=5, plants=1, checkers=1)
    (planned,) = bench.events(Tag.LEAK_AUDIT_PLANNED)
    bench.draw(audit_id)
    (drawn,) = bench.events(Tag.LEAK_AUDIT_DRAWN)
    assert drawn["seed_sha256"] == planned["seed_sha256"]
    bench.check_all("pia", audit_id)
    bench.close(audit_id)
    (closed,) = bench.events(Tag.LEAK_AUDIT_CLOSED)
    seed = bytes.fromhex(closed["seed"])
    assert sha256(seed) == planned["seed_sha256"]
    # Anybody can now repeat the draw.
    again = draw([str(n) for n in range(1, 13)], 5, key=seed, lot=f"audit:{audit_id}\0all")
    assert sorted(map(int, again)) == sorted(drawn["documents"])


def test_no_leak_and_every_plant_found_makes_the_claim(bench):
    bench.add(*[f"{NOTE} {n}" for n in range(100)])
    audit_id = bench.plan(per_stratum=90, plants=20, checkers=2)
    assert bench.claim().reasons == ("no-closed-leak-audit",)
    bench.draw(audit_id)
    bench.check_all("pia", audit_id)
    with pytest.raises(Conflict, match="90 documents"):
        bench.close(audit_id)
    bench.check_all("pat", audit_id)
    (result,) = bench.close(audit_id)
    assert (result.stratum, result.documents, result.checked, result.leaking) == ("all", 100, 90, 0)
    assert result.bound_ppm == pytest.approx(upper_bound(0, 90) * 1e6, abs=1)
    assert result.lot_bound_ppm == lot_upper_bound(0, 90, 100) * 1e6  # ten texts nobody saw
    assert result.careful_ppm == pytest.approx(upper_bound(0, 90, 0.975) / 0.025 ** (1 / 20) * 1e6, abs=1)
    claim = bench.claim()
    assert claim.checked
    assert claim.words.startswith("de-identified: with 95 % confidence at most 4.83 %")
    assert "checkers found 100 % of what there was to find, 95 % interval 83.16 % to 100 %" in claim.words


def test_a_few_plants_show_too_little_of_the_checkers_for_a_claim(bench):
    bench.add(*[f"{NOTE} {n}" for n in range(60)])
    audit_id = bench.plan(per_stratum=59, plants=5, checkers=1)
    bench.draw(audit_id)
    bench.check_all("pia", audit_id)
    (result,) = bench.close(audit_id)
    assert result.bound_ppm < 50_000 < result.careful_ppm
    assert bench.claim().reasons == ("leak-bound-over-threshold",)


def test_a_text_destroyed_after_everybody_saw_it_still_counts(bench):
    bench.add(*[f"{NOTE} {n}" for n in range(4)])
    audit_id = bench.plan(per_stratum=4, plants=4, checkers=1)
    (sample, *_) = bench.draw(audit_id)
    bench.check_all("pia", audit_id)

    def destroy(session, actor):
        as_if(session, Tag.BATCH_WITHDRAWN)
        erase(session, session.get(DocumentBody, sample.document_id), event_id="e", at=T0)
        change_settings(session, OPERATOR, get_project(session, bench.project_id), {}, at=T0)

    bench.do("pia", destroy)
    (result,) = bench.close(audit_id)
    assert (result.documents, result.checked, result.leaking) == (4, 4, 0)


def test_missed_plants_widen_the_bound_until_it_makes_no_claim(bench):
    bench.add(*[f"{NOTE} {n}" for n in range(60)])
    audit_id = bench.plan(per_stratum=60, plants=10, checkers=1)
    bench.draw(audit_id)
    found = iter([True] * 8 + [False] * 60)
    seen = lambda text: []  # noqa: E731

    def unit(session, actor):
        while (sample := next_sample(session, actor, get_audit(session, audit_id), at=T0)) is not None:
            shown = show_sample(session, actor, VAULT, sample, at=T0)
            marks = shown.planted if shown.planted and next(found) else seen(shown.text)
            check_sample(session, actor, VAULT, sample, marks, at=T0)

    bench.do("pia", unit)
    (result,) = bench.close(audit_id)
    assert result.bound_ppm == pytest.approx(upper_bound(0, 60) / 0.8 * 1e6, abs=1)
    claim = bench.claim()
    assert (claim.words, claim.reasons) == (NOT_CHECKED, ("leak-bound-over-threshold",))


def test_without_plants_and_common_finds_nothing_is_claimed(bench):
    bench.add(*[f"{NOTE} {n}" for n in range(60)])
    audit_id = bench.plan(per_stratum=60, plants=0, checkers=2)
    bench.draw(audit_id)
    for who in ("pia", "pat"):
        bench.check_all(who, audit_id)
    bench.close(audit_id)
    assert "checkers-sensitivity-unknown" in bench.claim().reasons


def test_leaks_are_counted_per_document_and_stratum_and_two_checkers_tell_their_sensitivity(bench):
    bench.add(*[NOTE] * 6, *[LEAK] * 4)
    audit_id = bench.plan(per_stratum=10, plants=0, checkers=2)
    bench.draw(audit_id)
    bench.check_all("pia", audit_id)
    missed = iter([[]])
    bench.check_all("pat", audit_id, see=lambda text: next(missed, ["Quillfeather"]) if "Quill" in text else [])
    with bench.database.reading() as session:
        tally = count_answers(session, get_audit(session, audit_id))
    assert (tally.leaking["all"], tally.both, tally.only_first, tally.only_second) == (4, 3, 1, 0)
    # pia found all of pat's, pat three of pia's four: together all of them.
    assert tally.sensitivity.estimate == pytest.approx(1.0)


def test_texts_that_came_after_the_audit_end_the_claim(bench):
    bench.add(*[f"{NOTE} {n}" for n in range(90)])
    audit_id = bench.plan(per_stratum=90, plants=20, checkers=1)
    bench.draw(audit_id)
    bench.check_all("pia", audit_id)
    bench.close(audit_id)
    assert bench.claim().checked
    bench.add("Another note.")
    assert bench.claim().reasons == ("texts-since-the-audit",)


def test_nobody_answers_twice_or_outside_the_text_and_readers_may_not_check(bench):
    bench.add(NOTE)
    audit_id = bench.plan(per_stratum=1, plants=0, checkers=2)
    (sample,) = bench.draw(audit_id)
    with pytest.raises(Invalid, match="outside"):
        bench.do("pia", lambda s, a: check_sample(s, a, VAULT, sample, [(0, 9999)], at=T0))
    bench.check_all("pia", audit_id)
    with pytest.raises(Conflict, match="answer stands"):
        bench.do("pia", lambda s, a: check_sample(s, a, VAULT, sample, [], at=T0))
    with pytest.raises(Forbidden):
        bench.do("ann", lambda s, a: check_sample(s, a, VAULT, sample, [], at=T0))
    with pytest.raises(Forbidden):
        bench.plan("ann")


def test_a_second_audit_waits_for_the_first(bench):
    bench.add(NOTE)
    bench.plan(per_stratum=1, plants=0)
    with pytest.raises(Conflict, match="not closed"):
        bench.plan(per_stratum=1, plants=0)


def test_what_was_checked_is_in_the_log_and_what_was_found_is_not(bench):
    bench.add(LEAK)
    audit_id = bench.plan(per_stratum=1, plants=1, checkers=1)
    bench.draw(audit_id)
    bench.check_all("pia", audit_id)
    (data,) = bench.events(Tag.LEAK_CHECKED)
    assert set(data) == {"audit", "sample", "answer_sha256"}
    assert bench.events(Tag.DOCUMENT_VIEWED) == [{"purpose": "leak-audit"}]
    with bench.database.reading() as session:
        assert count_waiting(session, get_audit(session, audit_id)) == 0
        planted = json.loads(samples_of(session, audit_id)[0].plants_json)[0][1]
        bodies = "".join(session.scalars(select(Event.body)))
    assert "Quillfeather" not in bodies
    assert planted.strip() not in bodies


def test_a_plant_shifts_what_stands_behind_it_and_covers_itself():
    shown = compose("One. [NAME] two.", [(5, 11)], [Plant(4, " MRN 1234567.", 5, 12)])
    assert shown.text == "One. MRN 1234567. [NAME] two."
    assert [shown.text[a:b] for a, b in shown.planted] == ["1234567"]
    assert [shown.text[a:b] for a, b in shown.replaced] == ["[NAME]"]
    assert "".join(text for _, text in shown.pieces()) == shown.text


@pytest.mark.parametrize("number", range(40))
def test_a_plant_never_stands_inside_what_was_replaced(number):
    text, replaced = "A. Smith. [x. y] end.", [(0, 8), (10, 16)]
    made = plant(text, replaced, key=b"k", label=str(number))
    assert not any(start < made.at < end for start, end in replaced)
    assert made.passage[made.start : made.end].strip()
    shown = compose(text, replaced, [made])
    assert [shown.text[a:b] for a, b in shown.replaced] == [text[a:b] for a, b in replaced]
