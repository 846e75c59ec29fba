"""Agreement figures with their intervals, beside NLTK and a plain bootstrap.

    python -m tests.bench.bench_agreement

Times are the median of five runs in CPU seconds of this process.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from nltk.metrics.agreement import AnnotationTask

from app.agreement.metrics.alpha import AlphaNominal
from app.agreement.metrics.data import MarkedSpan, Ratings, Reading, Spans
from app.agreement.metrics.intervals import RESAMPLES, bootstrap
from app.agreement.metrics.spans import F1Relaxed

RUNS = 5


def emit(metric: str, value: float, unit: str, size: str, baseline: str = "", ratio: float | None = None) -> None:
    row = {
        "bench": "agreement",
        "metric": metric,
        "value": round(value, 4),
        "unit": unit,
        "size": size,
        "baseline": baseline,
        "ratio": None if ratio is None else round(ratio, 2),
    }
    print(json.dumps(row), flush=True)


def timed(act: Callable[[], object], runs: int = RUNS) -> float:
    taken = []
    for _ in range(runs):
        start = time.process_time()
        act()
        taken.append(time.process_time() - start)
    return median(taken)


def ratings(items: int, raters: int = 3, categories: int = 5) -> list[tuple[str, str, str]]:
    """Raters who copy the truth four times in five and guess otherwise."""
    rng = random.Random(7)
    cells = []
    for i in range(items):
        truth = rng.randrange(categories)
        for r in range(raters):
            said = truth if rng.random() < 0.8 else rng.randrange(categories)
            cells.append((f"i{i}", f"r{r}", str(said)))
    return cells


def alpha(items: int) -> None:
    cells = ratings(items)
    data = Ratings.from_cells(cells)
    ours = timed(lambda: AlphaNominal().prepare(data).estimate())
    task = AnnotationTask(data=[(rater, item, value) for item, rater, value in cells])
    theirs = timed(task.alpha, runs=1)
    assert abs(AlphaNominal().prepare(data).estimate().value - task.alpha()) < 1e-9
    emit("alpha_ms", 1000 * ours, "ms", f"{items} items x 3 raters", "nltk AnnotationTask.alpha", theirs / ours)


def interval(items: int) -> None:
    data = Ratings.from_cells(ratings(items))
    sums = AlphaNominal().prepare(data)
    ours = timed(lambda: bootstrap(sums))
    plain = timed(lambda: resampled_tables(data, 20), runs=1) * RESAMPLES / 20
    emit(
        "alpha_interval_ms",
        1000 * ours,
        "ms",
        f"{items} items, {RESAMPLES} resamples",
        "the coefficient computed anew from each resampled table (20 timed, scaled)",
        plain / ours,
    )


def resampled_tables(data: Ratings, times: int) -> None:
    rng = np.random.default_rng(7)
    for _ in range(times):
        drawn = rng.integers(0, len(data.codes), len(data.codes))
        AlphaNominal().prepare(Ratings(data.raters, data.categories, data.codes[drawn], data.documents)).estimate()


def spans(documents: int, each: int) -> None:
    rng = random.Random(7)
    readings = {f"d{d}": {rater: reader(rng, each) for rater in "ab"} for d in range(documents)}
    taken = timed(lambda: F1Relaxed().prepare(Spans(readings)).estimate())
    emit("f1_relaxed_ms", 1000 * taken, "ms", f"{documents} documents x {each} spans x 2 readers")


def reader(rng: random.Random, each: int) -> Reading:
    starts = [30 * i + rng.randrange(5) for i in range(each)]
    return Reading([MarkedSpan(rng.choice("AAB"), ((start, start + 5 + rng.randrange(30)),)) for start in starts])


def main() -> None:
    print("agreement: about half a minute", file=sys.stderr)
    alpha(2000)
    interval(2000)
    spans(200, 100)


if __name__ == "__main__":
    main()
