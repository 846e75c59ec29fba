"""`project` and `schema`: a team starts its own project from the shell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app.accounts.actor import Actor, OperatorActor, ProjectRole
from app.accounts.approval import Done, do_or_ask
from app.accounts.loading import load_actor
from app.accounts.person import get_by_username, get_person
from app.accounts.policy import Action
from app.accounts.second_person import is_setting_up
from app.annotation.schema import read_schema
from app.audit.evidence import declare
from app.cli import machine
from app.cli.nouns import KeyOf, Noun
from app.cli.project_workflow import workflow
from app.cli.waiting import say_waiting
from app.core.clock import now
from app.core.counts import count_states, recount
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Invalid, NotFound
from app.core.reading import read_text
from app.corpus.date_order import DATE_ORDERS, FROM_THE_NOTES
from app.corpus.document import Document
from app.corpus.member import list_members, remove_member
from app.corpus.project import change_settings, create_project, get_project, list_projects
from app.corpus.schema import LabelSchema, list_schemas, load_schema
from app.corpus.source import Source
from app.guidelines.version import VersionChange, publish
from app.review.item import Item, count_by_state
from app.review.modality import MODALITIES, own_label_problems  # and no workflows: those bring pydantic


@click.group(cls=Noun)
def project() -> None:
    """Projects: settings, members, guidelines, assignment."""


@project.command()
@click.argument("key")
@click.option("--title", default="", help="Shown to people; the key when left out.")
@click.option("--language", default="en", show_default=True)
@click.option(
    "--date-order",
    type=click.Choice((*DATE_ORDERS, FROM_THE_NOTES)),
    help="How 03/04/2023 reads: dmy 3 April, mdy March 4. Else by required_countries, or from the notes.",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting; repeatable.")
def create(key: str, title: str, language: str, date_order: str | None, settings: tuple[str, ...]) -> None:
    """Create the project KEY."""
    if date_order:
        settings = (*settings, f"date_order={date_order}")

    def unit(session: Session, actor: OperatorActor, at: int) -> dict[str, Any]:
        declare(session, actor, at=at)
        made = create_project(session, actor, key, title, language=language, settings=_settings(settings), at=at)
        return {"id": made.id, "key": made.key, "title": made.title, "date_order": made.setting("date_order")}

    _say(machine.write(unit))


@project.command("set")
@click.argument("key")
@click.argument("settings", nargs=-1, required=True, metavar="NAME=VALUE…")
def set_command(key: str, settings: tuple[str, ...]) -> None:
    """Change settings of the project KEY."""

    def unit(session: Session, actor: OperatorActor, at: int) -> None:
        change_settings(session, actor, get_project(session, key), _settings(settings), at=at)

    machine.write(unit)


@project.command("settings")
@click.argument("key", required=False)
def settings_command(key: str | None) -> None:
    """Every setting, what it accepts, and its value in the project KEY or its default; one JSON object a line."""
    from app.corpus.settings import SETTINGS

    row = machine.read(lambda session: get_project(session, key)) if key else None
    for name, one in SETTINGS.items():
        if one.retired:
            continue
        accepts = {"choices": [value for value, _ in one.choices]} if one.choices else {}
        limits = {"range": one.range} if one.kind == "number" else {}
        value = row.setting(name) if row else one.default
        _say({"name": name, "value": value, "title": one.title, "help": one.help, "kind": one.kind} | accepts | limits)


@project.command("list")
def list_command() -> None:
    """Every project, one JSON object a line."""
    for row in machine.read(lambda session: [_summary(session, p) for p in list_projects(session)]):
        _say(row)


@project.command()
@click.argument("key")
@click.option("--add", multiple=True, metavar="USER:ROLE", help=f"Roles: {', '.join(ProjectRole)}.")
@click.option("--remove", multiple=True, metavar="USER:ROLE")
def members(key: str, add: tuple[str, ...], remove: tuple[str, ...]) -> None:
    """Show, add or remove members of the project KEY."""

    def unit(session: Session, actor: OperatorActor, at: int) -> tuple[list[dict[str, Any]], list[Done]]:
        row = get_project(session, key)
        added = [_add(session, actor, row.id, entry, at) for entry in add]
        for entry in remove:
            _remove(session, actor, row.id, entry, at)
        shown = [
            {"username": get_person(session, m.person_id).username, "role": m.role}
            for m in list_members(session, row.id)
        ]
        return shown, added

    shown, added = machine.write(unit)
    for member in shown:
        _say(member)
    say_waiting(*added)


def _add(session: Session, actor: OperatorActor, project_id: int, entry: str, at: int) -> Done:
    username, role = _pair(entry, ":")
    facts = {"person": get_by_username(session, username).id, "project": project_id, "role": role}
    return do_or_ask(session, actor, "member", facts, at=at)


def _remove(session: Session, actor: OperatorActor, project_id: int, entry: str, at: int) -> None:
    username, role = _pair(entry, ":")
    person = get_by_username(session, username)
    for member in list_members(session, project_id):
        if (member.person_id, member.role) == (person.id, role):
            remove_member(session, actor, member, at=at)
            return
    raise NotFound("member", f"{username} has no role {role} in this project")


@project.command()
@click.argument("key")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--modality", type=KeyOf(MODALITIES), default=lambda: MODALITIES.keys()[0], help="Else the first.")
@click.option("--version", required=True)
@click.option(
    "--change", type=click.Choice([change.value for change in VersionChange]), default="minor", show_default=True
)
@click.option("--by", required=True, help="User name of the person who publishes.")
def guideline(key: str, path: Path, modality: str, version: str, change: str, by: str) -> None:
    """Publish a guideline (Markdown) in the project KEY, in the name of a person who may.

    That person types the password, but for the time before the first load.
    """
    content = {"key": path.stem, "modality": modality, "version": version, "body": read_text(path)}
    prove = _proof_of(by, content)

    def unit(session: Session, _operator: OperatorActor, at: int) -> dict[str, Any]:
        person = load_actor(session, get_by_username(session, by).id, at=at)
        prove(session, person, at)
        row = publish(session, person, get_project(session, key).id, content, change=change, at=at)
        return {"id": row.id, "version": row.version, "sha256": row.body_sha256}

    _say(machine.write(unit))


def _proof_of(by: str, content: dict[str, str]) -> Callable[[Session, Actor, int], object]:
    """What spends the proof that `by` is here: nobody at a shell speaks for somebody else."""
    from app.accounts.signing import Intent, reauthenticate, spend_proof  # brings passwords
    from app.cli.factors import ask_factors  # brings passwords

    if machine.read(lambda session: is_setting_up(session, machine.operator())):
        return lambda _session, _person, _at: None
    at, intent = now(), Intent(Action.PUBLISH_GUIDELINE, sha256(canonical_json(content)))
    actor = machine.read(lambda session: load_actor(session, get_by_username(session, by).id, at=at))
    token = reauthenticate(machine.machine().database, actor, ask_factors(by), intent, at=at)
    return lambda session, person, at: spend_proof(session, person, token, intent, at=at)


@project.command()
@click.argument("key")
@click.option("--add", nargs=3, metavar="USER ITEM RELATIONSHIP", help="Keep USER from the item's patient.")
@click.option("--end", type=int, metavar="NUMBER")
@click.option("--because", default="", help="Why it ends.")
def conflicts(key: str, add: tuple[str, str, str] | None, end: int | None, because: str) -> None:
    """The conflicts of interest of the project KEY, one JSON line each; adds one, or ends one."""
    from app.review.conflict import declare_conflict, end_conflict, list_conflicts
    from app.review.item import find_labelled

    def unit(session: Session, actor: OperatorActor, at: int) -> list[dict[str, Any]]:
        row = get_project(session, key)
        if add:
            item, person = find_labelled(session, row.id, add[1]), get_by_username(session, add[0])
            declare_conflict(session, actor, item, person.id, add[2], at=at)
        if end is not None:
            end_conflict(session, actor, row.id, end, because, at=at)
        return [
            {
                "conflict": one.id,
                "username": get_person(session, one.person_id).username,
                "patient": one.subject_id,
                "relationship": one.relationship,
                "in_force": one.ended_at is None,
            }
            for one in list_conflicts(session, row.id)
        ]

    for one in machine.write(unit):
        _say(one)


@project.command()
@click.argument("key")
@click.option("--limit", default=1000, show_default=True)
def assign(key: str, limit: int) -> None:
    """Assign ready items of the project KEY, to whoever has least to do; says what nobody here can go on with."""
    from app.review.distribution import assign_in_chunks
    from app.review.waiting import ahead, load_team, stopped_items

    here, at = machine.machine().database, now()
    row = machine.read(lambda session: get_project(session, key))
    count = assign_in_chunks(here, machine.operator(), row.id, limit=limit, at=at)

    def look(session: Session) -> dict[str, Any]:
        team = load_team(session, row, at=at)
        states = count_by_state(session, row.id)
        return {
            "assigned": count,
            "states": states,
            "stopped": [one.words for one in stopped_items(session, team, states)],
            "ahead": ahead(team),
        }

    _say(machine.read(look))


@project.command()
@click.argument("key")
@click.argument("username")
def unassign(key: str, username: str) -> None:
    """Take back what USERNAME has not finished in the project KEY; `assign` gives it to others."""
    from app.review.assignment import revoke_tasks

    def unit(session: Session, actor: OperatorActor, at: int) -> dict[str, Any]:
        row, person = get_project(session, key), get_by_username(session, username)
        return {"revoked": revoke_tasks(session, actor, row, person.id, at=at)}

    _say(machine.write(unit))


@project.command("codes")
@click.argument("key")
@click.option("--rebuild", is_flag=True, help="First count anew which codes the settled answers use.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: each encounter, then the counts.")
def codes_command(key: str, *, rebuild: bool, as_json: bool) -> None:
    """Coding rules over the settled answers of the project KEY, all notes of an encounter together."""
    # Code systems bring numpy; no other command of a project needs them.
    from app.projection.code_use import rebuild as rebuild_uses
    from app.quality.coding import coding_report, count_findings
    from app.terminology.search import open_releases

    releases = open_releases(machine.machine().settings.terminology_dir, "icd10cm")
    row = machine.read(lambda session: get_project(session, key))
    if rebuild:
        made = machine.write(lambda session, _operator, _at: rebuild_uses(session, row.id))
        machine.say_aside(made.aside, "answer")
    report = machine.read(lambda session: list(coding_report(session, row.id, releases)))
    for coded in report:
        if as_json:
            _say(coded.to_dict())
        for finding in () if as_json else coded.findings:
            place = f"{coded.encounter} {' '.join(coded.items)} {finding.severity}: {', '.join(finding.codes)}"
            click.echo(f"{place}: {finding.message}")
    _say({"counts": count_findings(report)})


@project.command("counts")
@click.argument("key")
@click.option("--rebuild", is_flag=True, help="First make the counts and the list of settled answers anew.")
def counts_command(key: str, *, rebuild: bool) -> None:
    """Items and records by state and documents by verdict of the project KEY, and how many have a settled answer."""
    from app.review.settled import rebuild as rebuild_settled
    from app.review.settled import settled_answers

    models = (Item, Document, Source)
    row = machine.read(lambda session: get_project(session, key))

    def anew(session: Session, _operator: OperatorActor, _at: int) -> None:
        for model in models:
            recount(session, model, row.id)
        rebuild_settled(session, row.id)

    def look(session: Session) -> dict[str, Any]:
        counts: dict[str, Any] = {model.__tablename__: count_states(session, model, row.id) for model in models}
        return counts | {"settled_answers": len(settled_answers(session, row.id))}

    if rebuild:
        machine.write(anew)
    _say(machine.read(look))


project.add_command(workflow)


@click.group(cls=Noun)
def schema() -> None:
    """Label schemas."""


@schema.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--project", "key", required=True, help="Project that gets the schema.")
def load(path: Path, key: str) -> None:
    """Load a label schema (JSON) into a project."""
    content = read_schema(path, own_label_problems)

    def unit(session: Session, actor: OperatorActor, at: int) -> LabelSchema:
        return load_schema(session, actor, get_project(session, key), content, at=at)

    row = machine.write(unit)
    _say({"id": row.id, "key": row.key, "version": row.version, "sha256": row.body_sha256})


def _summary(session: Session, row: Any) -> dict[str, Any]:
    return {
        "key": row.key,
        "title": row.title,
        "status": row.status,
        "workflow": row.setting("workflow"),
        "items": count_by_state(session, row.id),
        "schemas": [f"{s.key} {s.version}" for s in list_schemas(session, row.id)],
    }


def _settings(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Settings from NAME=VALUE, read as the kind the setting has."""
    # pydantic, which only commands that change or explain settings need
    from app.corpus.settings import SETTINGS

    found: dict[str, Any] = {}
    for pair in pairs:
        name, value = _pair(pair, "=")
        found[name] = SETTINGS[name].read(value) if name in SETTINGS else value
    return found


def _pair(entry: str, mark: str) -> tuple[str, str]:
    left, found, right = entry.partition(mark)
    if not found or not left or not right:
        raise Invalid("pair", f"write it as NAME{mark}VALUE")
    return left, right


def _say(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
