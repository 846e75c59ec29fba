"""One row of a release with everything behind it: what lineages and bundles are tried on.

A pipeline suggested heads. Ann kept it, Ben changed it to tails; Ada ruled for Ann by a slip, took that back and ruled
for Ben, by the guideline; Vera verified; Lena released.
"""

from app.agreement.judgements import Choice, Ruling
from app.corpus.project import change_settings
from app.corpus.suggestion import add_suggestion
from app.review.adjudication import Decision, cases_of, rule
from app.review.item import get_item
from app.review.meaning import Act
from app.review.submission import submit
from app.review.workflows import Step
from tests.build import OPERATOR, as_if
from tests.signing import confirm, end_step
from tests.team import T0
from tests.unit.pipelines.register.office import Toy as Pipeline
from tests.unit.pipelines.register.office import installed

SUGGESTED = {"pipeline": "toy", "version": "7", "digest": "d" * 64}
TEXT = "Canary heads or tails"


def tell(team):
    """(team, item, release)"""
    with installed(Pipeline()):
        team.database.writing(lambda s: change_settings(s, OPERATOR, team.project(s), {"pipeline": "toy"}, at=team.at))
    item = team.ready_item(TEXT)
    team.database.writing(lambda session: _suggest(session, item))
    assert team.assign("ann", "ben") == 1
    for name, face in (("ann", "heads"), ("ben", "tails")):
        task = team.task(item, name)
        team.open(name, task)
        if face == "tails":
            team.put(name, task, s1=face, version=team.reload(task).draft_version)
        team.act(name, submit, task)
    settle_for_ben(team, team.reload(item))
    if team.state(item) == "verification":
        confirm(team, "vera", team.reload(item))
    return team, team.reload(item), team.cut("lena")


def _suggest(session, item):
    as_if(session)
    add_suggestion(session, item.document_id, SUGGESTED, {"faces": ["heads"]}, at=T0)


def settle_for_ben(team, item):
    task = team.take("ada", item, Step.ADJUDICATE)
    cases = team.read(lambda s: cases_of(s, get_item(s, item.id), task))
    (case,) = cases.differences
    # Who was asked first is chance.
    by = [answer.person_id for answer in cases.submissions]
    for name, reason, citation in (("ann", "slip", ""), ("ben", "guideline", "1.2")):
        version = by.index(team.person(name))
        ruling = Ruling(case.key, Choice.TAKE, version, reason=reason, citation=citation)
        team.act("ada", rule, task, Decision(ruling, confirmed=True))
    end_step(team, "ada", item, Act.SETTLE)
