"""The rows of the adverse-event tables, answer by answer, and the numbers that follow from them."""

from __future__ import annotations

from collections import Counter
from functools import cache

from app.annotation.bodies import BOOKKEEPING
from app.annotation.payload import Elements, live, of_kind
from app.core.text import covered
from app.release.formats import Answer
from app.release.formats.flat import cells_of, codes_as_words, columns_of, written_of
from app.release.formats.losses import REJECTED, LossReport
from app.release.formats.safety.groups import (
    LISTED,
    VERDICTS,
    Group,
    Pair,
    events_of,
    exposures_of,
    pairs_of,
)
from app.release.formats.tables import Row, Table

_BASE = ["release", "item", "patient"]
_META = ("encounter", "sex", "age_band", "note_type", "language", "setting", "code_release", "deidentification")
_PROVENANCE = (
    "submission_sha256", "guideline", "guideline_sha256", "schema", "qualification", "signatures",
)  # fmt: skip
_NO_COLUMN = "has no column in the tables"
_NUMBERS = ["events_included", "events_excluded", "exposures", "pairs_included", "pairs_excluded"]
_MENTION = ["mention", "label", "term", "start", "end", "fragments"]
_WORDS = ("label", "fragments")  # of an entity: in columns of their own
_JUDGED = (*_WORDS, *BOOKKEEPING)  # in a group's row, what every element may say is said of the group
_ITEM_WRITTEN = (
    "id",
    "modality",
    *(f"meta.{n}" for n in ("patient", *_META)),
    *(f"provenance.{n}" for n in _PROVENANCE),
)

@cache
def table_columns() -> dict[str, list[str]]:
    """Table → its columns."""
    deciding = columns_of("entity", without=_JUDGED)
    event = [
        *_BASE, "encounter", "event", "class", "grouped", *_MENTION, "mentions", "mention_count",
        *deciding, "other_codes", *columns_of("event"), "guideline", "submission_sha256",
    ]  # fmt: skip
    exposure = [
        *_BASE, "exposure", "grouped", *_MENTION, "mentions", "mention_count",
        *deciding, "other_codes", *columns_of("exposure"),
    ]  # fmt: skip
    pair = [
        *_BASE, "event", "event_term", "event_class", "exposure", "exposure_term", "source", "assessment",
        *columns_of("assessment"), "relations", "relation_certainties",
    ]  # fmt: skip
    relation = [
        *_BASE, "relation", "type", "head", "head_term", "tail", "tail_term",
        *columns_of("relation", without=("type",)),
    ]  # fmt: skip
    return {
        "events": event,
        "excluded": ["reason", *(column for column in event if column != "class")],
        "exposures": exposure,
        "assessments": pair,
        "excluded_pairs": ["reason", *(column for column in pair if column != "event_class")],
        "mentions": [*_BASE, "of", "group", "decides", "class", *_MENTION, *columns_of("entity", without=_WORDS)],
        "relations": relation,
        "items": [*_BASE, *_META, *_PROVENANCE, *_NUMBERS],
        "summary": ["class", "listed_in", "events", "mentions", "pairs"],
    }


class Tables:
    """All tables of a release, filled answer by answer."""

    def __init__(self, release: int, losses: LossReport) -> None:
        self.release = release
        self.losses = losses
        self.tables = {name: Table(name, columns) for name, columns in table_columns().items()}

    def add(self, answer: Answer) -> None:
        """Take in one answer. What none of the tables holds goes to the loss report."""
        said = _Said(answer, self.release)
        for event in said.events.values():
            self._add_event(said, event)
        for exposure in said.exposures.values():
            self.tables["exposures"].add(said.exposure_row(exposure))
        for pair in said.pairs:
            self._add_pair(said, pair)
        for row in said.mention_rows():
            self.tables["mentions"].add(row)
        for row in said.relation_rows():
            self.tables["relations"].add(row)
        self.tables["items"].add(said.item_row())
        said.report(self.losses)

    def _add_event(self, said: _Said, event: Group) -> None:
        row = said.event_row(event)
        if event.verdict in LISTED:
            self.tables["events"].add(row)
        else:
            self.tables["excluded"].add({"reason": row.pop("class")} | row)

    def _add_pair(self, said: _Said, pair: Pair) -> None:
        row = said.pair_row(pair)
        if row["event_class"] in LISTED:
            self.tables["assessments"].add(row)
        else:
            self.tables["excluded_pairs"].add({"reason": row.pop("event_class")} | row)

    def summarise(self) -> None:
        """One row a class, all of them always there, and `all`, which is their sum in each column."""
        events, mentions, pairs = self._by_class()
        counted = ("events", "mentions", "pairs")
        total: Counter[str] = Counter()
        for verdict in VERDICTS:
            numbers = dict(zip(counted, (events[verdict], mentions[verdict], pairs[verdict]), strict=True))
            total.update(numbers)
            listed = "events.csv" if verdict in LISTED else "excluded.csv"
            self.tables["summary"].add({"class": verdict, "listed_in": listed} | numbers)
        self.tables["summary"].add({"class": "all", "listed_in": ""} | {name: total[name] for name in counted})

    def _by_class(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        rows = {name: table.rows for name, table in self.tables.items()}
        events = Counter(row["class"] for row in rows["events"]) + Counter(row["reason"] for row in rows["excluded"])
        mentions = Counter(row["class"] for row in rows["mentions"] if row["of"] == "event")
        pairs = Counter(row["event_class"] for row in rows["assessments"])
        return events, mentions, pairs + Counter(row["reason"] for row in rows["excluded_pairs"])

    def counts(self) -> dict[str, int]:
        """Numbers of rows, each saying what it counts; mentions and pairs by what happened to their event."""
        rows = {name: table.rows for name, table in self.tables.items()}
        pairs = len(rows["assessments"]) + len(rows["excluded_pairs"])
        listed = sum(row["mention_count"] for row in rows["events"])
        excluded = sum(row["mention_count"] for row in rows["excluded"])
        return {
            "items": len(rows["items"]),
            "events_included": len(rows["events"]),
            "events_excluded": len(rows["excluded"]),
            "events_all": len(rows["events"]) + len(rows["excluded"]),
            "events_that_are_past_reactions": sum(row["class"] == "past_reaction" for row in rows["events"]),
            "mentions_included": listed,
            "mentions_excluded": excluded,
            "mentions_all": listed + excluded,
            "mentions_distinct": len(
                {(row["item"], row["mention"]) for row in rows["mentions"] if row["of"] == "event"}
            ),
            "patients_with_an_included_event": len({row["patient"] for row in rows["events"]}),
            "exposures": len(rows["exposures"]),
            "pairs_included": len(rows["assessments"]),
            "pairs_excluded": len(rows["excluded_pairs"]),
            "pairs_all": pairs,
            "pairs_assessed": sum(
                row["source"] == "assessed" for name in ("assessments", "excluded_pairs") for row in rows[name]
            ),
            "relations": len(rows["relations"]),
        }


class _Said:
    """What one answer says of adverse events, row by row."""

    def __init__(self, answer: Answer, release: int) -> None:
        self.answer = answer
        self.base = {"release": release, "item": answer.label, "patient": answer.meta["patient"]}
        self.live: Elements = live({"elements": answer.elements})
        self.events, self.exposures = events_of(self.live), exposures_of(self.live)
        self.pairs = pairs_of(self.live, self.events, self.exposures)
        grouped = {m for group in (*self.events.values(), *self.exposures.values()) for m in group.mentions}
        self.relations = {
            key: body
            for key, body in sorted(of_kind(self.live, "relation").items())
            if {body["head"], body["tail"]} & grouped
        }
        ends = {body[end] for body in self.relations.values() for end in ("head", "tail")}
        self.linked = sorted((ends & self.live.keys()) - grouped)

    def event_row(self, event: Group) -> Row:
        provenance = self.answer.provenance
        return (
            self.base
            | {"encounter": self.answer.meta.get("encounter"), "event": event.key, "class": event.verdict}
            | self._group_cells("event", event)
            | {name: provenance.get(name) for name in ("guideline", "submission_sha256")}
        )

    def exposure_row(self, exposure: Group) -> Row:
        return self.base | {"exposure": exposure.key} | self._group_cells("exposure", exposure)

    def pair_row(self, pair: Pair) -> Row:
        body = self.live[pair.assessment] if pair.assessment else {}
        event, exposure = self.events.get(pair.event), self.exposures.get(pair.exposure)
        certainties = {key: self.live[key].get("certainty") for key in pair.relations}
        row = self.base | {
            "event": pair.event,
            "event_term": self._term(event.decides if event else None),
            "event_class": event.verdict if event else "no_mention",
            "exposure": pair.exposure,
            "exposure_term": self._term(exposure.decides if exposure else None),
            "source": "assessed" if pair.assessment else "linked",
            "assessment": pair.assessment,
            "relations": list(pair.relations),
            "relation_certainties": list(certainties.values()),
        }
        row |= cells_of("assessment", body)
        if not pair.assessment:
            row["certainty"] = certainties[self._deciding_relation(pair, event)]
        return row

    def mention_rows(self) -> list[Row]:
        """One row for each mention of each group, and one for what a relation links to a mention."""
        rows = [
            self._mention_row(of, group.key, mention, mention == group.decides, group.verdict)
            for of, groups in (("event", self.events), ("exposure", self.exposures))
            for group in groups.values()
            for mention in group.mentions
        ]
        return rows + [self._mention_row("linked", None, mention, False, "") for mention in self.linked]

    def relation_rows(self) -> list[Row]:
        return [
            self.base
            | {"relation": key, "type": body["type"], "head": body["head"], "tail": body["tail"]}
            | {"head_term": self._term(body["head"]), "tail_term": self._term(body["tail"])}
            | cells_of("relation", body, without=("type",))
            for key, body in self.relations.items()
        ]

    def item_row(self) -> Row:
        verdicts = [event.verdict in LISTED for event in self.events.values()]
        pairs = [p.event in self.events and self.events[p.event].verdict in LISTED for p in self.pairs]
        numbers = (
            sum(verdicts),
            len(verdicts) - sum(verdicts),
            len(self.exposures),
            sum(pairs),
            len(pairs) - sum(pairs),
        )
        return (
            self.base
            | {name: self.answer.meta.get(name) for name in _META}
            | {name: self.answer.provenance.get(name) for name in _PROVENANCE}
            | dict(zip(_NUMBERS, numbers, strict=True))
        )

    def report(self, losses: LossReport) -> None:
        """What stands in none of the tables."""
        losses.rest("item", self.answer.facts(), (*_ITEM_WRITTEN, "text"), _NO_COLUMN)
        losses.add("item", "text", "only the words of mentions are written, not the note")
        mentions = {row["mention"] for row in self.mention_rows()}
        written = {*self.events, *self.exposures, *self.relations, *mentions}
        written |= of_kind(self.live, "assessment").keys()
        for key, body in self.answer.elements.items():
            if key not in self.live:
                losses.element(body, REJECTED)
            elif key not in written:
                losses.element(body, "is no part of an adverse event, an exposure, or what is linked to one")
            else:
                losses.rest(body["kind"], body, written_of(body["kind"]), _NO_COLUMN)

    def _group_cells(self, kind: str, group: Group) -> Row:
        """The values of the mention that decides, and what a person said of the group."""
        deciding = self.live[group.decides] if group.decides else {}
        codes = {code for mention in group.mentions for code in codes_as_words(self.live[mention].get("codes", []))}
        cells = cells_of("entity", deciding, without=_JUDGED)
        return (
            {"grouped": bool(group.body), "other_codes": sorted(codes - set(cells["codes"] or ()))}
            | self._place(group.decides)
            | {"mentions": [self.live[mention]["fragments"] for mention in group.mentions]}
            | {"mention_count": len(group.mentions)}
            | cells
            | cells_of(kind, group.body)
        )

    def _mention_row(self, of: str, group: str | None, mention: str, decides: bool, verdict: str) -> Row:
        where = {"of": of, "group": group, "decides": decides, "class": verdict}
        return self.base | where | self._place(mention) | cells_of("entity", self.live[mention], without=_WORDS)

    def _place(self, mention: str | None) -> Row:
        body = self.live.get(mention or "", {})
        fragments: list[list[int]] = body.get("fragments", [])
        return {
            "mention": mention,
            "label": body.get("label"),
            "term": self._term(mention),
            "start": fragments[0][0] if fragments else None,
            "end": fragments[-1][1] if fragments else None,
            "fragments": fragments,
        }

    def _term(self, mention: str | None) -> str:
        body = self.live.get(mention or "", {})
        return covered(self.answer.text, body["fragments"]) if "fragments" in body else ""

    def _deciding_relation(self, pair: Pair, event: Group | None) -> str:
        """The relation at the mention whose values the event's row has; else the first."""
        at_it = (key for key in pair.relations if event and self.live[key]["tail"] == event.decides)
        return next(at_it, pair.relations[0])
