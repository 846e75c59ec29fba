"""The same word in many texts, decided once: every removed word of the texts at hand, by word and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.core.db import Session
from app.core.errors import Conflict, Invalid, NotFound
from app.corpus.document import Document, DocumentBody, Verdict, is_own_text
from app.corpus.project import Project, project_subject
from app.corpus.vault import Vault
from app.privacy.removal.deciding import Decided, PlaceChoices, decide, say_settled
from app.privacy.removal.kept import outcomes
from app.privacy.removal.models import Fate
from app.privacy.removal.originals import note_shown, require_open
from app.privacy.removal.places import Inspected, TextPlace, inspect_text, with_originals
from app.privacy.stage.review import accept, list_undecided

#: texts whose words are shown at once, and the most that one transaction changes: others wait for its end
PAGE = 400
MOST_CHANGED = 50
#: reasons for a verdict that are answered by deciding on the places it names
_ANSWERED_BY_PLACES = frozenset(
    {"residual-risk", "model-rule-disagreement", "ambiguous-dates", "wrongly-removed", "identifier-reported"}
)


@dataclass(frozen=True)
class WordOccurrence:
    """Where a word of a group stands."""

    document: Document
    place: TextPlace


@dataclass
class WordGroup:
    """One word, removed (or doubted and left) for one reason. `key` says nothing of the word."""

    key: str
    word: str
    kind: str
    recogniser: str
    certain: bool
    is_replaced: bool
    kept: str | None = None
    occurrences: list[WordOccurrence] = field(default_factory=list)

    @property
    def documents(self) -> list[Document]:
        return list({one.document.id: one.document for one in self.occurrences}.values())

    @property
    def patients(self) -> int:
        return len({one.document.subject_id for one in self.occurrences})

    @property
    def doubted(self) -> int:
        return sum(one.place.doubt > 0 for one in self.occurrences)

    @property
    def in_record(self) -> int:
        """Of how many places the patient's own record names the word."""
        return sum(one.place.in_record for one in self.occurrences)


@dataclass(frozen=True)
class RemovedWords:
    """What a page of words is about: the texts, their groups, and what could not be opened any more."""

    documents: list[Document]
    groups: list[WordGroup]
    #: texts all of whose doubtful places are decided, and that wait for nothing else
    ready: list[int]
    gone: int
    more: int | None


def texts_waiting(session: Session, project: Project, *, after: int = 0) -> list[Document]:
    """What waits for a decision, most doubtful first; one more than a page holds, if there are more."""
    return list_undecided(session, project, after=after, limit=PAGE + 1)


def texts_all(session: Session, project: Project, *, after: int = 0) -> list[Document]:
    """Every text of a project that people read or may read, in its newest version, newest first."""
    own = (Document.project_id == project.id, is_own_text())
    newest = select(func.max(Document.id)).where(*own).group_by(Document.source_id)
    there = select(DocumentBody.document_id).where(DocumentBody.document_id == Document.id)
    query = select(Document).where(Document.id.in_(newest), Document.verdict != Verdict.REFUSED, there.exists())
    if after:
        query = query.where(Document.id < after)
    return list(session.scalars(query.order_by(Document.id.desc()).limit(PAGE + 1)))


def read_words(
    session: Session, actor: Actor, vault: Vault, project: Project, documents: Sequence[Document], *, at: int
) -> RemovedWords:
    """The removed words of these texts with their originals, by word and reason; that they were shown is in the log.

    What is decided already is left out. Raises Forbidden: only a privacy officer who typed the password lately.
    """
    require_open(session, actor, project.id, at=at)
    seen, gone = _opened(session, vault, documents[:PAGE])
    groups: dict[str, WordGroup] = {}
    for one in seen:
        for place in one.places:
            if place.fate is None:
                group = groups.setdefault(key_of(place), _group(place))
                group.occurrences.append(WordOccurrence(one.document, place))
    kept = outcomes(session, project.id)
    for group in groups.values():
        group.kept = kept.get(group.occurrences[0].place.ref)
    note_shown(session, actor, project.id, [one.document.id for one in seen], at=at)
    more = documents[PAGE - 1].id if len(documents) > PAGE else None
    ordered = sorted(groups.values(), key=lambda g: (g.doubted == 0, g.certain, -len(g.occurrences), g.word))
    return RemovedWords(
        [one.document for one in seen], ordered, [one.document.id for one in seen if _is_ready(one)], gone, more
    )


def key_of(place: TextPlace) -> str:
    """By which a page names a group: a keyed reference of the word, and who removed it."""
    return f"{place.ref}.{place.why.recogniser}" if place.is_replaced else f"{place.ref}.standing"


@dataclass(frozen=True)
class BulkOutcome:
    """What an act on many texts came to. `left` were not reached: one transaction changes only so many."""

    put_back: int = 0
    removed: int = 0
    settled: int = 0
    #: texts that changed meanwhile
    skipped: int = 0
    left: tuple[int, ...] = ()

    def plus(self, other: BulkOutcome) -> BulkOutcome:
        """Both together; what `other` left is left."""
        return BulkOutcome(
            self.put_back + other.put_back,
            self.removed + other.removed,
            self.settled + other.settled,
            self.skipped + other.skipped,
            other.left,
        )


def decide_words(
    session: Session,
    actor: Actor,
    vault: Vault,
    project: Project,
    documents: Sequence[int],
    choices: Mapping[str, str],
    *,
    skip: frozenset[tuple[str, int]] = frozenset(),
    at: int,
) -> BulkOutcome:
    """Carry out decisions on groups in the texts they were shown for: {group key: a fate}, a type for `removed` as
    "removed:NAME". `skip` are (group key, document) that are left as they are.

    Each text that changes has its own new version and event; those that are only looked at share one. Raises
    Forbidden or Invalid.
    """
    require_open(session, actor, project.id, at=at)
    policy.require(session, actor, policy.Action.DECIDE_QUARANTINE, project_subject(project.id), at=at)
    for choice in choices.values():
        if choice.partition(":")[0] not in set(Fate):
            raise Invalid("choice", f"a choice is one of {', '.join(Fate)}")
    totals: Counter[str] = Counter()
    settled: Counter[Fate] = Counter()
    looked_at: list[int] = []
    left: list[int] = []
    for document_id in documents:
        document = session.get(Document, document_id)
        wanted = _wanted(session, vault, project, document, choices, skip)
        if wanted is None or wanted.says_nothing or document is None:
            continue
        if totals["changed"] >= MOST_CHANGED and (wanted.put_back or wanted.remove):
            left.append(document_id)
            continue
        done = _decide_alone(session, actor, vault, document.id, wanted, at=at)
        if done is None:
            totals["skipped"] += 1
            continue
        totals.update(changed=bool(done.put_back or done.removed), put_back=done.put_back, removed=done.removed)
        if done.settled:
            looked_at.append(document_id)
            settled += done.settled
    say_settled(session, actor, project.id, looked_at, settled, at=at)
    return BulkOutcome(totals["put_back"], totals["removed"], settled.total(), totals["skipped"], tuple(left))


def accept_ready(
    session: Session, actor: Actor, vault: Vault, project: Project, documents: Sequence[int], *, at: int
) -> int:
    """Let readers have those of these texts whose doubtful places are all decided; each has its event."""
    policy.require(session, actor, policy.Action.DECIDE_QUARANTINE, project_subject(project.id), at=at)
    accepted = 0
    waiting = {document.id for document in texts_waiting(session, project)}
    for document_id in documents:
        document = session.get(Document, document_id)
        if document is None or document.project_id != project.id or document_id not in waiting:
            continue
        if _is_ready(inspect_text(session, vault, document)):
            accept(session, actor, document_id, at=at)
            accepted += 1
    return accepted


def _is_ready(seen: Inspected) -> bool:
    """Whether its places were what it was held for, and each is decided; what was put back is doubted no more."""
    document = seen.document
    named = bool(seen.doubtful) or document.version > 1
    answered = _ANSWERED_BY_PLACES.issuperset(document.reasons)
    return document.verdict == Verdict.NEEDS_REVIEW and named and not seen.waiting and answered


def _wanted(
    session: Session,
    vault: Vault,
    project: Project,
    document: Document | None,
    choices: Mapping[str, str],
    skip: frozenset[tuple[str, int]],
) -> PlaceChoices | None:
    """What the groups' decisions mean for one text."""
    if document is None or document.project_id != project.id:
        return None
    opened, _ = _opened(session, vault, [document])
    fates: dict[TextPlace, str] = {}
    for place in opened[0].places if opened else ():
        key = key_of(place)
        if place.fate is None and key in choices and (key, document.id) not in skip:
            fates[place] = choices[key]
    return PlaceChoices(
        put_back=frozenset(p.key for p, fate in fates.items() if fate == Fate.PUT_BACK and not p.in_record),
        remove=tuple(
            (p.key, fate.partition(":")[2] or "NAME") for p, fate in fates.items() if fate.startswith(Fate.REMOVED)
        ),
        settled=frozenset(p.key for p, fate in fates.items() if fate in (Fate.STAYS, Fate.LEFT)),
    )


def _decide_alone(
    session: Session, actor: Actor, vault: Vault, document_id: int, wanted: PlaceChoices, *, at: int
) -> Decided | None:
    """None where the text changed since the page was made: the others go on."""
    try:
        with session.begin_nested():
            return decide(session, actor, vault, document_id, wanted, at=at)
    except (Conflict, NotFound):
        return None


def _opened(session: Session, vault: Vault, documents: Sequence[Document]) -> tuple[list[Inspected], int]:
    """Texts with originals, and how many are gone (withdrawn meanwhile)."""
    found, gone = [], 0
    for document in documents:
        try:
            found.append(with_originals(session, vault, inspect_text(session, vault, document)))
        except NotFound:
            gone += 1
    return found, gone


def _group(place: TextPlace) -> WordGroup:
    why = place.why
    return WordGroup(key_of(place), place.original or "", why.type, why.recogniser, why.certain, place.is_replaced)
