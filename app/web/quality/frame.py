"""The frame of the quality pages: their own menu, names of readers, tables as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from flask import Response

from app.accounts.person import get_person
from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import NotFound
from app.corpus.project import Project
from app.http import context
from app.web.projects.door import enter, page, permissions

#: pages of the area: key, title, endpoint
PAGES = (
    ("agreement", "Agreement", "agreement.index"),
    ("progress", "Progress", "progress.index"),
    ("lots", "Samples", "lots.index"),
    ("drift", "Drift", "drift.index"),
    ("calibration", "Calibration", "calibration.index"),
    ("critical", "Critical findings", "critical.index"),
)


def enter_quality(session: Session, key: str) -> Project:
    """The project, for somebody who may see its quality. Raises Forbidden or NotFound."""
    return enter(session, key, Action.VIEW_QUALITY)


def quality_page(template: str, current: str, project: Project, **values: Any) -> str:
    """A page of the area, with its menu; who only checks samples sees only those."""
    shown = [one for one in PAGES if permissions(project)[Action.VIEW_QUALITY] or one[0] == "lots"]
    area = "quality" if len(shown) > 1 else "samples"
    return page(f"quality/{template}", area, project, quality_pages=shown, current=current, **values)


def names_readers(project: Project) -> bool:
    """Whether this person is told who read: whoever leads or audits, others where the project says so."""
    may = permissions(project)
    return may[Action.CHANGE_PROJECT] or may[Action.READ_AUDIT] or bool(project.setting("show_names_to_adjudicator"))


class Readers:
    """Names of people for a page: their own, or the numbers by which pictures call them."""

    def __init__(self, session: Session, project: Project) -> None:
        self._session, self._named = session, names_readers(project)
        self._known: dict[str, str] = {}

    def name(self, person: str | int) -> str:
        """`7` or `7-12` in words; what is no person stays as it is."""
        parts = str(person).split("-")
        if not all(part.isdecimal() for part in parts):
            return str(person)
        return " and ".join(self._one(part) for part in parts)

    def legend(self, people: Iterable[int]) -> list[tuple[str, str]]:
        """(reader as pictures call them, name), for whoever may know names; else nothing."""
        if not self._named:
            return []
        return [(f"reader {person}", self._one(str(person))) for person in sorted(set(people))]

    def _one(self, person: str) -> str:
        if person not in self._known:
            self._known[person] = f"reader {person}"
            if self._named:
                with suppress(NotFound):
                    self._known[person] = get_person(self._session, int(person)).display_name
        return self._known[person]


def as_csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A table as a file; what a spreadsheet would take for a formula is a text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    answer = Response(out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "=+-@\t\r" and value[1:2]:
        return f"'{value}"
    return "" if value is None else value


def at_of(computed: int | None) -> int | None:
    """How many seconds old a result is, for the page to say."""
    return None if computed is None else max(0, (context.at() - computed) // 1000)
