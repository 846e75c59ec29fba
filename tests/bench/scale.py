"""`python -m tests.bench.scale`: what measured costs come to at sizes nobody ran here. Prints the tables of docs/scale.md.

Each measured number names where it was taken; each assumption is named as one. Change a number here, run, and paste.
"""

from dataclasses import dataclass

HOUR, YEAR_OF_WORK = 3600, 1600 * 3600
GB, TB = 1e9, 1e12


@dataclass(frozen=True)
class Figure:
    value: float
    unit: str
    what: str
    source: str


# Measured. "demo": the demo of 0.2.0 on SQLite, 61 documents of 1,373 characters with their indexes (sqlite's dbstat).
PIPELINE = Figure(
    0.064,
    "core s",
    "one real note through load, de-identification and suggestions",
    "0.3.0: 1,000 real notes, 64 s on one core",
)
DEID = Figure(0.046, "core s", "of these, de-identification", "the same: 46 s")
IMPORT = Figure(3500, "notes/s", "loading alone, one writer", "README, make bench ONLY=store")
SEALING = Figure(9500, "events/s", "sealing, one sequencer", "3,569 events of the demo in 0.37 s CPU")
VERIFYING = Figure(18.6e-6, "core s", "verifying one event", "README, make bench ONLY=verify")
EVENT_BYTES = Figure(1322, "B", "an event with its indexes, leaf and nodes", "demo: 4.39 + 0.34 MB for 3,569")
ELEMENT_BYTES = Figure(1050, "B", "an element of a reader's draft", "demo: 3.21 MB for 3,060")
SUGGESTED_BYTES = Figure(18.5, "B", "suggestions for a character of text", "demo: 1.29 MB for 51 texts")
TEXT_BYTES = Figure(3.9, "B", "sealed source, clean text and offset map for a character", "demo: 0.32 MB for 83,758")
ROW_BYTES = Figure(3500, "B", "rows and indexes of a document, its item and encounter", "demo: 0.21 MB for 61")
SAVE = Figure(0.026, "core s", "one save with its event", "0.3.0 over HTTP on SQLite, 26 ms CPU")
OPEN = Figure(0.058, "core s", "one opening, three requests", "0.3.0 over HTTP on SQLite, 58 ms CPU")
CUT = Figure(51 / 10_000, "s", "cutting a release, for each note of 40 spans", "0.3.0: 51 s for 10,000 notes")
STATE_BYTES = Figure(606, "B", "memory of verify.py for a stream and its state", "tracemalloc, 100,000 such entries")
MEASURED = (
    PIPELINE, DEID, IMPORT, SEALING, VERIFYING, EVENT_BYTES, ELEMENT_BYTES, SUGGESTED_BYTES, TEXT_BYTES, ROW_BYTES,
    SAVE, OPEN, CUT, STATE_BYTES,
)  # fmt: skip

# Assumed.
CHARACTERS = Figure(3000, "", "characters of a note", "assumed")
EVENTS_A_NOTE = Figure(
    3, "", "events for a note nobody reads (created, advanced, its share of chunks)", "demo: 250 for 61"
)
SPANS = Figure(40, "", "marks of a reader on a note", "assumed, as the benches")
MINUTES = Figure(4, "min", "a reader's time for a note", "assumed")
CORE_HOUR = Figure(0.04, "EUR", "a core for an hour", "assumed")
GB_MONTH = Figure(0.10, "EUR", "a gigabyte of replicated SSD for a month", "assumed")
ASSUMED = (CHARACTERS, EVENTS_A_NOTE, SPANS, MINUTES, CORE_HOUR, GB_MONTH)


@dataclass(frozen=True)
class Site:
    """`read`: how many of its notes two people read."""

    name: str
    notes: int
    read: int

    @property
    def pipeline_core_hours(self) -> float:
        return self.notes * PIPELINE.value / HOUR

    @property
    def loading_hours(self) -> float:
        return self.notes / IMPORT.value / HOUR

    @property
    def events(self) -> float:
        # each reader: offered, opened, submitted, a view, and one event for each mark
        return self.notes * EVENTS_A_NOTE.value + self.read * 2 * (4 + SPANS.value)

    @property
    def sealing_hours(self) -> float:
        return self.events / SEALING.value / HOUR

    @property
    def verifying_hours(self) -> float:
        return self.events * VERIFYING.value / HOUR

    @property
    def verifier_gb(self) -> float:
        return (self.notes + self.read * 4) * STATE_BYTES.value / GB

    @property
    def texts_tb(self) -> float:
        return self.notes * (CHARACTERS.value * TEXT_BYTES.value + ROW_BYTES.value) / TB

    @property
    def suggestions_tb(self) -> float:
        return self.notes * CHARACTERS.value * SUGGESTED_BYTES.value / TB

    @property
    def log_tb(self) -> float:
        return self.events * EVENT_BYTES.value / TB

    @property
    def answers_tb(self) -> float:
        return self.read * 2 * SPANS.value * ELEMENT_BYTES.value * 2 / TB  # the draft and the frozen answer

    @property
    def all_tb(self) -> float:
        return self.texts_tb + self.suggestions_tb + self.log_tb + self.answers_tb

    @property
    def reader_years(self) -> float:
        return self.read * 2 * MINUTES.value * 60 / YEAR_OF_WORK

    @property
    def reading_core_hours(self) -> float:
        return self.read * 2 * (OPEN.value + SPANS.value * SAVE.value) / HOUR

    @property
    def cut_hours(self) -> float:
        return self.read * CUT.value / HOUR

    @property
    def once_eur(self) -> float:
        return (self.pipeline_core_hours + self.reading_core_hours + self.sealing_hours) * CORE_HOUR.value

    @property
    def month_eur(self) -> float:
        return self.all_tb * 1000 * GB_MONTH.value


SITES = (
    Site("a department", 1_000_000, 10_000),
    Site("a hospital group", 100_000_000, 1_000_000),
    Site("a national store", 3_000_000_000, 10_000_000),
)
ROWS = (
    ("notes", "notes", "{:,.0f}"),
    ("of these read by two people", "read", "{:,.0f}"),
    ("pipeline, core hours", "pipeline_core_hours", "{:,.0f}"),
    ("loading, hours of one writer", "loading_hours", "{:,.1f}"),
    ("events", "events", "{:,.0f}"),
    ("sealing, hours of one sequencer", "sealing_hours", "{:,.1f}"),
    ("verifying, core hours", "verifying_hours", "{:,.1f}"),
    ("… its memory, GB", "verifier_gb", "{:,.1f}"),
    ("texts, TB", "texts_tb", "{:,.2f}"),
    ("suggestions, TB", "suggestions_tb", "{:,.2f}"),
    ("log, TB", "log_tb", "{:,.2f}"),
    ("drafts and answers, TB", "answers_tb", "{:,.2f}"),
    ("stored in all, TB", "all_tb", "{:,.2f}"),
    ("serving the readers, core hours", "reading_core_hours", "{:,.0f}"),
    ("cutting one release of all that was read, hours", "cut_hours", "{:,.1f}"),
    ("readers, years of work", "reader_years", "{:,.1f}"),
    ("machines once, EUR", "once_eur", "{:,.0f}"),
    ("storage a month, EUR", "month_eur", "{:,.0f}"),
)


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figures(rows: tuple[Figure, ...]) -> str:
    return table(
        ("What", "Value", "Where from"), [(row.what, f"{row.value:g} {row.unit}".strip(), row.source) for row in rows]
    )


def sites() -> str:
    head = ("", *(site.name for site in SITES))
    return table(head, [(title, *(form.format(getattr(site, name)) for site in SITES)) for title, name, form in ROWS])


def tables() -> str:
    return "\n\n".join((figures(MEASURED), figures(ASSUMED), sites()))


if __name__ == "__main__":
    print(tables())
