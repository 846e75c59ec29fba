"""`flask terminology`: import, list, search, check and compare releases of code systems."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn, TextIO

import click
from flask import current_app
from flask.cli import AppGroup

from app.cli.setup import code_releases
from app.cli.streams import standard_input, stream_json_lines, stream_lines
from app.core.errors import ChartmarkError, Invalid
from app.terminology.artefacts import list_releases
from app.terminology.browse import open_page
from app.terminology.coding_rules import Facts, check
from app.terminology.diff import diff
from app.terminology.hits import Hit, SearchAnswer
from app.terminology.maps import propose
from app.terminology.releases import Named, current_release, import_release
from app.terminology.search import SearchableRelease, open_release, open_releases


def _root() -> Path:
    return current_app.extensions["settings"].terminology_dir


def _progress(message: str) -> None:
    click.echo(message, err=True)


def _fail(error: ChartmarkError) -> NoReturn:
    for problem in error.problems or ():
        click.echo(f"{problem.where}: {problem.message}", err=True)
    raise click.ClickException(str(error))


def _open(system: str, release: str | None = None) -> SearchableRelease:
    manifest = current_release(_root(), system, _progress)
    return open_release(_root(), system, release or manifest.digest)


terminology = AppGroup("terminology", help="Code systems: releases, search, coding rules.")


@terminology.command("import")
@click.argument("system")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--release", default="", help="Name of the release, where the files do not say.")
@click.option("--valid-from", default="", help="First day the release is valid (YYYY-MM-DD).")
@click.option("--valid-to", default="", help="Last day the release is valid (YYYY-MM-DD).")
@click.option("--language", default="", help="Language of the preferred terms.")
def import_command(system: str, path: Path, **said: str) -> None:
    """Import release files of SYSTEM from PATH (folder, file, .zip or .gz)."""
    try:
        manifest = import_release(_root(), system, path, Named(**said), _progress)
    except ChartmarkError as error:
        _fail(error)
    code_releases.note_releases()
    code_releases.compile_terms(_progress)
    click.echo(json.dumps(manifest.to_dict(), ensure_ascii=False))


@terminology.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(*, as_json: bool) -> None:
    """The installed releases."""
    for manifest in list_releases(_root()):
        if as_json:
            click.echo(json.dumps(manifest.to_dict(), ensure_ascii=False))
        else:
            validity = f"{manifest.valid_from or '?'} to {manifest.valid_to or '?'}"
            counts = ", ".join(f"{n:,} {what}" for what, n in manifest.counts.items() if n)
            click.echo(
                f"{manifest.system} {manifest.release} ({validity}): {counts} [{manifest.digest[:12]}]"
            )


@terminology.command("search")
@click.argument("system")
@click.argument("query", required=False)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
@click.option("--within", default=None, help="Only this code and what is below it.")
@click.option("--value-set", default=None, help="Only members of this value set.")
@click.option("--language", default=None, help="Only terms in this language (two letters).")
@click.option("--release", default=None, help="A release other than the current one.")
@click.option("--stdin", "from_stdin", is_flag=True, help="One query a line from standard input.")
@click.option("--json", "as_json", is_flag=True, help="JSON (with --stdin one object a line).")
def search_command(
    system: str, query: str | None, from_stdin: bool, as_json: bool, **options: object
) -> None:
    """Search SYSTEM for QUERY."""
    if (query is None) == (not from_stdin):
        raise click.UsageError("give a QUERY, or --stdin")
    try:
        found = _open(system, options.pop("release"))  # type: ignore[arg-type]

        def answer(text: str) -> dict:
            said = found.ask(text, **options)  # type: ignore[arg-type]
            hits = [_hit(hit) for hit in said.hits]
            return {"query": text, "hits": hits} | ({"said": said.said} if said.said else {})

        if from_stdin:
            sys.exit(stream_lines(answer, standard_input(), sys.stdout))
        if as_json:
            click.echo(json.dumps(answer(query or ""), ensure_ascii=False))
        else:
            _print(found.ask(query or "", **options))  # type: ignore[arg-type]
    except ChartmarkError as error:
        _fail(error)


def _hit(hit: Hit) -> dict:
    answer = {
        "code": hit.code,
        "term": hit.term,
        "preferred": hit.preferred,
        "match": hit.match,
        "score": hit.score,
    }
    answer |= {"billable": hit.billable, "active": hit.active, "marks": hit.marks}
    answer |= {"then": hit.then, "why": hit.why} if hit.then else {}
    return answer | ({"replaced_by": hit.replaced_by} if hit.replaced_by else {})


def _print(answer: SearchAnswer) -> None:
    for sentence in answer.said:
        click.echo(sentence)
    for hit in answer.hits:
        flag = "" if hit.billable else "  (not billable)"
        via = "" if hit.term == hit.preferred else f"  [{hit.term}]"
        pair = f"  then {hit.then}: {hit.why}" if hit.then else ""
        click.echo(f"{hit.code:<10} {hit.preferred}{via}{flag}{pair}")


@terminology.command("check")
@click.argument("codes", nargs=-1)
@click.option("--date", default=None, help="Date of service (YYYY-MM-DD): the true one.")
@click.option("--sex", default=None, help="female or male.")
@click.option("--age", default=None, type=float, help="Age in years.")
@click.option("--setting", default=None, help="inpatient, outpatient or emergency.")
@click.option("--stdin", "from_stdin", is_flag=True, help='One encounter a line: {"id","codes","date",…}.')
@click.option("--json", "as_json", is_flag=True, help="JSON (with --stdin one object a line).")
def check_command(codes: tuple[str, ...], from_stdin: bool, as_json: bool, **facts: object) -> None:
    """Coding rules over the ICD-10-CM codes of one encounter, in their order (or of many: --stdin)."""
    if bool(codes) == from_stdin:
        raise click.UsageError("give CODES, or --stdin")
    try:
        current_release(_root(), "icd10cm", _progress)
        releases = open_releases(_root(), "icd10cm")
        if from_stdin:
            sys.exit(stream_json_lines(lambda record: _checked(record, releases), standard_input(), sys.stdout))
        findings = check(codes, releases=releases, **facts)  # type: ignore[arg-type]
    except ChartmarkError as error:
        _fail(error)
    if as_json:
        problems = [asdict(f) for f in findings]
        click.echo(json.dumps({"codes": list(codes), "problems": problems}, ensure_ascii=False))
        return
    for finding in findings:
        place = f"{finding.severity:<12} {finding.rule:<18} {', '.join(finding.codes)}"
        click.echo(f"{place}: {finding.message} [{finding.source}]")
    if not findings:
        click.echo("nothing to say")


def _checked(record: dict, releases: list[SearchableRelease]) -> dict:
    """The batch report's line for one encounter."""
    codes = record.get("codes")
    if not isinstance(codes, list) or not codes or not all(isinstance(c, str) for c in codes):
        raise Invalid("codes-missing", 'the field "codes" must be a list of codes')
    facts = {name: record[name] for name in Facts.__annotations__ if record.get(name) is not None}
    wrong = [name for name, value in facts.items() if not isinstance(value, _FACT_TYPES[name])]
    if wrong:
        raise Invalid("bad-facts", f"the field {wrong[0]!r} is of the wrong type")
    findings = check(codes, releases=releases, **facts)  # type: ignore[arg-type]
    return {"id": record.get("id"), "codes": codes, "problems": [asdict(f) for f in findings]}


_FACT_TYPES: dict[str, type | tuple[type, ...]] = {
    "date": str,
    "sex": str,
    "age": (int, float),
    "age_to": (int, float),
    "setting": str,
    "assertions": dict,
    "texts": dict,
}


@terminology.command("map")
@click.argument("system")
@click.argument("code")
@click.argument("target")
@click.option("--sex", default=None, type=click.Choice(["female", "male"]))
@click.option("--age", default=None, type=float, help="Age in years.")
def map_command(system: str, code: str, target: str, sex: str | None, age: float | None) -> None:
    """Proposals for CODE of SYSTEM in TARGET with the rule of each, as JSON lines; never assigned."""
    try:
        release = _open(system)
    except ChartmarkError as error:
        _fail(error)
    for proposal in propose(release, code, target, sex=sex, age=age):
        click.echo(json.dumps(asdict(proposal), ensure_ascii=False))


@terminology.command("diff")
@click.argument("system")
@click.argument("old")
@click.argument("new")
@click.option(
    "--codes",
    "in_use",
    type=click.File("r"),
    default=None,
    help="Only these codes, one a line (- for stdin).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def diff_command(system: str, old: str, new: str, in_use: TextIO | None, as_json: bool) -> None:
    """What changed in SYSTEM from release OLD to release NEW: retired and changed codes first."""
    codes = [line.strip() for line in in_use if line.strip()] if in_use else None
    try:
        changes = diff(_open(system, old), _open(system, new), codes)
    except ChartmarkError as error:
        _fail(error)
    for change in changes:
        if as_json:
            click.echo(json.dumps(asdict(change), ensure_ascii=False))
        else:
            instead = f" → {', '.join(change.instead[:6])}" if change.instead else ""
            click.echo(f"{change.kind:<19} {change.code:<10} {change.before or change.after}{instead}")


@terminology.command("show")
@click.argument("system")
@click.argument("code")
@click.option("--release", default=None, help="A release other than the current one.")
def show_command(system: str, code: str, release: str | None) -> None:
    """One code with parents, children, synonyms, notes, maps and value sets, as JSON."""
    try:
        page = open_page(_open(system, release), code)
    except ChartmarkError as error:
        _fail(error)
    click.echo(json.dumps(asdict(page), ensure_ascii=False))
