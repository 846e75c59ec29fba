"""By what documents are told apart: site, sex, age band, kind of note, language; and where each stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from app.core.db import Session
from app.corpus.document import Document
from app.corpus.project import Project, get_project
from app.corpus.source import Source
from app.corpus.subject import Encounter
from app.review.item import Item

#: what says something of patients: small groups of it are hidden wherever figures are shown
PATIENT = ("site", "sex", "age_band", "note_type", "language")
#: the same of an encounter's setting, by which agreement is cut as well
OF_TEXTS = (*PATIENT, "setting")
_COLUMNS = (
    Source.batch_id, Encounter.sex, Encounter.age_band, Document.note_type, Document.language, Encounter.setting,
)  # fmt: skip


class Sites:
    """Which site a delivery came from, as the project's settings say; the record itself keeps none."""

    def __init__(self, project: Project) -> None:
        said = (one.partition("=") for one in project.setting("sites"))
        self._named = {int(delivery): site.strip() for delivery, _, site in said}

    def facets(self, row: Sequence[Any]) -> dict[str, str]:
        """What the columns of `with_facets` say, by facet; empty: not said."""
        delivery, *rest = row
        return dict(zip(OF_TEXTS, (self._named.get(delivery, ""), *rest), strict=True))


def with_facets(*columns: Any, of: Any = None) -> Select[Any]:
    """A query of these columns and of the facets of the items they belong to: of Item, or of a table by `item_id`."""
    items = select(*columns, *_COLUMNS)
    items = items.select_from(Item) if of is None else items.select_from(of).join(Item, Item.id == of.item_id)
    return (
        items.join(Document, Document.id == Item.document_id)
        .join(Encounter, Encounter.id == Document.encounter_id)
        .join(Source, Source.id == Document.source_id)
    )


def sites_of(session: Session, project_id: int) -> Sites:
    """Raises NotFound."""
    return Sites(get_project(session, project_id))


def facets_of_documents(session: Session, project: Project, states: Sequence[str]) -> list[dict[str, str]]:
    """The facets of each item's document, of items in these states."""
    query = with_facets(Item.id).where(Item.project_id == project.id, Item.state.in_(states))
    sites = Sites(project)
    return [sites.facets(row) for _, *row in session.execute(query)]
