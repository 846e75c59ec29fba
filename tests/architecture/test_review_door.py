"""Review's own doors: answers and rulings leave it through `review.queries`; facts are rows; transitions are fired."""

import ast
import re

import pytest

from app.review import states
from tests.architecture.test_layers import APP, modules

#: what reads answers and rulings, and the tables they lie in
READS = {
    "app.review.submission": {
        "Recall", "Submission", "SubmissionBody", "contenders", "latest_of", "payload_of", "readings", "reconsidered",
        "settled_answer", "settled_answers",
    },
    "app.review.adjudication": {"RulingRow", "agreed_elements", "cases_of", "rulings_of"},
    "app.review.verification": {"VerifierChange", "answer_to_verify", "verifier_reason"},
}  # fmt: skip
TABLES = {"Recall", "RulingRow", "Submission", "SubmissionBody", "VerifierChange"}
OUTSIDE = [path for path in modules() if "review" not in path.relative_to(APP).parts[:1]]


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda p: str(p.relative_to(APP)))
def test_answers_and_rulings_leave_review_through_its_queries(path):
    """So that blindness is decided in one place (INV-3)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in READS:
            taken = {alias.name for alias in node.names} & READS[node.module]
            assert not taken, f"line {node.lineno}: {taken} through app.review.queries"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            # `adjudication.cases_of(…)` of an imported module, `Submission.item_id` in a statement of its own
            module = f"app.review.{node.value.id}"
            assert node.attr not in READS.get(module, ()), f"line {node.lineno}: {module}.{node.attr}"
            assert node.value.id not in TABLES, f"line {node.lineno}: {node.value.id} is selected in review.queries"


#: who may read what an event says, and why
READS_THE_LOG = {
    "web/oversight/audit.py": "shows the log itself to auditors",
    "privacy/accesses.py": "who saw a text is in the log and nowhere else",
    "release/copies.py": "which bundles and unfinished work left is in the log and nowhere else",
    "accounts/told.py": "tells people what the log says of their account",
    "accounts/approval.py": "what is carried out is compared with what the log says was asked for",
}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(APP)))
def test_facts_are_read_from_rows_and_not_out_of_the_log(path):
    """A module that knows events reads no `body` of anything: what was decided has a row of its own."""
    named = path.relative_to(APP).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    knows = any(alias.name == "Event" for node in imports for alias in node.names if node.module == "app.audit.models")
    whole = any(alias.name == "models" for node in imports for alias in node.names if node.module == "app.audit")
    if named.startswith("audit/") or named in READS_THE_LOG or not (knows or whole):
        return
    read = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "body"]
    assert not read, f"lines {read}: read it from a row"


def _fired():
    said = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add((path.relative_to(APP).as_posix(), node.value))
    # The table itself names each of them.
    return {word for file, word in said if file != "review/states.py"} | {"adjudicated_finally", "resolved_finally"}


def test_each_transition_is_fired_somewhere_or_stands_beside_the_issue_that_will_fire_it():
    table = (APP / "review" / "states.py").read_text(encoding="utf-8").splitlines()
    unfired = {event for _, event in states.ITEM.transitions} - _fired()
    for event in unfired:
        line = next(number for number, text in enumerate(table) if f'"{event}")' in text)
        above = "\n".join(table[max(0, line - 4) : line])
        assert re.search(r"# issue \d+", above), f"nothing fires {event!r}, and no issue is named beside it"
    assert unfired == {"sampled"}
