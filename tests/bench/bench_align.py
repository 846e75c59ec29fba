"""Comparing notes of several readers, beside a comparison of every span with every other.

    python -m tests.bench.bench_align

Times are the median of five runs in CPU seconds of this process.
"""

import json
import random
import time
from collections.abc import Callable
from statistics import median

from app.agreement.judgements import Choice, Ruling
from app.agreement.matching import overlap, overlapping_pairs
from app.modalities.notes.cases import note_differences
from app.modalities.notes.settle import settle_note


def emit(
    metric: str, value: float, unit: str, size: str, baseline: str = "", ratio: float | None = None
) -> None:
    row = {
        "bench": "align",
        "metric": metric,
        "value": round(value, 4),
        "unit": unit,
        "size": size,
        "baseline": baseline,
        "ratio": None if ratio is None else round(ratio, 2),
    }
    print(json.dumps(row), flush=True)


def timed(act: Callable[[], object], runs: int = 5) -> float:
    taken = []
    for _ in range(runs):
        start = time.process_time()
        act()
        taken.append(time.process_time() - start)
    return median(taken)


def note(seed: int, entities: int) -> dict:
    """A reader who differs from the others in one entity and one relation of ten."""
    rng = random.Random(seed)
    elements = {}
    for i in range(entities):
        start = 20 * i
        end = start + 8 + (rng.randrange(4) if rng.random() < 0.1 else 0)
        elements[f"e{i}"] = {"kind": "entity", "fragments": [[start, end]], "label": "AB"[i % 2]}
        if i % 2 and rng.random() > 0.1:
            elements[f"r{i}"] = {"kind": "relation", "type": "near", "head": f"e{i - 1}", "tail": f"e{i}"}
    return {"elements": elements}


def compare(entities: int, readers: int) -> None:
    notes = [note(seed, entities) for seed in range(readers)]
    size = f"{entities} entities, {entities // 2} relations, {readers} readers"
    emit("differences_ms", 1000 * timed(lambda: note_differences(notes)), "ms", size)
    rulings = [Ruling(case.key, Choice.TAKE, version=0) for case in note_differences(notes)]
    emit("settle_ms", 1000 * timed(lambda: settle_note(notes, rulings)), "ms", size)


def pairs(entities: int) -> None:
    sides = [
        [body["fragments"] for body in note(seed, entities)["elements"].values() if body["kind"] == "entity"]
        for seed in (1, 2)
    ]
    ours = timed(lambda: list(overlapping_pairs(*sides)))
    plain = timed(lambda: [(a, b) for a in sides[0] for b in sides[1] if overlap(a, b)], runs=1)
    emit(
        "overlaps_ms",
        1000 * ours,
        "ms",
        f"{entities} spans x 2 readers",
        "every span with every other",
        plain / ours,
    )


def main() -> None:
    compare(100, 2)
    compare(1000, 2)
    compare(1000, 4)
    pairs(2000)


if __name__ == "__main__":
    main()
