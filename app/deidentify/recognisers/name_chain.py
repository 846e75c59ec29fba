"""How far a name reaches: first names, initials, particles and last names that stand together."""

from __future__ import annotations

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.running_words import RUNNING
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.words import EPONYM_HEADS, ordinary_words
from app.deidentify.note import Note

PARTICLES = words("name_particles")
SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "esq"])
TITLES = words("person_titles")
_GAPS = frozenset({" ", "  ", "-", "\u00a0", "'", "’", ". ", ".", "\n"})
MAX_WORDS = 5


def is_note_word(note: Note, position: int) -> bool:
    """A word of notes and of grammar, that no house, firm or street is called by; other everyday words may be."""
    return note.lowers[position] in ordinary_words()


def is_initial(note: Note, position: int) -> bool:
    word = note.words[position]
    return len(word) == 1 and word.isupper() and word.isalpha()


def looks_like_name(note: Note, position: int) -> bool:
    """Capitalised and not an ordinary word unless the name lists know it well."""
    word = note.words[position]
    if not word[0].isupper() or any(c.isdigit() for c in word):
        return False
    flags = note.flags[position]
    if flags & Known.ORDINARY:
        return False
    return len(word) > 1 and (not word.isupper() or len(word) > 3 or bool(flags & (Known.FIRST | Known.LAST)))


def extend_right(note: Note, position: int, *, lenient: bool = False) -> int:
    """The last position of the name that begins at `position`.

    With `lenient` (after a title, behind a label) an ordinary word that is capitalised counts as a name.
    """
    last = position
    while last + 1 < len(note.words) and last - position + 1 < MAX_WORDS:
        gap = note.gap(last)
        if gap not in _GAPS or (gap == ". " and not (is_initial(note, last) or note.lowers[last] in TITLES)):
            break
        if gap in ("\n", ".") and not (is_initial(note, last) and gap == "."):
            break
        nxt = last + 1
        lower = note.lowers[nxt]
        if gap in ("'", "’") and lower == "s":
            break
        if lower in SUFFIXES and not note.words[nxt].islower():
            return nxt
        if lower in PARTICLES and _name_follows(note, nxt, lenient):
            last = nxt
            continue
        hyphened = gap == "-" and note.words[nxt][0].isupper() and note.words[nxt].isalpha()
        after_initial = last > position and is_initial(note, last) and gap in (" ", ". ") and note.words[nxt].istitle()
        told = after_initial and not is_term_head(note, nxt) and not is_running(note, nxt)
        if lenient and gap == " " and note.flags[last] & Known.FIRST and not note.flags[last] & Known.ORDINARY:
            medical = note.flags[nxt] & Known.MEDICAL or is_term_head(note, nxt) or is_running(note, nxt)
            told = told or (note.words[nxt].istitle() and last == position and not medical)
        if not hyphened and not told and not _continues(note, nxt, lenient=lenient):
            break
        last = nxt
    return last


def _name_follows(note: Note, position: int, lenient: bool) -> bool:
    following = position + 1
    if following >= len(note.words) or note.gap(position) not in (" ", "'", "’", ". ", "-"):
        return False
    if note.lowers[following] in PARTICLES:
        following = min(following + 1, len(note.words) - 1)
    return _continues(note, following, lenient=lenient)


def _continues(note: Note, position: int, *, lenient: bool) -> bool:  # noqa: PLR0911 (one way out per reason)
    word = note.words[position]
    if is_initial(note, position):
        return True
    if word.isupper() and is_running(note, position):
        return False
    if looks_like_name(note, position):
        return not is_term_head(note, position)
    flags = note.flags[position]
    if not word[0].isupper() or len(word) < 2 or is_term_head(note, position):
        return False
    if lenient and flags & Known.MEDICAL and word.istitle() and _acts(note, position + 1):
        return True  # "her sister Grace Zocor takes Zocor"
    if lenient and flags & Known.SELDOM and word.istitle() and not is_running(note, position):
        return True
    return (
        bool(flags & (Known.LAST | Known.FIRST))
        and (lenient or bool(flags & Known.LAST))
        and note.lowers[position]
        not in ("date", "may", "parent", "foot", "hand", "kidney", "room", "back", "post", "clear")
    )


def _acts(note: Note, position: int) -> bool:
    return (
        position < len(note.words)
        and note.lowers[position] in RUNNING
        and note.lowers[position].endswith(("es", "s", "ed"))
    )


def is_term_head(note: Note, position: int) -> bool:
    """Whether the word turns the name before it into a term: "disease", "catheter"."""
    return note.lowers[position] in EPONYM_HEADS


def term_follows(note: Note, last: int) -> bool:
    """Whether the next word, past a possessive, makes a term of the name: "Crohn's disease"."""
    following = last + 1
    if following < len(note.words) and note.lowers[following] == "s" and note.gap(last) in ("'", "’"):
        following += 1
    if following >= len(note.words) or note.gap(following - 1) not in (" ", "-", "\n"):
        return False
    return note.lowers[following] in EPONYM_HEADS


def is_eponym_use(note: Note, first: int, last: int) -> bool:
    """A term named after somebody: before a term's head, or a lone word known as an eponym."""
    return term_follows(note, last) or (first == last and bool(note.flags[first] & Known.EPONYM))


def end_of(note: Note, position: int) -> int:
    """The end of a name's last word, with the full stop of a closing initial: "Anna S."."""
    end = note.end(position)
    if is_initial(note, position) and note.text[end : end + 1] == ".":
        return end + 1
    return end


def shouted(note: Note, position: int) -> bool:
    """Whether the words around are all in capitals, so that a capital says nothing about this one."""
    if not note.words[position].isupper():
        return False
    around = [w for w in note.words[max(0, position - 3) : position + 4] if len(w) > 1 and w.isalpha()]
    return len(around) > 2 and all(w.isupper() for w in around)


def is_running(note: Note, position: int) -> bool:
    """A verb or link of the sentence, however it is written; in capitals an unlisted "…ED" or "…ING" too."""
    lower = note.lowers[position]
    if lower in RUNNING:
        return True
    guessed = lower.endswith(("ed", "ing")) and len(lower) > 4 and not note.flags[position]
    return guessed and shouted(note, position)
