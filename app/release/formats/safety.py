"""Adverse-event tables: events with their mentions, drug exposures, assessed pairs; exclusions counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from app.annotation.vocabulary import SERIOUSNESS
from app.core.digest import canonical_json
from app.core.text import covered
from app.release.formats import Answer, LossReport, csv_text

_EVENT_COLUMNS = [
    "release", "item", "patient", "encounter", "event", "term", "mentions", "class", "subtype",
    "polarity", "certainty", "temporality", "experiencer", *(f"serious_{name}" for name in SERIOUSNESS),
    "outcome", "onset", "codes", "guideline", "submission_sha256",
]  # fmt: skip
_EXPOSURE_COLUMNS = [
    "release", "item", "patient", "exposure", "term", "mentions", "role", "action_taken", "codes",
]  # fmt: skip
_PAIR_COLUMNS = [
    "release", "item", "patient", "event", "exposure", "certainty", "method", "result", "dechallenge",
    "rechallenge",
]  # fmt: skip
# Labelled so that nobody takes it for a case report (domain H.1).
NOTICE = "Adverse-event label data set, not a safety report: no row is an individual case safety report.\n"


class Safety:
    """What a pharmacovigilance team takes. A drug may be absent, an event may have no drug.

    An event is included when a mention of it is affirmed, certain, not hypothetical and the patient's
    own; past reactions are a class of their own (domain 0.8, 0.9). Every other event is in
    `excluded.csv` with its reason, so that included + excluded = all.
    """

    key = "adverse-events"
    title = "Adverse-event tables (CSV and JSONL)"
    modalities = ("notes",)

    def files(
        self, answers: Iterable[Answer], manifest: dict[str, Any], losses: LossReport
    ) -> Iterator[tuple[str, str]]:
        tables = _Tables(manifest["release"])
        for answer in answers:
            if answer.modality in self.modalities:
                tables.add(answer)
            else:
                losses.add(f"item of {answer.modality}: no adverse events")
        yield "README.txt", NOTICE
        for name, columns, rows in (
            ("events", _EVENT_COLUMNS, tables.events),
            ("exposures", _EXPOSURE_COLUMNS, tables.exposures),
            ("assessments", _PAIR_COLUMNS, tables.pairs),
        ):
            yield f"{name}.csv", csv_text(columns, rows)
            yield f"{name}.jsonl", "".join(canonical_json(row) + "\n" for row in rows)
        yield "excluded.csv", csv_text(["reason", "events", "mentions"], tables.excluded_rows())
        yield "counts.json", canonical_json(tables.counts()) + "\n"


class _Tables:
    """Rows of the three tables, and what was left out and why."""

    def __init__(self, release: int) -> None:
        self.release = release
        self.events: list[dict[str, Any]] = []
        self.exposures: list[dict[str, Any]] = []
        self.pairs: list[dict[str, Any]] = []
        self.left_out: Counter[str] = Counter()
        self.left_out_mentions: Counter[str] = Counter()

    def add(self, answer: Answer) -> None:
        live = {k: b for k, b in answer.elements.items() if b.get("status") != "rejected"}
        base = {"release": self.release, "item": answer.label, "patient": answer.meta["patient"]}
        events, exposures = _groups(live, "event", "ADVERSE_EVENT"), _exposures(live)
        included = set()
        for key, group in events.items():
            mentions = [live[m] for m in group["mentions"]]
            verdict = _verdict(mentions)
            if verdict in ("included", "past_reaction"):
                included.add(key)
                self.events.append(base | _event_row(answer, key, group, mentions, verdict))
            else:
                self.left_out[verdict] += 1
                self.left_out_mentions[verdict] += len(mentions)
        for key, group in exposures.items():
            self.exposures.append(base | _exposure_row(answer, key, group, live))
        for pair in _pairs(live, events, exposures):
            if pair["event"] in included:
                self.pairs.append(base | pair)
            else:
                self.left_out["pair of an excluded event"] += 1

    def excluded_rows(self) -> list[dict[str, Any]]:
        return [
            {"reason": reason, "events": count, "mentions": self.left_out_mentions[reason]}
            for reason, count in sorted(self.left_out.items())
        ]

    def counts(self) -> dict[str, int]:
        """Numbers that reconcile, each saying what it counts."""
        excluded = sum(n for reason, n in self.left_out.items() if not reason.startswith("pair"))
        return {
            "events_included": len(self.events),
            "events_excluded": excluded,
            "events_all": len(self.events) + excluded,
            "mentions_included": sum(len(row["mentions"]) for row in self.events),
            "mentions_excluded": sum(self.left_out_mentions.values()),
            "patients_with_an_included_event": len({row["patient"] for row in self.events}),
            "exposures": len(self.exposures),
            "assessed_pairs": len(self.pairs),
        }


def _groups(live: dict[str, Any], kind: str, label: str) -> dict[str, dict[str, Any]]:
    """Explicit groups of mentions, and a group of its own for each mention in none."""
    groups = {k: b for k, b in live.items() if b["kind"] == kind}
    grouped = {m for body in groups.values() for m in body["mentions"]}
    for key, body in live.items():
        if body["kind"] == "entity" and body["label"] == label and key not in grouped:
            groups[key] = {"mentions": [key]}
    return {k: {**b, "mentions": [m for m in b["mentions"] if m in live]} for k, b in sorted(groups.items())}


def _exposures(live: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Drugs somebody grouped as exposures, or named as the cause of something."""
    causes = {body["head"] for body in live.values() if body["kind"] == "relation" and body["type"] == "causes"}
    groups = _groups(live, "exposure", "MEDICATION")
    return {k: b for k, b in groups.items() if "kind" in b or causes & set(b["mentions"])}


def _verdict(mentions: list[dict[str, Any]]) -> str:
    """Why an event is out, `included`, or `past_reaction`; the best of its mentions counts."""
    verdicts = [_mention_verdict(body.get("assertion", {})) for body in mentions]
    order = ("included", "past_reaction", "uncertain", "hypothetical", "negated", "not_the_patient")
    return min(verdicts, key=order.index) if verdicts else "uncertain"


def _mention_verdict(assertion: dict[str, Any]) -> str:
    checks = (
        (assertion.get("experiencer", "patient") != "patient", "not_the_patient"),
        (assertion.get("polarity") == "negated", "negated"),
        (bool(assertion.get("hypothetical")), "hypothetical"),
        (assertion.get("certainty", "certain") != "certain", "uncertain"),
        (assertion.get("temporality") == "past", "past_reaction"),
    )
    return next((verdict for fails, verdict in checks if fails), "included")


def _event_row(
    answer: Answer, key: str, group: dict[str, Any], mentions: list[dict[str, Any]], verdict: str
) -> dict[str, Any]:
    first = mentions[0]
    assertion = first.get("assertion", {})
    serious = set(group.get("seriousness", ()))
    return {
        "encounter": answer.meta["encounter"],
        "event": key,
        "term": covered(answer.text, first["fragments"]),
        "mentions": [body["fragments"] for body in mentions],
        "class": verdict,
        "subtype": group.get("subtype", ""),
        "polarity": assertion.get("polarity", "affirmed"),
        "certainty": assertion.get("certainty", "certain"),
        "temporality": assertion.get("temporality", "current"),
        "experiencer": assertion.get("experiencer", "patient"),
        # E2B(R3): a criterion is true or unknown, never false.
        **{f"serious_{name}": True if name in serious else None for name in SERIOUSNESS},
        "outcome": group.get("outcome", ""),
        "onset": group.get("onset") or "",
        "codes": _codes(mentions),
        "guideline": answer.provenance["guideline"],
        "submission_sha256": answer.provenance["submission_sha256"],
    }


def _exposure_row(answer: Answer, key: str, group: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    mentions = [live[m] for m in group["mentions"]]
    return {
        "exposure": key,
        "term": covered(answer.text, mentions[0]["fragments"]) if mentions else "",
        "mentions": [body["fragments"] for body in mentions],
        "role": group.get("role", ""),
        "action_taken": group.get("action_taken", ""),
        "codes": _codes(mentions),
    }


def _pairs(live: dict[str, Any], events: dict[str, Any], exposures: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Assessed pairs, and pairs a relation states that nobody has assessed yet."""
    seen = set()
    for body in live.values():
        if body["kind"] == "assessment":
            seen.add((body["event"], body["exposure"]))
            names = ("certainty", "method", "result", "dechallenge", "rechallenge")
            yield {"event": body["event"], "exposure": body["exposure"]} | {n: body.get(n) for n in names}
    for body in live.values():
        if body["kind"] == "relation" and body["type"] == "causes":
            event, exposure = _group_of(events, body["tail"]), _group_of(exposures, body["head"])
            if event and exposure and (event, exposure) not in seen:
                seen.add((event, exposure))
                yield {"event": event, "exposure": exposure, "certainty": body.get("certainty")}


def _group_of(groups: dict[str, Any], mention: str) -> str | None:
    return next((key for key, group in groups.items() if mention in group["mentions"]), None)


def _codes(mentions: list[dict[str, Any]]) -> list[str]:
    return sorted({f"{c['system']}|{c['release']}|{c['code']}" for body in mentions for c in body.get("codes", ())})
