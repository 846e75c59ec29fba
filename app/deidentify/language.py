"""A cheap, deterministic guess of a text's language, to refuse what the recognisers cannot read."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections import Counter

from app.core.errors import Invalid
from app.deidentify.lexicon.languages import NAMES, TELLING, shared_with_english
from app.deidentify.lexicon.shapes import Known, lexicon

SUPPORTED = frozenset({"en"})


class English:
    """The language whose recognisers are built in."""

    key = "en"
    title = "English"


UNDETERMINED = "und"
_WORD = re.compile(r"[^\W\d_]+")
SAMPLE = 20_000
MIN_WORDS, MIN_HITS = 8, 4
# A foreign language must show so many different words of its own at such a share; English is believed on
# less, since a wrong refusal of English stops work. Long notes hold tables, in which the share falls.
_ENOUGH = ((3, 0.16), (5, 0.11), (9, 0.06))
# Letters of another script before a text counts as written in it: "μ" and "β" do not make Greek.
MIN_FOREIGN_LETTERS = 12
# Below this, a text with a quarter of Latin letters may be English around a foreign address.
MIXED_LETTERS = 80
_LISTED = int(Known.ORDINARY)
_BLOCKS = (
    ("latin", 0, 0x24F),
    ("latin", 0x1E00, 0x1EFF),
    ("greek", 0x370, 0x3FF),
    ("cyrillic", 0x400, 0x52F),
    ("armenian", 0x530, 0x58F),
    ("hebrew", 0x590, 0x5FF),
    ("arabic", 0x600, 0x77F),
    ("devanagari", 0x900, 0x97F),
    ("indic", 0x980, 0xDFF),
    ("thai", 0xE00, 0xE7F),
    ("georgian", 0x10A0, 0x10FF),
    ("ethiopic", 0x1200, 0x137F),
    ("cjk", 0x3040, 0x9FFF),
    ("hangul", 0xAC00, 0xD7AF),
)


def guess_language(text: str) -> str:
    """A language code, "und" when there is too little to tell, or "script:<range>" for other scripts."""
    sample = text[:SAMPLE]
    script, letters = _main_script(sample)
    if script != "latin":
        return f"script:{script}" if letters >= MIN_FOREIGN_LETTERS else UNDETERMINED
    words = _words(sample)
    if len(words) < MIN_WORDS:
        return UNDETERMINED
    best, score = _foreign(words)
    english = _english(words)
    if best and score > 1.3 * english:
        return best
    return "en" if english >= 0.1 else UNDETERMINED


def require_supported(text: str) -> None:
    """Raises Invalid saying which language the text seems to be in, and what that language lacks here."""
    language = guess_language(text)
    if language not in SUPPORTED | {UNDETERMINED}:
        raise Invalid("language-unsupported", f"the text seems to be {_spoken(language)}: {lacking(language)}")


def lacking(language: str) -> str:
    """What a language would need before its texts can be processed here; "" for a supported one."""
    if language in SUPPORTED:
        return ""
    return (
        f"{_spoken(language)} has no recognisers, no word lists and no model here; only numbers and addresses of the net"
        " would be found. Take externally de-identified text with its evidence and a human leak check"
    )


def _spoken(language: str) -> str:
    if language.startswith("script:"):
        return f"{language.removeprefix('script:').title()} script"
    return NAMES.get(language, language)


def _main_script(text: str) -> tuple[str, int]:
    """The script the text is written in and its letters; Latin where another's is but an address or a name."""
    counts = Counter(_script(c) for c in text if c.isalpha())
    if not counts:
        return "latin", 0
    script, count = counts.most_common(1)[0]
    mixed = counts.total() < MIXED_LETTERS and counts["latin"] * 4 > counts.total()
    if count * 2 <= counts.total() or mixed:
        return "latin", counts["latin"]
    return script, count


def _words(text: str) -> list[str]:
    """Lower-case words, but for the particles inside names ("Maria de la Cruz"), which tell nothing."""
    words = _WORD.findall(text)
    capital = [w[0].isupper() for w in words]
    kept = []
    for i, word in enumerate(words):
        after = next(
            (c for w, c in zip(words[i + 1 : i + 3], capital[i + 1 : i + 3], strict=True) if len(w) > 1), False
        )
        before = i > 0 and (capital[i - 1] or (i > 1 and len(words[i - 1]) < 4 and capital[i - 2]))
        if not (len(word) < 4 and not capital[i] and before and after):
            kept.append(word.lower())
    return kept


def _foreign(words: list[str]) -> tuple[str, float]:
    """The other language with most telling words and their share; "" unless they are enough."""
    counts = Counter(words)
    best, best_hits = "", 0
    for language, telling in TELLING.items():
        seen = counts.keys() & telling
        # A word that English has, too, does not count against English.
        own = seen - shared_with_english()
        hits = sum(counts[w] for w in own)
        share = hits / len(words)
        enough = any(len(own) >= different and share >= least for different, least in _ENOUGH)
        if hits > best_hits and hits >= MIN_HITS and enough:
            best, best_hits = language, hits
    return best, best_hits / len(words)


def _english(words: list[str]) -> float:
    """The share of words that English notes use, the international ones at half weight."""
    get = lexicon().get
    plain = sum(w in shared_with_english() for w in words)
    listed = sum(bool(get(w, 0) & _LISTED) for w in words if w not in shared_with_english())
    return (plain + 0.25 * listed) / len(words)


def _script(character: str) -> str:
    code = ord(character)
    if code == 0xB5:
        return "latin"
    return next((name for name, low, high in _BLOCKS if low <= code <= high), "other")
