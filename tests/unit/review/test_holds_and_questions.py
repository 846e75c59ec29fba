"""Holds: what hides an item at once, what blocks it, and what ends that. Questions on the record."""

import pytest

from app.accounts.limits import UseLimit
from app.accounts.told import list_notices
from app.audit.events import Tag
from app.core import clock
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.review.assignment import claim, next_task
from app.review.hold import Hold, HoldKind, close_hold, lift_hold, open_hold, open_holds
from app.review.item import available_items, context_of, get_item
from app.review.queries import encounter_document, own_work, visible_holds
from app.review.question import answer, ask, list_questions
from app.review.reporting import report_phi
from app.review.submission import submit
from app.review.workflows import Step
from tests.team import T0


def text_of_item(team, item):
    return team.read(lambda s: context_of(s, get_item(s, item.id)).text)


class TestReportedIdentifiers:
    def hold(self, team, item, kind):
        return team.do("ann", lambda s, ann: open_hold(s, ann, item.id, item.project_id, kind, at=T0))

    def test_whoever_reported_goes_on_with_another_task(self, team):
        """The next task is one that can be shown; what the reader reported waits for a privacy officer."""
        item, ann, _ = team.item("ann", "ben")
        _, second, _ = team.item("ann", "ben")
        team.open("ann", ann)
        assert team.read(lambda s: next_task(s, team.person("ann"))).item_id == item.id
        team.act("ann", report_phi, item, [[0, 5]])
        assert team.read(lambda s: next_task(s, team.person("ann"))).id == second.id

    def test_a_report_hides_the_text_from_everybody_at_once(self, team):
        item, ann, ben = team.item("ann", "ben")
        for name, task in (("ann", ann), ("ben", ben)):
            team.open(name, task)
        assert text_of_item(team, item) == "heads or tails"
        team.act("ann", report_phi, item, [[0, 5]])
        for name, task in (("ann", ann), ("ben", ben)):
            with pytest.raises(Conflict):
                team.put(name, task, c1="heads")
            with pytest.raises(Conflict):
                team.act(name, submit, task)
        with pytest.raises(Conflict) as refused:
            text_of_item(team, item)
        assert refused.value.code == "hidden"
        with pytest.raises(Conflict):
            team.read(lambda s: encounter_document(s, ann, item.document_id))

    def test_an_offered_task_cannot_be_opened_to_look(self, team):
        item, ann, _ = team.item("ann", "ben")
        team.act("ben", report_phi, item, [[0, 5]])
        with pytest.raises(Conflict) as refused:
            team.open("ann", ann)
        assert refused.value.code == "held"

    def test_the_log_has_the_place_and_never_the_text(self, team):
        item, _, _ = team.item("ann", "ben")
        team.act("ann", report_phi, item, [[0, 5]])
        (event,) = team.events(Tag.PHI_REPORTED)
        assert event["data"]["fragments"] == [[0, 5]]
        assert "heads" not in str(event)

    def test_a_stranger_can_neither_report_nor_learn_that_it_exists(self, team):
        item, _, _ = team.item("ann", "ben")
        with pytest.raises(NotFound):
            team.act("sam", report_phi, item, [])

    def test_only_who_has_or_had_the_item_reports(self, team):
        item, _, _ = team.item("ann", "ben")
        for name in ("cal", "lena", "vera", "priv"):
            with pytest.raises(Forbidden) as refused:
                team.act(name, report_phi, item, [[0, 5]])
            assert refused.value.code == "not-yours"
        assert team.read(lambda s: open_holds(s, item.id)) == []

    def test_one_report_of_a_person_is_open_at_a_time(self, team):
        item, _, _ = team.item("ann", "ben")
        hold = team.act("ann", report_phi, item, [[0, 5]])
        with pytest.raises(Conflict) as refused:
            team.act("ann", report_phi, item, [[6, 8]])
        assert refused.value.code == "report-open"
        team.act("ben", report_phi, item, [[0, 5]])
        assert len(team.read(lambda s: open_holds(s, item.id))) == 2
        team.act("priv", close_hold, hold)
        team.act("ann", report_phi, item, [[6, 8]])

    @pytest.mark.parametrize("place", [[0, 10**22], [5, 5], [6, 2], [-1, 3], [1], [1, 2, 3], [0, 15]])
    def test_a_place_that_is_none_is_named_and_nothing_is_held(self, team, place):
        item, _, _ = team.item("ann", "ben", text="heads or tails")
        with pytest.raises(Invalid) as refused:
            team.act("ann", report_phi, item, [[0, 14], place])
        assert [problem.where for problem in refused.value.problems] == ["fragments[1]"]
        assert team.read(lambda s: open_holds(s, item.id)) == []

    def test_too_many_reports_in_an_hour_are_refused_until_it_is_over(self, team, monkeypatch):
        monkeypatch.setattr("app.review.reporting.REPORTS", UseLimit("reports", 2, clock.HOUR))
        items = [team.item("ann", "ben")[0] for _ in range(3)]
        for item in items[:2]:
            team.act("ann", report_phi, item, [])
        with pytest.raises(Unavailable) as refused:
            team.act("ann", report_phi, items[2], [])
        assert refused.value.details == {"retry_after": 3600, "use": "reports"}
        team.at += clock.HOUR
        team.act("ann", report_phi, items[2], [])

    def test_who_leads_and_who_decides_are_told_but_no_blind_reader(self, team):
        for name in ("lena", "priv"):
            team.person(name)
        item, _, _ = team.item("ann", "ben")
        team.act("ann", report_phi, item, [])

        def told(name):
            return team.read(lambda s: [one.words for one in list_notices(s, team.person(name))])

        knowing = {name for name in ("lena", "priv", "ben") if any("identifier was" in words for words in told(name))}
        assert knowing == {"lena", "priv"}

    def test_drafts_stay_and_a_privacy_officer_lets_it_go_on(self, team):
        item, ann, _ = team.item("ann", "ben")
        team.open("ann", ann)
        team.put("ann", ann, c1="heads")
        hold = team.act("ann", report_phi, item, [[0, 5]])
        with pytest.raises(Forbidden):
            team.act("ann", lift_hold, hold)
        team.act("priv", lift_hold, hold)
        assert text_of_item(team, item) == "heads or tails"
        assert team.act("ann", own_work, ann).payload["elements"] == {"c1": {"face": "heads"}}
        with pytest.raises(Conflict):
            team.act("priv", lift_hold, hold)

    @pytest.mark.parametrize("kind", [HoldKind.PHI, HoldKind.QUARANTINE])
    @pytest.mark.parametrize("door", [lift_hold, close_hold])
    def test_only_a_privacy_officer_says_that_no_identifier_stands_there(self, team, kind, door):
        """A lead and an adjudicator may close other holds; this one is not theirs."""
        item, _, _ = team.item("ann", "ben")
        hold = self.hold(team, item, kind)
        for name in ("lena", "ada", "tess"):
            with pytest.raises(Forbidden):
                team.act(name, door, hold)
        assert team.reload(hold).closed_at is None
        team.act("priv", door, hold)

    @pytest.mark.parametrize("kind", [HoldKind.PHI, HoldKind.QUARANTINE])
    def test_what_may_hold_an_identifier_is_shown_to_nobody(self, team, kind):
        item, ann, _ = team.item("ann", "ben")
        team.open("ann", ann)
        self.hold(team, item, kind)
        with pytest.raises(Conflict) as refused:
            text_of_item(team, item)
        assert refused.value.code == "hidden"

    def test_a_held_item_is_not_assigned_and_not_taken(self, team):
        ready = team.ready_item()
        self.hold(team, ready, HoldKind.PHI)
        assert team.assign("ann", "ben") == 0
        assert team.read(lambda s: available_items(s, team.project_id, "ready", 9)) == []
        waiting = team.ready_item()
        team.assign("ann", "ben")
        for name in ("ann", "ben"):
            team.answer(name, team.task(waiting, name), c1="heads")
        self.hold(team, waiting, HoldKind.PHI)
        with pytest.raises(Conflict) as refused:
            team.act("vera", claim, waiting, Step.VERIFY)
        assert refused.value.code == "held"

    def test_the_items_state_does_not_change(self, team):
        item, _, _ = team.item("ann", "ben")
        team.act("ann", report_phi, item, [])
        assert team.state(item) == "in_annotation"


class TestQuestions:
    def ask(self, team, name, task, text="Is a coin on its edge a coin?", **more):
        return team.act(name, ask, task, text, **more)

    def test_a_blocking_question_blocks_until_it_is_answered(self, team):
        item, ann, _ben = team.item("ann", "ben")
        team.open("ann", ann)
        question = self.ask(team, "ann", ann, blocking=True)
        with pytest.raises(Conflict):
            team.act("ann", submit, ann)
        team.act("lena", answer, question, "Yes, see 1.")
        team.act("ann", submit, ann)
        assert team.read(lambda s: open_holds(s, item.id)) == []

    @pytest.mark.parametrize("when", ["offered", "open", "submitted"])
    def test_the_other_reader_cannot_tell_a_question_from_a_reported_identifier(self, team, when):
        def told(cause):
            item, ann, ben = team.item("ann", "ben")
            team.open("ann", ann)
            if when != "offered":
                team.open("ben", ben)
            if when == "submitted":
                team.put("ben", ben, c1="heads")
                team.act("ben", submit, ben)
            cause(item, ann)
            answers = []
            for act in (
                lambda: team.act("ben", own_work, ben),
                lambda: team.open("ben", ben),
                lambda: team.put("ben", ben, version=team.reload(ben).draft_version, c2="tails"),
                lambda: team.act("ben", submit, ben),
                lambda: team.read(lambda s: getattr(next_task(s, team.person("ben")), "item_id", None) == item.id),
            ):
                try:
                    answers.append(repr(act()))
                except (Conflict, Forbidden) as error:
                    answers.append((error.code, error.message, error.details, error.problems))
            return answers

        asked = told(lambda item, ann: self.ask(team, "ann", ann, blocking=True))
        reported = told(lambda item, ann: team.act("ann", report_phi, item, [[0, 5]]))
        assert asked == reported
        assert asked[0][0] == "held"
        assert "question" not in str(asked)
        assert asked[-1] == "False"

    def test_who_asked_goes_on_looking_and_who_reads_learns_nothing_from_the_list_of_holds(self, team):
        item, ann, sly = team.item("ann", "sly")
        team.open("ann", ann)
        self.ask(team, "ann", ann, blocking=True)
        assert team.act("ann", own_work, ann).editable
        (hold,) = team.read(lambda s: open_holds(s, item.id))
        seen = {name: team.do(name, lambda s, a: [h.id for h in visible_holds(s, a, team.project_id)])
                for name in ("lena", "ada", "sly")}  # fmt: skip
        assert seen == {"lena": [hold.id], "ada": [hold.id], "sly": []}
        with pytest.raises(Forbidden) as refused:
            team.act("sly", lift_hold, hold)
        assert refused.value.code == "own-work"
        assert sly.state == "offered"

    def test_another_question_blocks_nothing(self, team):
        _item, ann, _ = team.item("ann", "ben")
        team.open("ann", ann)
        self.ask(team, "ann", ann)
        assert team.act("ann", submit, ann).ordinal == 1

    def test_each_blocking_question_keeps_its_own_hold(self, team):
        item, ann, ben = team.item("ann", "ben")
        first, second = (self.ask(team, "ann", ann, blocking=True) for _ in range(2))
        third = self.ask(team, "ben", ben, blocking=True)
        left = []
        for question in (first, third, second):
            team.act("lena", answer, question, "Yes.")
            left.append(len(team.read(lambda s: open_holds(s, item.id))))
        assert left == [2, 1, 0]

    def test_a_questions_hold_is_not_lifted_past_its_answer(self, team):
        item, ann, _ = team.item("ann", "ben")
        self.ask(team, "ann", ann, blocking=True)
        (hold,) = team.read(lambda s: open_holds(s, item.id))
        assert hold.kind == HoldKind.QUESTION
        with pytest.raises(Conflict):
            team.act("lena", lift_hold, hold)

    def test_a_question_is_answered_once_by_somebody_entitled(self, team):
        _, ann, _ = team.item("ann", "ben")
        question = self.ask(team, "ann", ann)
        with pytest.raises(Forbidden):
            team.act("ben", answer, question, "Yes.")
        team.act("ada", answer, question, "Yes.")
        with pytest.raises(Conflict):
            team.act("lena", answer, question, "No.")
        assert team.reload(question).answer == "Yes."

    def test_whoever_reads_an_item_neither_sees_nor_answers_its_questions(self, team):
        """INV-3: an adjudicator of the project may be a blind reader of this item."""
        _, ann, _ = team.item("ann", "sly")
        question = self.ask(team, "ann", ann)
        with pytest.raises(Forbidden) as refused:
            team.act("sly", answer, question, "Yes.")
        assert refused.value.code == "own-work"
        for name, seen in (("sly", 0), ("ada", 1)):
            found = team.read(lambda s, n=name: list_questions(s, team.project_id, unread_by=team.person(n)))
            assert len(found) == seen

    def test_one_asks_about_own_tasks_only(self, team):
        _, ann, _ = team.item("ann", "ben")
        with pytest.raises(Forbidden):
            self.ask(team, "ben", ann)

    @pytest.mark.parametrize("text", ["", "   ", "x" * 20_000])
    def test_a_question_has_a_text_of_bearable_length(self, team, text):
        _, ann, _ = team.item("ann", "ben")
        with pytest.raises(Invalid):
            self.ask(team, "ann", ann, text, blocking=True)
        assert team.count(Hold) == 0

    def test_neither_question_nor_answer_is_in_the_log(self, team):
        _, ann, _ = team.item("ann", "ben")
        question = self.ask(team, "ann", ann, "Zebra?")
        team.act("lena", answer, question, "Quagga!")
        assert "Zebra" not in str(team.events())
        assert "Quagga" not in str(team.events())

    def test_it_is_told_on_the_askers_stream_and_not_on_the_items(self, team):
        _, ann, _ = team.item("ann", "ben")
        self.ask(team, "ann", ann)
        assert [e["stream"] for e in team.events(Tag.QUESTION_ASKED)] == [f"assignment:{ann.id}"]
        assert team.read(lambda s: list_questions(s, team.project_id, asked_by=team.person("ben"))) == []


def test_a_hold_and_its_end_are_events(team):
    item, _, _ = team.item("ann", "ben")
    hold = team.act("ann", report_phi, item, [])
    team.act("priv", lift_hold, hold)
    assert [e["data"]["kind"] for t in (Tag.HOLD_OPENED, Tag.HOLD_CLOSED) for e in team.events(t)] == ["phi", "phi"]
    assert team.reload(hold).closed_at == T0
