"""The adverse-event tables, filled document by document, and the numbers that add up in them."""

from __future__ import annotations

from collections import Counter

from app.formats.model import ExchangeDocument
from app.formats.protocol import Writing
from app.formats.safety.columns import SafetyColumns
from app.formats.safety.groups import LISTED, VERDICTS, Group, Pair
from app.formats.safety.rows import DocumentRows
from app.formats.tables import TableFiles


class SafetyTables:
    """Rows go out as they are made; what stays are numbers, and the patients with an event, by pseudonym."""

    def __init__(self, columns: SafetyColumns, into: Writing) -> None:
        self.columns = columns
        self.into = into
        self.tables = {name: TableFiles(name, names, into) for name, names in columns.tables.items()}
        # By the verdict on the event: events, their mentions (in each event they are in), and pairs.
        self.events: Counter[str] = Counter()
        self.mentions: Counter[str] = Counter()
        self.pairs: Counter[str] = Counter()
        self.distinct = 0
        self.assessed = 0
        self.patients: set[str] = set()

    def add(self, document: ExchangeDocument) -> None:
        """Take in one document. What none of the tables holds goes to the loss report."""
        said = DocumentRows(document, self.into.manifest["release"], self.columns)
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
        self.distinct += len({mention for event in said.events.values() for mention in event.mentions})
        said.report(self.into.losses)

    def _add_event(self, said: DocumentRows, event: Group) -> None:
        row = said.event_row(event)
        self.events[event.verdict] += 1
        self.mentions[event.verdict] += len(event.mentions)
        if event.verdict in LISTED:
            self.patients.add(row["patient"])
            self.tables["events"].add(row)
        else:
            self.tables["excluded"].add({"reason": row.pop("class")} | row)

    def _add_pair(self, said: DocumentRows, pair: Pair) -> None:
        row = said.pair_row(pair)
        self.pairs[row["event_class"]] += 1
        self.assessed += row["source"] == "assessed"
        if row["event_class"] in LISTED:
            self.tables["assessments"].add(row)
        else:
            self.tables["excluded_pairs"].add({"reason": row.pop("event_class")} | row)

    def summarise(self) -> None:
        """One row a class, all of them always there, and `all`, which is their sum in each column."""
        counted = {"events": self.events, "mentions": self.mentions, "pairs": self.pairs}
        for verdict in VERDICTS:
            listed = "events.csv" if verdict in LISTED else "excluded.csv"
            numbers = {name: numbers[verdict] for name, numbers in counted.items()}
            self.tables["summary"].add({"class": verdict, "listed_in": listed} | numbers)
        totals = {name: numbers.total() for name, numbers in counted.items()}
        self.tables["summary"].add({"class": "all", "listed_in": ""} | totals)

    def counts(self) -> dict[str, int]:
        """Numbers of rows, each saying what it counts; mentions and pairs by what happened to their event."""
        rows = {name: table.count for name, table in self.tables.items()}
        listed = sum(self.mentions[verdict] for verdict in LISTED)
        return {
            "items": rows["items"],
            "events_included": rows["events"],
            "events_excluded": rows["excluded"],
            "events_all": rows["events"] + rows["excluded"],
            "events_that_are_past_reactions": self.events["past_reaction"],
            "mentions_included": listed,
            "mentions_excluded": self.mentions.total() - listed,
            "mentions_all": self.mentions.total(),
            "mentions_distinct": self.distinct,
            "patients_with_an_included_event": len(self.patients),
            "exposures": rows["exposures"],
            "pairs_included": rows["assessments"],
            "pairs_excluded": rows["excluded_pairs"],
            "pairs_all": rows["assessments"] + rows["excluded_pairs"],
            "pairs_assessed": self.assessed,
            "relations": rows["relations"],
        }
