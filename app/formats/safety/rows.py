"""The rows of the adverse-event tables that one document gives."""

from __future__ import annotations

from app.core.text import covered
from app.formats.losses import REJECTED, LossReport
from app.formats.model import ExchangeDocument, of_kind
from app.formats.safety.columns import MENTION_WORDS, META, NUMBERS, PROVENANCE, SafetyColumns
from app.formats.safety.flat import codes_as_words
from app.formats.safety.groups import LISTED, Group, Pair, events_of, exposures_of, pairs_of
from app.formats.tables import Row

_NO_COLUMN = "has no column in the tables"
_ITEM_WRITTEN = (
    "id",
    "modality",
    *(f"meta.{n}" for n in ("patient", *META)),
    *(f"provenance.{n}" for n in PROVENANCE),
)


class DocumentRows:
    """What one document says of adverse events, row by row."""

    def __init__(self, document: ExchangeDocument, release: int, columns: SafetyColumns) -> None:
        self.document = document
        self.columns = columns
        self.base = {"release": release, "item": document.id, "patient": document.meta["patient"]}
        self.live = document.said()
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
        provenance = self.document.provenance
        return (
            self.base
            | {"encounter": self.document.meta.get("encounter"), "event": event.key, "class": event.verdict}
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
        row |= self.columns.flat.cells_of("assessment", body)
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
            | self.columns.flat.cells_of("relation", body, without=("type",))
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
            | {name: self.document.meta.get(name) for name in META}
            | {name: self.document.provenance.get(name) for name in PROVENANCE}
            | dict(zip(NUMBERS, numbers, strict=True))
        )

    def report(self, losses: LossReport) -> None:
        """What stands in none of the tables."""
        losses.rest("item", self.document.facts(), (*_ITEM_WRITTEN, "text"), _NO_COLUMN)
        losses.add("item", "text", "only the words of mentions are written, not the note")
        groups = (*self.events.values(), *self.exposures.values())
        mentions = {mention for group in groups for mention in group.mentions}
        written = {*self.events, *self.exposures, *self.relations, *mentions, *self.linked}
        written |= of_kind(self.live, "assessment").keys()
        for key, body in self.document.elements.items():
            if key not in self.live:
                losses.element(body, REJECTED)
            elif key not in written:
                losses.element(body, "is no part of an adverse event, an exposure, or what is linked to one")
            else:
                losses.rest(body["kind"], body, self.columns.flat.written_of(body["kind"]), _NO_COLUMN)

    def _group_cells(self, kind: str, group: Group) -> Row:
        """The values of the mention that decides, and what a person said of the group."""
        deciding = self.live[group.decides] if group.decides else {}
        codes = {code for mention in group.mentions for code in codes_as_words(self.live[mention].get("codes", []))}
        cells = self.columns.flat.cells_of("entity", deciding, without=self.columns.judged)
        return (
            {"grouped": bool(group.body), "other_codes": sorted(codes - set(cells["codes"] or ()))}
            | self._place(group.decides)
            | {"mentions": [self.live[mention]["fragments"] for mention in group.mentions]}
            | {"mention_count": len(group.mentions)}
            | cells
            | self.columns.flat.cells_of(kind, group.body)
        )

    def _mention_row(self, of: str, group: str | None, mention: str, decides: bool, verdict: str) -> Row:
        where = {"of": of, "group": group, "decides": decides, "class": verdict}
        return (
            self.base
            | where
            | self._place(mention)
            | self.columns.flat.cells_of("entity", self.live[mention], without=MENTION_WORDS)
        )

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
        return covered(self.document.text or "", body["fragments"]) if "fragments" in body else ""

    def _deciding_relation(self, pair: Pair, event: Group | None) -> str:
        """The relation at the mention whose values the event's row has; else the first."""
        at_it = (key for key in pair.relations if event and self.live[key]["tail"] == event.decides)
        return next(at_it, pair.relations[0])
