"""Words that are no identifiers in a project: proposed where one was put back, confirmed by another act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.errors import Invalid, NotFound
from app.corpus.document import Document
from app.corpus.project import Project, project_subject
from app.corpus.vault import Vault, open_json, seal_json
from app.privacy.removal.models import KeptOutcome, KeptWord, KeptWordRuling
from app.privacy.removal.originals import require_open

#: types whose originals are words that can stand in other patients' texts too; a date or a number is none
LEARNABLE = frozenset({"NAME", "ORGANIZATION", "LOCATION"})
WordSet = frozenset[tuple[str, str]]


def folded(words: str) -> str:
    """As the same word is known again: without regard to capitals and white space."""
    return " ".join(words.split()).casefold()


def word_ref(vault: Vault, project_id: int, words: str, kind: str) -> str:
    """A keyed reference: pages and rows name a word by it and never by itself."""
    return vault.reference("removed-word", project_id, f"{kind}\x1f{folded(words)}")


def propose(
    session: Session, actor: Actor, vault: Vault, document: Document, words: Iterable[tuple[str, str]], *, at: int
) -> int:
    """Put (words, type) that were put back in a text up for a second look; returns how many are new for its patient."""
    key = vault.key_of(session, document.subject_id)
    new = 0
    for text, kind in sorted({(folded(text), kind) for text, kind in words}):
        ref = word_ref(vault, document.project_id, text, kind)
        if kind not in LEARNABLE or not any(map(str.isalpha, text)) or _proposed(session, document.subject_id, ref):
            continue
        session.add(
            KeptWord(
                project_id=document.project_id,
                subject_id=document.subject_id,
                word_ref=ref,
                type=kind,
                sealed=seal_json(key, text, _label(document.subject_id, ref)),
                document_id=document.id,
                proposed_by=actor.id,
                proposed_at=at,
            )
        )
        session.flush()
        new += 1
    return new


def _proposed(session: Session, subject_id: int, ref: str) -> bool:
    same = select(KeptWord.id).where(KeptWord.subject_id == subject_id, KeptWord.word_ref == ref)
    return session.scalar(same.limit(1)) is not None


@dataclass(frozen=True)
class ListedWord:
    """A word of the project's list, with how many patients it was put back for. `outcome` None: it waits."""

    ref: str
    word: str
    type: str
    patients: int
    outcome: str | None
    ruled_at: int | None


@dataclass
class WordList:
    waiting: list[ListedWord] = field(default_factory=list)
    ruled: list[ListedWord] = field(default_factory=list)
    #: put back for patients whose texts were withdrawn since, and for nobody else: the word is gone with them
    erased: int = 0


def list_kept(session: Session, actor: Actor, vault: Vault, project: Project, *, at: int) -> WordList:
    """The project's words, those that wait first. Raises Forbidden: they are originals."""
    require_open(session, actor, project.id, at=at)
    rulings = _rulings(session, project.id)
    rows = session.execute(
        select(KeptWord.word_ref, KeptWord.type, func.count(), func.max(KeptWord.id))
        .where(KeptWord.project_id == project.id)
        .group_by(KeptWord.word_ref, KeptWord.type)
        .order_by(func.max(KeptWord.id))
    )
    words = WordList()
    for ref, kind, patients, _ in rows:
        ruling = rulings.get(ref)
        text = _text_of(session, vault, project.id, ref, ruling)
        if text is None:
            words.erased += 1
            continue
        listed = ListedWord(
            ref, text, kind, patients, ruling.outcome if ruling else None, ruling.ruled_at if ruling else None
        )
        (words.ruled if ruling else words.waiting).append(listed)
    return words


def rule_on(session: Session, actor: Actor, vault: Vault, project: Project, ref: str, outcome: str, *, at: int) -> None:
    """Keep a word in texts of every patient from now on, or not. Raises Forbidden, NotFound or Invalid.

    It takes an act of its own after the one that put the word back, with the originals open. What was confirmed can
    be declined later; texts that stand stay as they are.
    """
    require_open(session, actor, project.id, at=at)
    policy.require(session, actor, policy.Action.DECIDE_QUARANTINE, project_subject(project.id), at=at)
    if outcome not in set(KeptOutcome):
        raise Invalid("outcome", f"an outcome is one of {', '.join(KeptOutcome)}")
    kind = session.scalar(
        select(KeptWord.type).where(KeptWord.project_id == project.id, KeptWord.word_ref == ref).limit(1)
    )
    text = _text_of(session, vault, project.id, ref, _rulings(session, project.id).get(ref))
    if kind is None or text is None:
        raise NotFound("kept-word", "there is no such word in this project")
    sealed = vault.seal(text, _ruling_label(project.id, ref)) if outcome == KeptOutcome.CONFIRMED else None
    row = KeptWordRuling(
        project_id=project.id, word_ref=ref, type=kind, outcome=outcome, sealed=sealed, ruled_by=actor.id, ruled_at=at
    )
    session.add(row)
    session.flush()
    record(
        session,
        Tag.KEPT_WORD_RULED,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("kept_word_ruling", row.id),
        data={"outcome": outcome, "type": kind, "reference": ref},
        project_id=project.id,
        at=at,
    )


@dataclass(frozen=True)
class KeptFor:
    """(folded words, type): confirmed for all patients of a project, and put back for this one."""

    project: WordSet = frozenset()
    patient: WordSet = frozenset()


def kept_for(session: Session, vault: Vault, project_id: int, subject_id: int, key: bytes) -> KeptFor:
    """What need not be removed from texts of a patient. A word of another patient counts only once confirmed."""
    rulings = _rulings(session, project_id)
    confirmed = {
        (vault.open(row.sealed, _ruling_label(project_id, ref)), row.type)
        for ref, row in rulings.items()
        if row.sealed is not None
    }
    declined = {ref for ref, row in rulings.items() if row.sealed is None}
    own = session.scalars(select(KeptWord).where(KeptWord.subject_id == subject_id))
    patient = {
        (open_json(key, row.sealed, _label(subject_id, row.word_ref)), row.type)
        for row in own
        if row.word_ref not in declined
    }
    return KeptFor(frozenset(confirmed), frozenset(patient))


def outcomes(session: Session, project_id: int) -> dict[str, str]:
    """Reference → what was ruled last, or "proposed"."""
    proposed = session.scalars(select(KeptWord.word_ref).where(KeptWord.project_id == project_id).distinct())
    return dict.fromkeys(proposed, "proposed") | {r: row.outcome for r, row in _rulings(session, project_id).items()}


def _rulings(session: Session, project_id: int) -> dict[str, KeptWordRuling]:
    rows = session.scalars(
        select(KeptWordRuling).where(KeptWordRuling.project_id == project_id).order_by(KeptWordRuling.id)
    )
    return {row.word_ref: row for row in rows}


def _text_of(session: Session, vault: Vault, project_id: int, ref: str, ruling: KeptWordRuling | None) -> str | None:
    """The word, from the ruling or from any patient who is still there."""
    if ruling is not None and ruling.sealed is not None:
        text: str = vault.open(ruling.sealed, _ruling_label(project_id, ref))
        return text
    same = (KeptWord.project_id == project_id, KeptWord.word_ref == ref)
    for row in session.scalars(select(KeptWord).where(*same).order_by(KeptWord.id)):
        try:
            key = vault.key_of(session, row.subject_id)
        except NotFound:
            continue
        found: str = open_json(key, row.sealed, _label(row.subject_id, ref))
        return found
    return None


def _label(subject_id: int, ref: str) -> str:
    return f"kept:{subject_id}:{ref}"


def _ruling_label(project_id: int, ref: str) -> str:
    return f"kept-word:{project_id}:{ref}"
