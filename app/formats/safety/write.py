"""Adverse-event tables: events, exposures, assessed pairs, and everything left out with its reason."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.digest import canonical_json
from app.formats.model import ExchangeDocument
from app.formats.protocol import Writing
from app.formats.safety.columns import SafetyColumns
from app.formats.safety.totals import SafetyTables

# The first line says what nobody may take it for (domain H.1).
README = """\
Adverse-event label data set, not a safety report: no row is an individual case safety report.

Each table is there as CSV and, with the same rows and columns, as JSON lines.

events          one row an event that counts: class `included`, or `past_reaction` (an earlier reaction)
excluded        one row an event that does not, with its reason and the same columns
exposures       drugs somebody grouped as an exposure, and whatever is named as the cause of something
assessments     one row an assessment of an event and an exposure; source `linked`: nobody assessed the
                pair, a relation says it, with the certainty of that relation at the mention that decides
excluded_pairs  the same for pairs whose event is excluded
mentions        every mention with its own values: of events, of exposures, and of what relations link to
                them (dose, route, reason); `decides` marks the mention its group's row speaks for
relations       the relations at those mentions
items           the notes of the release with what is known of them, who answers for them, and their numbers
summary         numbers of events, mentions and pairs by class; the row `all` is the sum of the others

An event is what somebody grouped as one, what is labelled as an adverse event (adverse reaction, ADE, ADR),
and what something is said to cause. It counts when a mention of it is affirmed, certain, not hypothetical,
not in the future, and the patient's own or the fetus's. The best mention decides, in the order of the classes
in `summary`; verdict, term, assertion and codes of a row are all those of that one mention. Codes of its
other mentions are in `other_codes`.
How sure it is that the event happened (`certainty` of an event) and how sure that the drug caused it
(`certainty` of an assessment) are different things. Severity says nothing about seriousness. A criterion
of seriousness is true or not known, never false. `result` is what the assessor chose; the Naranjo score and
category are computed from the ten answers, and with nothing known the category is `insufficient`.

These numbers add up:
  events_all = events_included + events_excluded = rows of events + rows of excluded
  mentions_all = mentions_included + mentions_excluded = rows of mentions with of = event; a mention in two
    events counts in both, and once in mentions_distinct
  pairs_all = pairs_included + pairs_excluded = rows of assessments + rows of excluded_pairs
  a row's `mention_count` = its rows in mentions; the sums of a number in items = the rows of its table
  summary: each column's last row = the sum of the rows above it = the number in counts.json

Files are UTF-8. Offsets are half-open and count Unicode code points. Codes are system|release|code. CSV: an
empty cell is a value nobody gave. A cell that begins with an apostrophe has it from us, since a spreadsheet
would have run the rest, or the value begins with one itself: taking the first one away gives the value.
JSON lines hold every value unchanged.
"""


class SafetyWriter:
    """A drug may be absent, an event may have no drug.

    Every event is in `events` or in `excluded`, every pair in `assessments` or in `excluded_pairs`
    (domain 0.8, 0.9, H).
    """

    modalities = ("notes",)

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        into.say("README.txt", README)
        tables = SafetyTables(SafetyColumns(into.vocabulary), into)
        for document in documents:
            if document.modality in self.modalities:
                tables.add(document)
            else:
                into.losses.item(document.facts(), document.elements, "the tables hold adverse events of notes only")
        tables.summarise()
        into.say("counts.json", canonical_json(tables.counts()) + "\n")
