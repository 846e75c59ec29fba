"""What singles a person out without being a number (R): the words of a tattoo, being the only one of an event."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.wordset import wordtuple
from app.deidentify.note import Note
from app.deidentify.span import Span

_INK = re.compile(
    r"tattoo(?:s|ed)?\b[^\n\"“”'‘]{0,80}?(?:\b(?:reads?|reading|says?|saying|that|which|with|of|words?|letters|lettering|name|names|stating|states|:)"
    r"[\s:]{1,3})?[\"“‘'](?P<v>[^\"“”’\n]{2,80})[\"”’']",
    re.IGNORECASE,
)
_UNQUOTED = re.compile(
    r"(?i:tattoo(?:s|ed)?\b[^\n.\"“”]{0,50}?\b(?:reads?|reading|says|saying|the\swords?|lettering|the\sname)\s)(?P<v>[A-Z0-9][^\n.,;\"“”]{1,60})"
)
_ONLY = re.compile(
    r"(?:the\s|a\s|as\s)?(?:sole|only|lone|last|first|youngest|oldest)\s(?:known\s|living\s|surviving\s)?"
    r"(?:survivors?|victim|passenger|witness|recipient|woman|man|person|patient|case|member|winner|holder|female|male|child)"
    r"\s(?:of|from|in|on|to)\s(?P<event>[^\n.;,]{3,90})",
    re.IGNORECASE,
)
_EVENT_WORD = re.compile(
    r"\b(?:crash|accident|collapse|fire|flood|explosion|shooting|earthquake|tornado|hurricane|tsunami|wreck|sinking|bombing|attack"
    r"|massacre|disaster|derailment|avalanche|siege|hijacking|spill|riot|landslide|expedition|mission|titanic)\b",
    re.IGNORECASE,
)
_PUBLIC_ACT = re.compile(
    r"(?:(?:gold|silver|bronze)\smedall?ist|medal\swinner|olympic\s(?:champion|medall?ist|gold|silver|bronze|athlete|runner|swimmer|rower|skier|skater|boxer)|world\schampion|nobel\slaureate|oscar\swinner|lottery\swinner"
    r"|grammy\swinner|(?:miss|mr\.?)\s(?:universe|america|usa|world))\b[^\n.;,]{0,60}",
    re.IGNORECASE,
)
_SURVIVED = re.compile(
    r"(?:survivor|survivors|survived|injured|burned|trapped)\s(?:of|in|by|from|the)\s(?P<event>(?:the\s)?(?:(?:19|20)\d{2}\s)?(?:[A-Z][\w'-]+\s){1,4}[a-z ]{0,12}?)"
)
_TRIGGERS = wordtuple("sole only lone last first youngest oldest")


class UniqueTraits:
    key = "unique-traits"
    types = ("ID",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.positions(("tattoo", "tattoos", "tattooed")):
            start = note.starts[position]
            match = _INK.match(text, start, start + 260) or _UNQUOTED.match(text, start, start + 160)
            if match:
                yield Span(match.start("v"), match.end("v"), "ID", 0.85, self.key)
        for position in note.positions(_TRIGGERS):
            start = note.starts[position]
            match = _ONLY.match(text, start, start + 180)
            event = match and _EVENT_WORD.search(match["event"])
            if match and event:
                yield Span(start, match.start("event") + event.end(), "ID", 0.8, self.key)
        for position in note.positions(("survivor", "survivors", "survived", "injured", "burned", "trapped")):
            start = note.starts[position]
            match = _SURVIVED.match(text, start, start + 120)
            event = match and _EVENT_WORD.search(text, match.start("event"), match.end() + 24)
            if match and event:
                yield Span(match.start("event"), event.end(), "ID", 0.75, self.key)
        for position in note.positions(
            ("gold", "silver", "bronze", "medal", "olympic", "world", "nobel", "oscar", "lottery", "grammy", "miss")
        ):
            match = _PUBLIC_ACT.match(text, note.starts[position], note.starts[position] + 120)
            if match:
                yield Span(match.start(), match.end(), "ID", 0.7, self.key)
