"""The pure engine: all notes of one subject in, clean texts, spans, offset maps and verdicts out."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.errors import Unavailable, invalid
from app.deidentify.calendar.order import Order, OrderEvidence, decide, evidence_of
from app.deidentify.detection import Detector, find_all
from app.deidentify.evidence import weighed
from app.deidentify.note import Note
from app.deidentify.policy import Policy
from app.deidentify.recogniser import Recogniser
from app.deidentify.recognisers.initials import with_honorifics
from app.deidentify.replace.dateshift import shift_spans, subject_shift
from app.deidentify.replace.operators import apply, make_replacement
from app.deidentify.replace.roles import roles_of
from app.deidentify.replace.surrogates import Surrogates
from app.deidentify.second_look.addresses import address_rests, houses_and_places
from app.deidentify.second_look.firms import firms_beside
from app.deidentify.second_look.neighbours import address_lines, enumerated, leading_initials, letterhead, lone_lines
from app.deidentify.second_look.same_patient import find_names, find_places, learned_names, learned_places
from app.deidentify.second_look.tables import table_cells
from app.deidentify.second_look.unknown import unknown_names
from app.deidentify.span import Span, merge, not_inside
from app.deidentify.verdict import REFUSED, MachineVerdict, judge, places_of_dates


@dataclass(frozen=True)
class SourceText:
    """A note as received. `known`: names, ids, dates, addresses, contacts of its subject's record.

    `date_order` is how its source writes figures of dates (dmy, mdy, ymd), "" as the policy says.
    """

    id: str
    text: str
    known: dict[str, list[str]] = field(default_factory=dict)
    language: str = "en"
    date_order: str = ""


@dataclass(frozen=True)
class Deidentified:
    """`spans` count in the source; `offset_map` rows are [source_start, source_end, clean_start, clean_end].

    A refused document has no clean text.
    """

    id: str
    text: str
    spans: list[Span]
    offset_map: list[list[int]]
    verdict: str
    reasons: tuple[str, ...]
    risk: float = 0.0
    suspects: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Engine:
    """What finds identifiers: recognisers and, where given, a model; numbers of rooms, wards and beds stay by default.

    Raises Unavailable without recognisers: an engine that finds nothing would call every text clean.
    """

    recognisers: tuple[Recogniser, ...]
    model: Detector | None = None

    def __post_init__(self) -> None:
        if not self.recognisers:
            raise Unavailable("no-recognisers", "an engine without recognisers finds nothing and may clean nothing")

    def find(self, notes: list[Note]) -> list[list[Span]]:
        """Merged spans of each note; two passes, so that a name found in one note is found in all."""
        found = [find_all(note, self.recognisers, self.model) for note in notes]
        found = [
            merge(
                [
                    *spans,
                    *_borne_out(note, spans, [*enumerated(note, spans), *lone_lines(note), *unknown_names(note)]),
                    *address_lines(note),
                    *table_cells(note),
                    *address_rests(note, spans),
                ]
            )
            for note, spans in zip(notes, found, strict=True)
        ]
        names = learned_names(zip(notes, found, strict=True))
        places = learned_places(zip(notes, found, strict=True))
        found = [
            merge([*spans, *_borne_out(note, spans, [*find_names(note, names), *find_places(note, places)])])
            for note, spans in zip(notes, found, strict=True)
        ]
        return [
            merge(
                [
                    *spans,
                    *leading_initials(note, spans),
                    *letterhead(note, spans),
                    *houses_and_places(note, spans),
                    *firms_beside(note, spans),
                    *with_honorifics(note, spans),
                ]
            )
            for note, spans in zip(notes, found, strict=True)
        ]


def _borne_out(note: Note, spans: list[Span], proposed: list[Span]) -> list[Span]:
    """What a second look adds to the spans and the places bear out."""
    return weighed(note, not_inside(spans, proposed))


def deidentify_subject(
    sources: list[SourceText], policy: Policy, *, key: bytes, engine: Engine, subject: str = ""
) -> list[Deidentified]:
    """All notes of one subject, each entity replaced the same way throughout.

    `key` is the project's secret; `subject` its stable id, without which replacements still agree within
    this call but would be the same for every unnamed subject. Raises Invalid for a policy that contradicts
    itself.
    """
    problems = policy.problems()
    if problems:
        raise invalid(problems, problems[0].code)
    wards = policy.wards == "remove"
    notes = [Note(s.text, s.language, s.date_order or policy.date_order, s.known, wards) for s in sources]
    found = engine.find(notes)
    surrogates = surrogates_for(key, subject, list(zip(notes, found, strict=True)))
    days = subject_shift(key, subject)
    orders = read_orders(notes, found) if policy.dates == "shift" else [Order("")] * len(notes)
    cleaned = []
    for source, note, spans, order in zip(sources, notes, found, orders, strict=True):
        verdict = judge(note, spans, policy, order=order)
        cleaned.append(_replaced(source, spans, verdict, order, (policy, surrogates, days)))
    return cleaned


def read_orders(notes: list[Note], found: list[list[Span]]) -> list[Order]:
    """How the figures of each note's dates are read: notes of one source order are weighed together."""
    evidence: dict[str, OrderEvidence] = {}
    own = [evidence_of(n.text, places_of_dates(spans), n.date_order) for n, spans in zip(notes, found, strict=True)]
    for note, shown in zip(notes, own, strict=True):
        evidence[note.date_order] = evidence.get(note.date_order, OrderEvidence()) + shown
    return [decide(note.date_order, evidence[note.date_order]) for note in notes]


def surrogates_for(key: bytes, subject: str, found: list[tuple[Note, list[Span]]]) -> Surrogates:
    """A subject's surrogates, told all names of all notes beforehand, so that they fit and never collide."""
    surrogates = Surrogates(key, subject)
    roles: dict[str, str] = {}
    names: list[str] = []
    words: set[str] = set()
    for note, spans in found:
        places = [(s.start, s.end) for s in spans if s.type == "NAME"]
        names += [note.text[start:end] for start, end in places]
        roles = roles_of(note.text, places) | roles
        words.update(note.index)
    surrogates.learn(names, roles=roles, avoid=words)
    return surrogates


def _replaced(
    source: SourceText, spans: list[Span], verdict: MachineVerdict, order: Order, how: tuple[Policy, Surrogates, int]
) -> Deidentified:
    policy, surrogates, days = how
    if verdict.outcome == REFUSED:
        return Deidentified(source.id, "", [], [], REFUSED, verdict.reasons, verdict.risk)
    text, offsets = clean_text(source.text, spans, policy, surrogates=surrogates, shift_days=days, order=order.key)
    return Deidentified(
        source.id, text, spans, offsets, verdict.outcome, verdict.reasons, verdict.risk, verdict.suspects
    )


def clean_text(
    text: str,
    spans: list[Span],
    policy: Policy,
    *,
    surrogates: Surrogates,
    shift_days: int,
    order: str = "",
) -> tuple[str, list[list[int]]]:
    """The text with its spans replaced, and where each went. `order`: how figures of dates read, "" if unknown."""
    shifted = shift_spans(text, spans, shift_days, order) if policy.dates == "shift" else {}
    makers = [make_replacement(span, policy, surrogates, shifted) for span in spans]
    return apply(text, spans, makers)


def to_source(offset: int, offset_map: list[list[int]]) -> int:
    """The source offset of a clean offset; inside a replacement it is the replaced span's start."""
    drift = 0
    for source_start, source_end, clean_start, clean_end in offset_map:
        if offset < clean_start:
            break
        if offset < clean_end:
            return source_start
        drift = source_end - clean_end
    return offset + drift


def to_clean(offset: int, offset_map: list[list[int]]) -> int:
    """The clean offset of a source offset; inside a removed span it is the replacement's start."""
    drift = 0
    for source_start, source_end, clean_start, clean_end in offset_map:
        if offset < source_start:
            break
        if offset < source_end:
            return clean_start
        drift = clean_end - source_end
    return offset + drift
