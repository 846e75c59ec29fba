"""The protocol of a qualification: a page to print and sign, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape

from app.cli.validation.protocol import FAILED, NOT_RUN, PASSED, StepResult, traces
from app.core import clock
from app.core.digest import sha256

_STYLE = (
    "body{font:10pt sans-serif;margin:1.5cm}table{border-collapse:collapse;width:100%}th,td{border:1px solid #666;"
    "padding:3pt 5pt;text-align:left;vertical-align:top}tr{page-break-inside:avoid}td.blank{min-width:3cm;height:1cm}"
    "code{overflow-wrap:anywhere}"
)
SIGNERS = ("Performed by", "Reviewed by", "Approved by (quality)")


@dataclass(frozen=True)
class QualificationRun:
    """One run: where, when, by whom, of which code, and what came of it."""

    host: str
    operator: str
    started_at: int
    finished_at: int
    code_sha256: str
    results: Sequence[StepResult]

    @property
    def passed(self) -> bool:
        return all(result.verdict == PASSED for result in self.results)

    def counts(self) -> dict[str, int]:
        return {verdict: sum(r.verdict == verdict for r in self.results) for verdict in (PASSED, FAILED, NOT_RUN)}


def protocol_json(run: QualificationRun) -> str:
    """Everything, for machines."""
    whole = {
        "protocol": "chartmark validation 1",
        "host": run.host,
        "operator": run.operator,
        "started_at": clock.iso(run.started_at),
        "finished_at": clock.iso(run.finished_at),
        "code_sha256": run.code_sha256,
        "passed": run.passed,
        "counts": run.counts(),
        "steps": [asdict(result) for result in run.results],
        "requirements": traces(run.results),
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def protocol_page(run: QualificationRun) -> str:
    """A whole page of HTML that needs nothing besides; blanks for name, date and signature."""
    about = (
        ("Server", run.host), ("Run by the login", run.operator), ("Begun", clock.iso(run.started_at)),
        ("Ended", clock.iso(run.finished_at)), ("Code, SHA-256", run.code_sha256),
        ("protocol.json, SHA-256", sha256(protocol_json(run))),
    )  # fmt: skip
    facts = "".join(f"<tr><th>{escape(name)}</th><td><code>{escape(value)}</code></td></tr>" for name, value in about)
    said = ", ".join(f"{count} {verdict}" for verdict, count in run.counts().items())
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Installation and operation qualification</title>
<style>{_STYLE}</style>
<h1>Installation and operation qualification</h1>
<table>{facts}</table>
<p><strong>{"All steps passed" if run.passed else "Not passed"}</strong>: {said}. Operation was tried on an installation
of its own, made for it and destroyed afterwards; nothing of this server's data was read or changed.</p>
{_part("Installation", [r for r in run.results if r.number.startswith("IQ")])}
{_part("Operation", [r for r in run.results if r.number.startswith("OQ")])}
<h2>Requirements</h2>
<p>Numbers of 21 CFR Part 11, and of docs/domain.md (R, INV).</p>
<table><tr><th>Requirement</th><th>Steps</th></tr>
{"".join(f"<tr><td>{escape(name)}</td><td>{', '.join(steps)}</td></tr>" for name, steps in traces(run.results).items())}
</table>
<h2>Deviations</h2>
<table><tr><th>Step</th><th>What was done about it</th><th>Name, date</th></tr>
{"<tr><td class='blank'></td><td class='blank'></td><td class='blank'></td></tr>" * 3}</table>
<h2>Signatures</h2>
<table><tr><th></th><th>Name</th><th>Date</th><th>Signature</th></tr>
{"".join(f"<tr><th>{who}</th>{'<td class=blank></td>' * 3}</tr>" for who in SIGNERS)}
</table>
</html>
"""


def _part(title: str, results: Sequence[StepResult]) -> str:
    head = "<tr><th>Step</th><th>What</th><th>For</th><th>Expected</th><th>Observed</th><th>Verdict</th></tr>"
    return f"<h2>{title}</h2>\n<table>{head}\n{''.join(map(_row, results))}</table>"


def _row(result: StepResult) -> str:
    cells = (
        result.number, result.title, ", ".join(result.requirements), result.expected, result.observed, result.verdict,
    )  # fmt: skip
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>\n"
