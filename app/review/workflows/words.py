"""A workflow in words, step by step: what a person reads before it is put into force."""

from __future__ import annotations

from dataclasses import dataclass

from app.review.workflows import ESCALATION_TIER, ComplexityRule, Step, Workflow


@dataclass(frozen=True)
class StepInWords:
    """One step as people read it."""

    title: str
    words: str


def steps_in_words(workflow: Workflow) -> list[StepInWords]:
    """What happens to an item, in order."""
    reading, settling, verifying = (workflow.of(step) for step in Step)
    alone = reading.people == 1 and not workflow.doubled_percent and not any(r.one_more for r in workflow.complexity)
    read = "one person" if reading.people == 1 else f"{reading.people} people, blind to each other,"
    readers = f"{_upper(read)} of {_who(reading.tier, reading.specialties)}"
    steps = [StepInWords("Read", f"{readers} {_verb(reading.people)} each item.")]
    if workflow.doubled_percent:
        drawn = f"Of 100 items about {workflow.doubled_percent}, drawn by a seed that nobody can foresee."
        steps.append(StepInWords("Read by one more", drawn))
    if not alone:
        ends = ", and thereby verifies it" if workflow.adjudicator_finishes else ""
        who = _who(settling.tier, settling.specialties)
        steps.append(StepInWords("Settle", f"What readers see differently is settled by one person of {who}{ends}."))
    senior = _who(ESCALATION_TIER, workflow.escalation_specialties)
    weighty = f"A significant or critical label in dispute is settled by one person of {senior}."
    steps.append(StepInWords("Escalate", weighty))
    steps.append(StepInWords("Verify", _verified(workflow, _who(verifying.tier, verifying.specialties))))
    steps += [StepInWords(f"Rule {n}", _rule(rule)) for n, rule in enumerate(workflow.complexity, start=1)]
    return steps


def _verified(workflow: Workflow, who: str) -> str:
    left = "What is agreed" if workflow.adjudicator_finishes else "What is agreed or settled"
    if not workflow.agreed_pass:
        return f"{left} is verified and signed by one person of {who}."
    share = f" and about {workflow.checked_percent} of 100 others, drawn likewise," if workflow.checked_percent else ""
    settled = "" if workflow.adjudicator_finishes else " What was settled is verified too."
    return (f"Agreed items with a label of weight{share} are verified and signed by one person of {who};"
            f" other agreed items pass by sampling: never shown as verified, in no release.{settled}")  # fmt: skip


def _rule(rule: ComplexityRule) -> str:
    asked = [
        rule.complexity and f"are marked complex ({rule.complexity} or more)",
        rule.characters and f"have {rule.characters} characters or more",
        rule.suggestions and f"have {rule.suggestions} suggestions or more",
        rule.note_types and f"are of the type {' or '.join(rule.note_types)}",
    ]
    needs = [
        rule.read_tier and f"readers of tier {rule.read_tier} or more",
        rule.one_more and "one more reader",
        rule.finish_tier and f"tier {rule.finish_tier} to settle and verify",
        rule.always_verified and "a verifier in any case",
    ]
    said = (" and ".join(str(one) for one in some if one) for some in (asked, needs))
    return "Items that {} need {}.".format(*said)


def _who(tier: int, specialties: tuple[str, ...]) -> str:
    of = f" in {' or '.join(specialties)}" if specialties else ""
    return f"tier {tier}{of}" if tier == ESCALATION_TIER else f"tier {tier} or more{of}"


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _verb(people: int) -> str:
    return "reads" if people == 1 else "read"
