"""Documents on their way into a format: read page by page, each page in a short transaction of its own.

What a release holds never changes; that nothing of it was destroyed or hidden meanwhile is asked once at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.db import Database, Session
from app.core.errors import NotFound
from app.formats.model import ExchangeDocument
from app.review.item import Item
from app.review.proof import require_answers_proved
from app.review.queries.around import AnswerWithText, answers_with_texts, text_of_answer
from app.review.queries.history import histories
from app.review.signature import Signature, signatures_among, valid_for

# Notes held at a time, a large one among them.
PAGE = 50

#: the answers that come after one, in their order: (item, submission), no more than `PAGE`
Chooser = Callable[[Session, tuple[int, int]], list[tuple[int, int]]]


@dataclass(frozen=True)
class ReadAnswer:
    """An answer with its text and what is known around it, as read: making a document of it may fail by itself."""

    row: AnswerWithText
    signatures: list[Signature]
    #: None where it was destroyed
    text: str | None
    #: how it came about (`app.review.queries.history`); empty for a reading
    history: dict[str, Any] = field(default_factory=dict)

    def document(self) -> ExchangeDocument:
        """Raises NotFound when text or answer was destroyed."""
        row = self.row
        if self.text is None:
            raise NotFound("document-erased", f"the text of document {row.document_id} was destroyed")
        if row.body is None:
            raise NotFound("submission-erased", f"the body of submission {row.submission_id} was destroyed")
        return ExchangeDocument(
            id=row.label,
            modality=row.modality,
            text=self.text,
            meta={
                "patient": row.pseudonym,
                "encounter": row.encounter,
                "note_type": row.note_type,
                "language": row.language,
                "setting": row.setting,
                "code_release": row.code_release,
                # Indirect identifiers, like setting and note type: the anonymity gate has counted them.
                "sex": row.sex,
                "age_band": row.age_band,
                "deidentification": json.loads(row.deid_json) | {"verdict": row.verdict},
            },
            elements=json.loads(row.body)["elements"],
            provenance=self._provenance(),
            history=self.history,
        )

    def _provenance(self) -> dict[str, Any]:
        """Who answers for an item, with which qualification, under which guideline."""
        row = self.row
        return {
            "submission_sha256": row.body_sha256,
            "guideline": row.version or "",
            "guideline_sha256": row.guideline_sha256 or "",
            "schema": row.schema_id,
            "qualification": json.loads(row.credentials_json),
            "signatures": [
                {
                    "name": s.signer_name,
                    "step": s.step,
                    "meaning": s.meaning,
                    "at": s.signed_at,
                    "manifest_sha256": s.manifest_sha256,
                }
                for s in valid_for(self.signatures, row.body_sha256)
            ],
        }


def read_answers(database: Database, choose: Chooser) -> Iterator[ReadAnswer]:
    """The chosen answers in their order; of a large release no more than a page is held."""
    after = (0, 0)
    while True:
        with database.reading() as session:
            chosen = choose(session, after)
            page = _page(session, chosen) if chosen else []
        yield from page
        if not page:
            return
        after = chosen[-1]


def _page(session: Session, chosen: list[tuple[int, int]]) -> list[ReadAnswer]:
    made = signatures_among(session, sorted({item for item, _ in chosen}))
    items = session.scalars(select(Item).where(Item.id.in_({item for item, _ in chosen}))).all()
    require_answers_proved(session, items, [submission for _, submission in chosen])
    numbers = [submission for _, submission in chosen]
    told = histories(session, numbers)
    rows = answers_with_texts(session, numbers)
    return [
        ReadAnswer(row, made[row.item_id], text_of_answer(session, row), told.get(row.submission_id, {}))
        for row in rows
    ]
