"""Small inputs with what must be said of them: `python -m tests.cases [FILE …]` prints each that is not met.

Own files (`tests/data/cases/tagging*.tsv`: kind, input, want) state what is wanted:
  fever=n     its assertion: n negated, u doubted, h past, y not yet or hypothetical, f family, o of others, - none
  rash:LABEL  a mention with that label stands exactly there; rash: … with any label
  !fever      no mention touches it; !PROBLEM fever: none of that label
  drug >causes> rash: that relation is drawn; drug !causes> rash: it is not
Files kept beside the repository (area, kind, input, what_went_wrong, result) say what was wrong: its wishes are read.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import Invalid
from app.factory import compose
from app.pipelines.chartmark import ChartmarkRules
from app.tagging.protocol import Annotated, Entity

OWN = Path(__file__).parent / "data" / "cases"
_MARKS = (("n", "negated"), ("u", "uncertain"), ("h", "historical"))
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\"}
_RELATION = re.compile(r"(.+?) ([>!])(\w+)> (.+)")
_THEIRS = re.compile(
    r"ASSERT '(?P<asserted>.+?)' got \S* want (?P<flags>\S+)"
    r"|MISS '(?P<missed>.+?)'(?: \(\+assert \S+ want (?P<also>\S+?)\))?$"
    r"|SPAN '(?P<span>.+?)' got|FALSE (?P<label>\w+):'(?P<false>.+?)'"
    r"|LABEL '(?P<labelled>.+?)' got \w+ want (?P<wanted>\w+)|REL (?P<type>\w+) (?P<head>.+?)>(?P<tail>.+)"
)


@dataclass(frozen=True)
class Wish:
    """One thing that must hold; `kind` is "assert", "span", "none" or "relation"."""

    kind: str
    text: str
    value: str = ""
    other: str = ""


@dataclass(frozen=True)
class Example:
    """An input with its wishes; `place` is the line of its file."""

    place: str
    kind: str
    text: str
    wishes: tuple[Wish, ...]


def read(path: Path) -> list[Example]:
    """The examples of a file of either shape that ask something of tagging."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = []
    for line, row in enumerate(rows, start=2):
        if row.get("area", "tag") != "tag":
            continue
        wishes = _own(row["want"]) if "want" in row else _theirs(row["what_went_wrong"], row["input"])
        found.append(Example(f"{path.name}:{line}", row["kind"], unescaped(row["input"]), tuple(wishes)))
    return found


def unescaped(text: str) -> str:
    text = re.sub(r"\\[ntr\\]", lambda match: _ESCAPES[match[0]], text)
    return re.sub(r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})", lambda match: chr(int(match[1] or match[2], 16)), text)


def _own(want: str) -> Iterator[Wish]:
    for item in filter(None, map(str.strip, want.split(";"))):
        relation = _RELATION.fullmatch(item)
        if relation:
            kind = "relation" if relation[2] == ">" else "no relation"
            yield Wish(kind, unescaped(relation[1]), relation[3], unescaped(relation[4]))
        elif item.startswith("!"):
            label, _, text = item[1:].partition(" ")
            yield (
                Wish("none", unescaped(text), label) if label.isupper() and text else Wish("none", unescaped(item[1:]))
            )
        elif re.search(r"=[nuhyfo-]+$", item):
            text, _, flags = item.rpartition("=")
            yield Wish("assert", unescaped(text), flags)
        else:
            text, _, label = item.rpartition(":")
            yield Wish("span", unescaped(text), label)


def _theirs(said: str, text: str) -> Iterator[Wish]:
    alone = re.fullmatch(r"Assessment: (\w+)\.", text)
    if said == "MISS" and alone:
        yield Wish("span", alone[1])
    if said.startswith(("want causes possible", "want as above")):
        event, drug = re.fullmatch(r"(.+) on (\w+)\.?", text).groups()  # type: ignore[union-attr]
        yield Wish("no relation", drug, "has_reason", event)
    for item in said.split("; "):
        match = _THEIRS.match(item)
        if match is None:
            continue
        if match["asserted"] or match["also"]:
            yield Wish("assert", unescaped(match["asserted"] or match["missed"]), match["flags"] or match["also"])
        if match["missed"] or match["span"] or match["labelled"]:
            name = match["missed"] or match["span"] or match["labelled"]
            yield Wish("span", unescaped(name), match["wanted"] or "")
        elif match["false"]:
            yield Wish("none", unescaped(match["false"]), match["label"])
        elif match["type"]:
            yield Wish("relation", match["head"], match["type"], match["tail"])


def unmet(pipeline: ChartmarkRules, example: Example) -> list[str]:
    """What of an example does not hold, in words."""
    try:
        said = pipeline.annotate(example.text)
    except Invalid as error:
        return [f"error {error.code}"]
    found = []
    for wish in example.wishes:
        at = example.text.find(wish.text)
        if at < 0:
            found.append(f"{wish.text!r} does not stand in the input")
        else:
            found += _unmet(pipeline, example.text, said, wish, (at, at + len(wish.text)))
    return found


def _unmet(pipeline: ChartmarkRules, text: str, said: Annotated, wish: Wish, span: tuple[int, int]) -> Iterator[str]:
    touching = [e for e in said.entities if e.start < span[1] and span[0] < e.end]
    if wish.kind == "none":
        wrong = [e.label for e in touching if wish.value in ("", e.label)]
        if wrong:
            yield f"{wish.text!r} is {wrong[0]}"
    elif wish.kind == "span":
        exact = [e for e in touching if (e.start, e.end) == span and wish.value in ("", e.label)]
        if not exact:
            yield f"no {wish.value or 'mention'} {wish.text!r}: {[(text[e.start : e.end], e.label) for e in touching]}"
    elif wish.kind == "assert":
        exact = [e for e in touching if (e.start, e.end) == span]
        entity = (exact or touching or pipeline.annotate(text, targets=[span]).entities)[0]
        own = flags(entity)
        if {*own} != {*wish.value.replace("-", "")}:
            yield f"{wish.text!r} is {own or '-'}, wanted {wish.value}"
    else:
        drawn = _drawn(said, text, wish)
        if drawn != (wish.kind == "relation"):
            yield f"{wish.text!r} {wish.value} {wish.other!r} is {'drawn' if drawn else 'missing'}"


def _drawn(said: Annotated, text: str, wish: Wish) -> bool:
    """Is there such a relation between mentions that touch the two texts, wherever they stand?"""

    def near(number: int, words: str) -> bool:
        entity = said.entities[number]
        own = text[entity.start : entity.end]
        return own in words or words in own

    return any(r.type == wish.value and near(r.head, wish.text) and near(r.tail, wish.other) for r in said.relations)


def flags(entity: Entity) -> str:
    """The assertion in letters; "" where nothing is marked."""
    own = "".join(mark for mark, flag in _MARKS if entity.assertion[flag])
    own += "y" * (entity.assertion["hypothetical"] or entity.assertion["temporality"] == "future")
    person = entity.assertion["experiencer"]
    return own + ("" if person == "patient" else "f" if person in ("family", "mother") else "o")


def main() -> None:
    compose()
    pipeline = ChartmarkRules()
    for path in [Path(name) for name in sys.argv[1:]] or sorted(OWN.glob("tagging*.tsv")):
        examples, failed = read(path), Counter()
        for example in examples:
            wrong = unmet(pipeline, example)
            if wrong:
                failed[example.kind] += 1
                print(example.place, example.kind, repr(example.text), *wrong, sep=" | ")
        asked = sum(bool(example.wishes) for example in examples)
        print(f"{path.name}: {sum(failed.values())} of {asked} with wishes not met ({len(examples)} in all)")


if __name__ == "__main__":
    main()
