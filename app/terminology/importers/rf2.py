"""SNOMED CT in Release Format 2: Snapshot or Full files of one or more packages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from app.core.numbers import is_digits
from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, is_date, refuse
from app.terminology.rows import (
    FULL_NAME,
    PREFERRED,
    SYNONYM,
    ConceptRow,
    MappingRow,
    ParentRow,
    ReleaseRow,
    ReplacementRow,
    TermRow,
)

FSN, DEFINITION = "900000000000003001", "900000000000550004"
IS_A = "116680003"
PREFERRED_IN = "900000000000548007"
LANGUAGES = ("900000000000509007", "900000000000508004")  # US English, GB English
# Historical associations, most exact first; the reason is shown beside the replacement.
ASSOCIATIONS = {
    "900000000000527005": "same as",
    "900000000000526001": "replaced by",
    "900000000000530003": "alternative",
    "900000000000523009": "possibly equivalent to",
}
MAPS = {"447562003": "icd10", "6011000124106": "icd10cm"}
_COLUMNS = {
    "Concept": "id effectiveTime active moduleId definitionStatusId",
    "Description": "id effectiveTime active moduleId conceptId languageCode typeId term caseSignificanceId",
    "Relationship": "id effectiveTime active moduleId sourceId destinationId relationshipGroup typeId "
    "characteristicTypeId modifierId",
    "Language": "id effectiveTime active moduleId refsetId referencedComponentId acceptabilityId",
    "Association": "id effectiveTime active moduleId refsetId referencedComponentId targetComponentId",
    "ExtendedMap": "id effectiveTime active moduleId refsetId referencedComponentId mapGroup mapPriority "
    "mapRule mapAdvice mapTarget correlationId mapCategoryId",
}
# Columns that are numbers; members of refsets have UUIDs for ids.
_IDS = {"id", "conceptId", "sourceId", "destinationId"}
_NUMBERS = {
    "Language": {"referencedComponentId"},
    "Association": {"referencedComponentId"},
    "ExtendedMap": {"referencedComponentId", "mapGroup", "mapPriority"},
}
_PATTERNS = {
    "Concept": "sct2_concept_{}*.txt",
    "Description": "sct2_description_{}*.txt",
    "Relationship": "sct2_relationship_{}*.txt",
    "StatedRelationship": "sct2_statedrelationship_{}*.txt",
    "Language": "der2_crefset_*language{}*.txt",
    "Association": "der2_crefset_*association*{}*.txt",
    "ExtendedMap": "der2_iisssccrefset_*extendedmap*{}*.txt",
}


class Rf2:
    """SNOMED CT, international or national edition. Only who holds an affiliate licence may import it."""

    key = "snomed"
    title = "SNOMED CT"
    licence = "SNOMED International affiliate licence; never shipped"
    reads = "the Snapshot (or Full) folder of an RF2 package, or its zip"

    def about(self, source: ReleaseSource) -> About:
        dates = re.findall(r"_(\d{8})\.txt", " ".join(source.names))
        latest = max(dates, default="")
        iso = f"{latest[:4]}-{latest[4:6]}-{latest[6:]}"
        return About(latest, iso if is_date(iso) else "")

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        return Package(source).rows()


class Package:
    """The files of one import, read in the order their rows need each other."""

    def __init__(self, source: ReleaseSource) -> None:
        self.source = source
        self.view = next((v for v in ("Snapshot", "Full") if self._files("Concept", v)), "")
        if not self.view:
            delta = " (a Delta alone is no release)" if self._files("Concept", "Delta") else ""
            refuse(source.path.name, f"no sct2_Concept_Snapshot or _Full file{delta}")
        if not self._files("Description", self.view):
            refuse(source.path.name, f"no sct2_Description_{self.view} file")

    def rows(self) -> Iterator[ReleaseRow]:
        tags = self._semantic_tags()
        preferred = self._preferred_descriptions()
        yield from self._concepts(tags)
        for where, row in self._read("Description"):
            if row[2] == "1" and row[6] != DEFINITION:
                yield TermRow(row[4], row[7], where, self._term_kind(row, preferred), row[5])
        yield from self._parents()
        for where, row in self._read("Association"):
            if row[2] == "1" and row[4] in ASSOCIATIONS and is_concept_id(row[5]):
                yield ReplacementRow(row[5], row[6], where, ASSOCIATIONS[row[4]])
        for where, row in self._read("ExtendedMap"):
            if row[2] == "1":
                system = MAPS.get(row[4], f"refset-{row[4]}")
                yield MappingRow(row[5], system, row[10], where, int(row[6]), int(row[7]), row[8], row[9])

    def _concepts(self, tags: dict[str, str]) -> Iterator[ReleaseRow]:
        """Every concept. One wrong check digit is somebody's slip; many mean identifiers were damaged on
        the way (a spreadsheet keeps 15 digits), and the release is refused."""
        count, wrong, first = 0, 0, ""
        for where, row in self._read("Concept"):
            count += 1
            if not is_sctid(row[0]):
                wrong, first = wrong + 1, first or where
            yield ConceptRow(row[0], "", where, kind=tags.get(row[0], ""), active=row[2] == "1")
        if wrong > max(2, count // 50):
            refuse(first, f"{wrong} identifiers with a wrong check digit, this is the first: were they damaged?")

    @staticmethod
    def _term_kind(row: list[str], preferred: set[int] | None) -> int:
        if row[6] == FSN:
            # Without a language refset the fully specified name is all there is to prefer.
            return FULL_NAME if preferred is not None else PREFERRED
        return PREFERRED if preferred is not None and int(row[0]) in preferred else SYNONYM

    def _parents(self) -> Iterator[ReleaseRow]:
        found = False
        for kind in ("Relationship", "StatedRelationship"):
            for where, row in self._read(kind):
                if row[2] == "1" and row[7] == IS_A:
                    found = True
                    yield ParentRow(row[4], row[5], where)
            if found:
                return

    def _semantic_tags(self) -> dict[str, str]:
        """The word in parentheses that ends each fully specified name: disorder, procedure, substance …"""
        tags: dict[str, str] = {}
        shared: dict[str, str] = {}
        for _, row in self._read("Description"):
            if row[6] == FSN and row[2] == "1" and row[7].endswith(")"):
                tag = row[7][row[7].rfind("(") + 1 : -1]
                tags[row[4]] = shared.setdefault(tag, tag)
        return tags

    def _preferred_descriptions(self) -> set[int] | None:
        """Descriptions that are preferred in the language refset used; None when there is no refset."""
        by_refset: dict[str, set[int]] = {}
        for _, row in self._read("Language"):
            if row[2] == "1" and row[6] == PREFERRED_IN:
                by_refset.setdefault(row[4], set()).add(int(row[5]))
        for refset in LANGUAGES:
            if refset in by_refset:
                return by_refset[refset]
        largest = Counter({refset: len(ids) for refset, ids in by_refset.items()}).most_common(1)
        return by_refset[largest[0][0]] if largest else None

    # --- files ---

    def _files(self, kind: str, view: str) -> list[str]:
        return self.source.find(_PATTERNS[kind].format(view.lower()))

    def _read(self, kind: str) -> Iterator[tuple[str, list[str]]]:
        """(where, fields) of the rows of a kind; of a Full file, the latest row of each id."""
        for name in self._files(kind, self.view):
            if self.view == "Full":
                yield from _latest(partial(self._rows_of, name, kind))
            else:
                yield from self._rows_of(name, kind)

    def _rows_of(self, name: str, kind: str) -> Iterator[tuple[str, list[str]]]:
        columns = _COLUMNS[kind.removeprefix("Stated")].split()
        numbers = [at for at, column in enumerate(columns) if column in _NUMBERS.get(kind, _IDS)]
        header = None
        for where, fields in self.source.records(name, "\t"):
            if fields[0].startswith("#"):
                continue
            if header is None:
                header = fields
                if fields != columns:
                    refuse(where, f"the header is not that of an RF2 {kind} file ({len(columns)} columns)")
            elif len(fields) != len(columns):
                refuse(where, f"{len(fields)} columns instead of {len(columns)}")
            elif fields[2] not in ("0", "1") or not is_digits(fields[1]):
                refuse(where, "effectiveTime or active is not what RF2 allows")
            elif wrong := [columns[at] for at in numbers if not (is_digits(fields[at]) and len(fields[at]) <= 18)]:
                refuse(where, f"{wrong[0]} is not a number that RF2 allows")
            else:
                yield where, fields
        if header is None:
            refuse(name, "an empty file")


def _latest(rows: Callable[[], Iterator[tuple[str, list[str]]]]) -> Iterator[tuple[str, list[str]]]:
    """`rows` opens the file anew."""
    newest: dict[str, str] = {}
    for _, row in rows():
        if row[1] > newest.get(row[0], ""):
            newest[row[0]] = row[1]
    for where, row in rows():
        if newest.get(row[0]) == row[1]:
            yield where, row


def is_concept_id(code: str) -> bool:
    """Whether an SCTID names a concept: partition 00 (core) or 10 (extension)."""
    return is_digits(code) and code[-3:-1] in ("00", "10")


# Verhoeff's check digit: products in the dihedral group D5, and the permutation by position.
_D5 = [
    [
        (i + j) % 5
        if i < 5 and j < 5
        else (i - j) % 5
        if i >= 5 and j >= 5
        else (i + j) % 5 + 5
        if i < 5
        else (i - j) % 5 + 5
        for j in range(10)
    ]
    for i in range(10)
]
_SHIFT = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
_PERMUTED = [list(range(10))]
for _ in range(7):
    _PERMUTED.append([_SHIFT[d] for d in _PERMUTED[-1]])


def verhoeff(digits: Iterable[int]) -> int:
    """0 for digits (last first) whose check digit is right."""
    check = 0
    for position, digit in enumerate(digits):
        check = _D5[check][_PERMUTED[position % 8][digit]]
    return check


def is_sctid(code: str) -> bool:
    """6 to 18 digits with a right Verhoeff check digit."""
    return is_digits(code) and 6 <= len(code) <= 18 and verhoeff(int(d) for d in reversed(code)) == 0


def sctid(number: int, namespace: str = "", partition: str = "00") -> str:
    """An SCTID for an item number: digits, namespace, partition, check digit (for invented releases)."""
    body = f"{number}{namespace}{partition}"
    for check in range(10):
        if verhoeff(int(d) for d in reversed(f"{body}{check}")) == 0:
            return f"{body}{check}"
    raise ValueError(body)
