"""Hospitals, clinics and other houses of care and worship (B)."""

from __future__ import annotations

from collections.abc import Iterator

from app.deidentify.lexicon.lists import lines
from app.deidentify.lexicon.organisation_words import COMPANY_TAILS, CORES, GENERIC_BEFORE, HEADS, INNER
from app.deidentify.lexicon.places import HOSPITALS
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import is_initial, is_note_word, is_running, shouted
from app.deidentify.span import Span
from app.deidentify.things import is_term

_LOWER_HEADS = (
    "clinic",
    "office",
    "hospital",
    "campus",
    "va",
    "facility",
    "location",
    "branch",
    "area",
    "site",
    "center",
    "suburbs",
    "region",
)
_CARE_WORDS = lines("care_place_words")
_SAINTS = frozenset(["st", "saint", "mt", "mount", "st."])
_SHORTENED = _SAINTS | {"ste", "dr", "ft", "univ", "hosp", "med", "mem", "gen", "ltd", "co"}
_AT = wordset(
    """
    at to from by of in with via into near visited
    """
)
_HOUSE_WORDS = INNER | CORES
_NAMING = _HOUSE_WORDS | COMPANY_TAILS
MAX_BACK = 6
MAX_AHEAD = 8


class Hospitals:
    """Runs of capitalised words around "Hospital", "Clinic" …, saints, and houses known by name."""

    key = "hospitals"
    types = ("ORGANIZATION",)
    languages = ("en",)

    def __init__(self) -> None:
        self._known: dict[str, list[list[str]]] = {}
        for name in HOSPITALS:
            parts = _parts(name)
            self._known.setdefault(parts[0], []).append(parts)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.positions(tuple(CORES)):
            if note.words[position][0].isupper():
                yield from self._around(note, position)
        for position in note.positions(_LOWER_HEADS):
            if note.words[position].islower():
                yield from self._before_lower(note, position)
        for position in note.positions(_CARE_WORDS):
            yield from self._care_site(note, position)
        for position in note.positions(tuple(_SAINTS)):
            yield from self._saint(note, position)
        for position in note.positions(("ed", "er", "icu", "hdu")):
            yield from self._before_department(note, position)
        for first, names in self._known.items():
            for position in note.index.get(first, ()):
                yield from self._by_name(note, position, names)

    def _around(self, note: Note, position: int) -> Iterator[Span]:
        first = position
        while (
            first > 0
            and position - first < MAX_BACK
            and (note.gap(first - 1) in (" ", "-", "'", "’", " & ") or _shortened(note, first - 1))
            and _inside(note, first - 1)
        ):
            first -= 1
        while first < position and (
            note.lowers[first] in ("s", "and", "of", "the", "for", "at") or note.words[first].islower()
        ):
            first += 1
        last = position
        while (
            last + 1 < len(note.words)
            and last - position < MAX_AHEAD
            and note.gap(last) in (" ", "-", "'", "’")
            and (
                note.lowers[last + 1] in CORES | {"medical", "system", "network", "services", "group"}
                and note.words[last + 1][0].isupper()
            )
        ):
            last += 1
        last = _of_city(note, last)
        names = [i for i in range(first, last + 1) if not _generic(note, i)]
        specific = names or (
            last - first >= 1
            and note.lowers[first] in INNER
            and note.lowers[first] not in GENERIC_BEFORE | {"medical", "nursing", "cancer", "heart"}
        )
        general = note.lowers[first : last + 1] == ["general", "hospital"] and first and note.lowers[first - 1] in _AT
        if (specific or general) and last > first:
            yield Span(note.starts[first], note.end(last), "ORGANIZATION", 0.8, self.key)

    def _before_lower(self, note: Note, position: int) -> Iterator[Span]:
        """ "Chicago clinic", "our Miami office", "Dr. Smith's office"."""
        first = position
        while (
            first > 0
            and position - first < 3
            and note.gap(first - 1) == " "
            and note.words[first - 1][0].isupper()
            and not is_note_word(note, first - 1)
        ):
            first -= 1
        name = note.text[note.starts[first] : note.end(position - 1)].lower() if first < position else ""
        if name and (lexicon().get(name, 0) | note.flags[position - 1]) & (Known.CITY | Known.TOWN | Known.REGION):
            yield Span(note.starts[first], note.end(position), "ORGANIZATION", 0.6, self.key)

    def _before_department(self, note: Note, position: int) -> Iterator[Span]:
        """ "Westmead ED": a name that is no word before a department's short form."""
        first = position - 1
        if first < 0 or not note.words[position].isupper() or note.gap(first) != " ":
            return
        named = note.words[first].istitle() and len(note.words[first]) > 4
        if (
            named
            and not note.flags[first] & (Known.ORDINARY | Known.THING | Known.EPONYM)
            and not is_term(note.lowers[first])
        ):
            yield Span(note.starts[first], note.end(position), "ORGANIZATION", 0.6, self.key)

    def _care_site(self, note: Note, position: int) -> Iterator[Span]:
        """ "seen at Cedar Crest", "transferred from Elmwood": a capitalised run."""
        link, steps = position + 1, 0
        while (
            link < len(note.words)
            and steps < 5
            and note.lowers[link] not in ("at", "from", "to", "with", "by", "on", "in")
        ):
            if note.gap(link - 1) != " " or (note.words[link][0].isupper() and not shouted(note, link)):
                return
            link, steps = link + 1, steps + 1
        first = link + 1
        if first >= len(note.words) or note.lowers[link] not in ("at", "from", "to") or note.gap(link) != " ":
            return
        if note.lowers[first] == "the" and first + 1 < len(note.words):
            first += 1
        if not note.words[first][0].isupper() or note.flags[first] & Known.REGION or is_running(note, first):
            return
        last = first
        while (
            last + 1 < len(note.words)
            and last - first < 4
            and (note.gap(last) in (" ", "-", "'", "’") or _shortened(note, last))
            and carries_on(note, last + 1)
        ):
            last += 1
        if last == first and (
            note.flags[first] & (Known.ORDINARY | Known.EPONYM)
            or len(note.words[first]) < 4
            or note.words[first].isupper()
        ):
            return
        if all(is_note_word(note, i) and note.lowers[i] not in INNER for i in range(first, last + 1)):
            return
        yield Span(note.starts[first], note.end(last), "ORGANIZATION", 0.6, self.key)

    def _saint(self, note: Note, position: int) -> Iterator[Span]:
        following = position + 1
        if (
            following >= len(note.words)
            or not note.words[position][0].isupper()
            or note.gap(position) not in (" ", ". ", ".")
        ):
            return
        word = note.words[following]
        if not word[0].isupper() or len(word) < 3 or note.lowers[following] in ("elevation", "segment", "depression"):
            return
        last = following
        if note.gap(last) in ("'", "’") and note.lowers[last + 1 : last + 2] == ["s"]:
            last += 1
        while (
            last + 1 < len(note.words)
            and last - position < MAX_AHEAD
            and note.gap(last) in (" ", "-")
            and note.words[last + 1][0].isupper()
            and note.lowers[last + 1] in _HOUSE_WORDS
            and not is_running(note, last + 1)
        ):
            last += 1
        if note.words[position].isupper() and not word.isupper() and len(note.words[position]) == 2:
            return  # "ST Elevation"
        yield Span(note.starts[position], note.end(last), "ORGANIZATION", 0.75, self.key)

    def _by_name(self, note: Note, position: int, names: list[list[str]]) -> Iterator[Span]:
        for parts in sorted(names, key=len, reverse=True):
            last = position + len(parts) - 1
            if note.lowers[position : last + 1] != parts or not note.words[position][0].isupper():
                continue
            if len(parts) == 1 and not self._alone(note, position):
                return
            if parts == ["hca"] and note.lowers[last + 1 : last + 2] not in (["healthcare"], ["hospital"], ["houston"]):
                return  # a health care assistant
            while (
                last + 1 < len(note.words)
                and last - position < MAX_AHEAD
                and note.gap(last) in (" ", "-")
                and note.words[last + 1][0].isupper()
                and note.lowers[last + 1] in _HOUSE_WORDS
                and not is_running(note, last + 1)
            ):
                last += 1
            yield Span(note.starts[position], note.end(last), "ORGANIZATION", 0.75, self.key)
            return

    @staticmethod
    def _alone(note: Note, position: int) -> bool:
        """A house named by one word that is also a person's: only after "at", "to", "from"."""
        before = note.lowers[position - 1] if position else ""
        if note.text[max(0, note.starts[position] - 2) : note.starts[position]] == "@ ":
            return True
        if note.lowers[position] == "chop":  # a hospital, and a course of chemotherapy
            return before in ("at", "from") and note.gap(position - 1) == " "
        if note.words[position].isupper() and len(note.words[position]) > 2:
            return True
        return before in _AT


def _parts(name: str) -> list[str]:
    cleaned = "".join(c if c.isalnum() else " " for c in name)
    return cleaned.lower().split()


def _shortened(note: Note, position: int) -> bool:
    """Whether the full stop behind a word shortens it: "St. Mary", "J. Paul"."""
    return note.gap(position) == ". " and (note.lowers[position] in _SHORTENED or is_initial(note, position))


def carries_on(note: Note, position: int) -> bool:
    """Whether a word continues a capitalised run; in capitals, everyday words end it."""
    if not note.words[position][0].isupper() or is_running(note, position):
        return False
    known = note.lowers[position] in _NAMING
    return known or not is_note_word(note, position) or not shouted(note, position)


def _inside(note: Note, position: int) -> bool:
    word, lower = note.words[position], note.lowers[position]
    if word[0].isupper():
        if lower == "at" or (is_running(note, position) and lower not in ("and", "for")):
            return False
        if lower in ("i", "the", "history", "patient", "dr") or (
            lower in ("discharge", "attending", "emergency") and lower not in INNER
        ):
            return lower == "dr"
        return (
            not is_note_word(note, position)
            or lower in INNER
            or bool(note.flags[position] & (Known.LAST | Known.CITY | Known.FIRST))
        )
    return lower in ("s", "of", "and", "the", "for", "at") and position > 0 and (lower != "at")


def _generic(note: Note, position: int) -> bool:
    lower = note.lowers[position]
    return (
        lower in HEADS
        or lower in CORES
        or lower
        in (
            "s",
            "of",
            "and",
            "the",
            "for",
            "outpatient",
            "surgery",
            "emergency",
            "primary",
            "care",
            "family",
            "system",
            "group",
            "network",
            "services",
        )
        or len(lower) < 2
    )


def _of_city(note: Note, last: int) -> int:
    """ "Children's Hospital of Philadelphia", "Children's Hospital Los Angeles"."""
    following = last + 1
    if following + 1 < len(note.words) and note.lowers[following] == "of" and note.gap(last) == " ":
        following += 1
    end = last
    while (
        following < len(note.words)
        and following - last < 4
        and note.gap(following - 1) == " "
        and note.words[following][0].isupper()
        and (
            note.flags[following] & (Known.CITY | Known.TOWN | Known.REGION)
            or note.lowers[following] in ("new", "los", "san", "saint", "las")
        )
    ):
        end, following = following, following + 1
    return end
