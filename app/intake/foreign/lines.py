"""Formats that are told by their lines: standoff, columns, tagged blocks, code lists."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.intake.foreign.kind import ANNOTATIONS, CODES, OTHER, RECORDS, Foreign, Telltale, first_of

Lines = list[str]

_BRAT = re.compile(
    r"(?:T\d+[\t ]+\S+ \d+ \d+|R\d+[\t ]+\S+ \S+:[TE]\d+ |E\d+[\t ]+\S+:T\d+|[AM]\d+[\t ]+\S+ [TER]\d+"
    r"|N\d+[\t ]+\S+ T\d+ |\*[\t ]+\S+ T\d+|#\d*[\t ]+\S+ [TER]\d+)"
)
_TAG = r"(?:O|[BIESLUM]-\S+)"
_CONLL = re.compile(rf"\S+(?:[\t ]+\S+){{0,10}}?[\t ]+{_TAG}|-DOCSTART-.*|#.*")
_CONLLU = re.compile(r"\d{1,3}(?:[-.]\d+)?\t(?:[^\t]*\t){8}[^\t]*")
_CODE = re.compile(
    r"[A-TV-Z]\d[\dA-Z](?:\.?[\dA-Z]{1,4})?|\d{6,18}|\d{1,7}-\d|C\d{7}|[A-Za-z]{2,12}[:_]\d{2,10}|[0-9A-HJ-NP-Z]{7}",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"apache license|mit license|bsd \d-clause|gnu (?:lesser |affero )?general public license|creative commons"
    r"|permission is hereby granted|mozilla public license|third-party software notices",
    re.IGNORECASE,
)


def _share(pattern: re.Pattern[str]) -> Callable[[Lines], float]:
    def share(lines: Lines) -> float:
        return sum(bool(pattern.match(line)) for line in lines) / max(len(lines), 1)

    return share


def _whole(pattern: re.Pattern[str]) -> Callable[[Lines], float]:
    def share(lines: Lines) -> float:
        return sum(bool(pattern.fullmatch(line.strip())) for line in lines) / max(len(lines), 1)

    return share


def _starts(*beginnings: str) -> Callable[[Lines], bool]:
    return lambda lines: lines[0].startswith(beginnings)


_brat, _conll, _conllu = _share(_BRAT), _whole(_CONLL), _whole(_CONLLU)


def _is_conll(lines: Lines) -> bool:
    tagged = sum(bool(re.search(rf"[\t ]{_TAG}\s*$", line)) for line in lines)
    return tagged >= 3 and _conll(lines) > 0.9


def _is_blocks(lines: Lines) -> bool:
    return sum(bool(re.fullmatch(r"===[A-Z_ ]+===", line.strip())) for line in lines) > 1


_STRONG: tuple[Telltale, ...] = (
    (ANNOTATIONS, "WebAnno TSV3", _starts("#FORMAT=WebAnno TSV")),
    (ANNOTATIONS, "brat standoff (.ann)", lambda lines: _brat(lines) > 0.5),
    (ANNOTATIONS, "PubTator", lambda lines: re.match(r"\S+\|[ta]\|", lines[0])),
    (ANNOTATIONS, "CoNLL-U", lambda lines: _conllu(lines) > 0.5),
    (ANNOTATIONS, "CoNLL", _is_conll),
    (ANNOTATIONS, "i2b2 standoff", lambda lines: re.match(r'[a-z]="[^"]*".*\|\|[a-z]="', lines[0])),
    (ANNOTATIONS, "text blocks with tags", _is_blocks),
    (ANNOTATIONS, "fastText labels", _starts("__label__")),
    (RECORDS, "HL7 v2 messages", _starts("MSH|", "FHS|", "BHS|")),
    (CODES, "SNOMED CT RF2", lambda lines: any(line.startswith("id\teffectiveTime\tactive") for line in lines[:10])),
    (CODES, "an ICD order file", lambda lines: _share(re.compile(r"\d{5} [A-Z0-9]{3,7} +[01] "))(lines) > 0.5),
    (CODES, "MedDRA", lambda lines: _share(re.compile(r"\d{8}\$[^$]*\$"))(lines) > 0.5),
    (CODES, "RRF (RxNorm, UMLS)", lambda lines: _share(re.compile(r"(?:[^|]*\|){8,}$"))(lines) > 0.5),
    (CODES, "an ontology (OBO, Turtle)", _starts("format-version:", "@prefix", "@base")),
    (CODES, "SSSOM", _starts("#curie_map", "# curie_map", "#mapping_set", "# mapping_set")),
    (CODES, "SSSOM", lambda lines: lines[0].startswith("subject_id\t") and "predicate_id" in lines[0]),
    (CODES, "FHIR Shorthand", lambda lines: re.match(r"(?:ValueSet|CodeSystem|Profile|Instance|Alias):", lines[0])),
    (OTHER, "a DICOM recipe", _starts("FORMAT dicom")),
)


def recognise_lines(text: str, *, whole: bool) -> Foreign | None:
    """The format of a text by its lines. `whole`: the text would be one note, so a table in it is foreign too
    (a table's reader has its own columns to go by)."""
    lines = [line for line in text.split("\n") if line.strip()][:200]
    if not lines:
        return None
    return first_of(_STRONG, lines) or (first_of(_AS_A_NOTE, lines) if whole else None)


def is_code(cell: str) -> bool:
    """Whether a cell looks like a code of a terminology."""
    return bool(_CODE.fullmatch(cell.strip())) and bool(re.search(r"\d", cell))


def _cells(lines: Lines) -> list[list[str]]:
    """The lines as a table's rows; [] where they do not all have the same columns."""
    for mark in ("\t", "|", ";", "`", "$", ","):
        width = lines[0].count(mark)
        if width and sum(line.count(mark) == width for line in lines) >= 0.9 * len(lines):
            return [line.rstrip("\r").split(mark) for line in lines]
    return []


def _is_code_table(lines: Lines) -> bool:
    rows = _cells(lines)
    if len(rows) < 4:
        return len(rows) > 1 and "\t" in lines[0] and all(any(map(is_code, row)) for row in rows)
    width = min(map(len, rows))
    body = rows[1:]
    return any(sum(is_code(row[i]) for row in body) >= 0.8 * len(body) for i in range(width))


def _is_table(lines: Lines) -> bool:
    rows = _cells(lines)
    names = rows[0] if rows else []
    return (
        len(rows) > 1
        and (len(names) > 3 or "\t" in lines[0])
        and all(re.fullmatch(r"\s*[A-Za-z_][\w .()-]{0,40}\s*", name) for name in names)
    )


def _is_headed_table(lines: Lines) -> bool:
    """A first line of many column names, whatever the rows' line breaks inside cells do to the rest."""
    names = next((lines[0].split(mark) for mark in "\t`|;" if lines[0].count(mark) >= 4), [])
    return len(names) > 4 and all(re.fullmatch(r"\s*[A-Za-z_]\w{0,30}\s*", name) for name in names)


def _is_word_list(lines: Lines) -> bool:
    """Some short lines without a capital, a digit or a stop: a lexicon."""
    return len(lines) >= 4 and all(re.fullmatch(r"[^\W\d_A-Z]+(?:[ '-][^\W\d_A-Z]+){0,4}\s*", line) for line in lines)


def _is_id_list(lines: Lines) -> bool:
    """One word a line, with a digit in it, or names of files."""
    one = re.compile(r"\s*(?:[^\s:]*\d[^\s:]*|[\s│├└─]*\S+\.[a-z]\w{1,4})\s*")
    return len(lines) >= 3 and all(map(one.fullmatch, lines))


def _is_templates(lines: Lines) -> bool:
    return sum(bool(re.search(r"\{\{\w+\}\}", line)) for line in lines) >= 0.3 * len(lines)


def _is_licence(lines: Lines) -> bool:
    return bool(_LICENCE.search(" ".join(" ".join(lines[:12]).split())[:900]))


_AS_A_NOTE: tuple[Telltale, ...] = (
    (OTHER, "a licence", _is_licence),
    (RECORDS, "a table (name it .csv or .tsv)", _is_headed_table),
    (CODES, "a table of codes", _is_code_table),
    (RECORDS, "a table (name it .csv or .tsv)", _is_table),
    (CODES, "a list of codes or file names", _is_id_list),
    (RECORDS, "a list of words", _is_word_list),
    (OTHER, "templates with places to fill in", _is_templates),
)
