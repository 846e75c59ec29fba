"""The manifest of a release: what it says of each item, put together as text, and read without holding its items."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.db import Session
from app.core.digest import canonical_json, canonical_record
from app.core.isolation import set_aside
from app.core.pieces import pieces
from app.corpus.document import Document
from app.corpus.project import Project
from app.guidelines.version import GuidelineVersion
from app.review.item import Item
from app.review.proof import require_answers_proved
from app.review.queries.answers import Submission, settled_among
from app.review.signature import Signature, signatures_among, valid_for

MANIFEST_VERSION = 1


class Contents:
    """The entries of a manifest, item by item, as canonical JSON; and what they come to.

    An item of which the manifest cannot speak is in `left_out` with the code of why.
    """

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.submissions: dict[int, int] = {}
        self.left_out: dict[int, str] = {}
        self._guidelines: set[int] = set()
        self._verdicts: Counter[str] = Counter()

    def read(self, session: Session, items: Sequence[Item], progress: Callable[[int], None]) -> None:
        """Take in items in their order, a few statements for many; `progress` hears how many at a time.

        Raises Conflict where the record is not what the log says.
        """
        for piece in pieces(items):
            ids = [item.id for item in piece]
            settled, made = settled_among(session, ids), signatures_among(session, ids)
            wanted = select(Document.id, Document.text_sha256, Document.verdict)
            rows = session.execute(wanted.where(Document.id.in_([item.document_id for item in piece])))
            documents = {row.id: row for row in rows}
            require_answers_proved(session, piece, [answer.id for answer in settled.values()])
            for item in piece:
                with set_aside(self.left_out, item.id, stage="release"):
                    document = documents[item.document_id]
                    self._add(item, settled[item.id], made[item.id], document.text_sha256, document.verdict)
            progress(len(piece))

    def _add(self, item: Item, settled: Submission, made: list[Signature], text_sha256: str, verdict: str) -> None:
        self.entries.append(canonical_json(_entry(item, settled, made, text_sha256)))
        self.submissions[item.id] = settled.id
        self._guidelines.add(settled.guideline_version_id)
        self._verdicts[verdict] += 1

    def guidelines(self, session: Session) -> list[dict[str, Any]]:
        rows = session.scalars(
            select(GuidelineVersion).where(GuidelineVersion.id.in_(self._guidelines)).order_by(GuidelineVersion.id)
        )
        return [{"id": row.id, "version": row.version, "sha256": row.body_sha256} for row in rows]

    def verdicts(self) -> dict[str, int]:
        """Verdict → number of documents in the release."""
        return dict(self._verdicts)


def _entry(item: Item, settled: Submission, made: list[Signature], text_sha256: str) -> dict[str, Any]:
    """What the manifest says of one item: digests, signatures, versions."""
    return {
        "item": item.id,
        "label": item.label,
        "modality": item.modality,
        "text_sha256": text_sha256,
        "submission": settled.id,
        "submission_sha256": settled.body_sha256,
        "schema": settled.schema_id,
        "guideline_version": settled.guideline_version_id,
        "signatures": [_signature(s) for s in valid_for(made, settled.body_sha256)],
        # Who settled, verified or rejected on the way there: each signed another answer than this one.
        "earlier_signatures": [
            _signature(s) | {"record_sha256": s.record_sha256} for s in made if s.record_sha256 != settled.body_sha256
        ],
    }


def _signature(made: Signature) -> dict[str, Any]:
    names = ("id", "step", "meaning", "reason", "workflow", "ends_workflow", "manifest_sha256")
    return {name: getattr(made, name) for name in names}


def manifest_text(
    session: Session, project: Project, contents: Contents, claim: dict[str, Any], said: dict[str, Any], *, at: int
) -> str:
    """The manifest as canonical JSON; `said`: number, gates and what else is known of the release as a whole."""
    facts = {
        "v": MANIFEST_VERSION,
        "project": project.key,
        "cut_at": clock.iso(at),
        "guidelines": contents.guidelines(session),
        # Exports say what is and is not known of the texts (domain B.7): never "de-identified" alone.
        "deidentification": claim | {"verdicts": contents.verdicts()},
    }
    parts = {name: canonical_json(value) for name, value in (facts | said).items()}
    return canonical_record(parts | {"items": "[" + ",".join(contents.entries) + "]"})


def head_of(manifest: str, items: int = 0) -> dict[str, Any]:
    """What a manifest says of the release as a whole, and the first of its items; the others are passed over one by one
    and never held together."""
    decoder, found, place = json.JSONDecoder(), dict[str, Any](), 1
    while manifest[place - 1] != "}":
        name, place = decoder.raw_decode(manifest, place)
        if name == "items":
            first, place = _first_of(decoder, manifest, place + 1, items)
            found |= {name: first} if items else {}
        else:
            found[name], place = decoder.raw_decode(manifest, place + 1)
        place += 1  # the comma, or the end
    return found


def _first_of(decoder: json.JSONDecoder, text: str, place: int, wanted: int) -> tuple[list[Any], int]:
    """The first of a list that begins at `place`, and the place behind all of it."""
    first: list[Any] = []
    place += 1
    if text[place] == "]":
        return first, place + 1
    while text[place - 1] != "]":
        one, place = decoder.raw_decode(text, place)
        if len(first) < wanted:
            first.append(one)
        place += 1
    return first, place
