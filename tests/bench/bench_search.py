"""Search over a SNOMED-sized release, beside rapidfuzz brute force, SQLite FTS5 and tantivy.

    python -m tests.bench.bench_search [--concepts N] [--queries N]

Each query is timed in CPU time of this process, five times; its figure is the median of the five
(the baselines: once).
A query counts as answered when a term of the concept it was made from is among the first ten
codes. A prefix that more than ten concepts match counts when any of them is.
"""

import argparse
import json
import random
import re
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from app.factory import compose
from app.terminology.releases import Named, import_release
from app.terminology.search import open_release
from tests.bench.search_baselines import BruteForce, Fts5, Tantivy
from tests.bench.snomed_sized import generate

RUNS = 5


def emit(
    metric: str, value: float, unit: str, size: str, baseline: str = "", ratio: float | None = None
) -> None:
    row = {
        "bench": "search",
        "metric": metric,
        "value": round(value, 4),
        "unit": unit,
        "size": size,
        "baseline": baseline,
        "ratio": None if ratio is None else round(ratio, 2),
    }
    print(json.dumps(row), flush=True)


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def edit(word: str, rng: random.Random) -> str:
    """One insertion, deletion, substitution or swap of neighbours, never of the first letter."""
    while True:
        at, kind = rng.randrange(1, len(word)), rng.randrange(4)
        letter = rng.choice(string.ascii_lowercase)
        made = {
            0: word[:at] + letter + word[at:],
            1: word[:at] + word[at + 1 :],
            2: word[:at] + letter + word[at + 1 :],
            3: word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at > 1 else word,
        }[kind]
        if made != word:
            return made


def misspelt(words: list[str], edits: int, rng: random.Random) -> str | None:
    """One edit in a word of four letters and more; two in one word of eight and more, or in two words."""
    words = list(words)
    places = [i for i, w in enumerate(words) if len(w) >= 4 and w.isalpha()]
    long = [i for i in places if len(words[i]) >= 8]
    if edits == 1 and places:
        at = [rng.choice(places)]
    elif edits == 2 and long and (rng.random() < 0.5 or len(places) < 2):
        at = [rng.choice(long)] * 2
    elif edits == 2 and len(places) >= 2:
        at = rng.sample(places, 2)
    else:
        return None
    for i in at:
        words[i] = edit(words[i], rng)
    return " ".join(words)


def make_queries(release, per_class: int, rng: random.Random) -> list[tuple[str, str, int]]:
    """(class, query, concept number) of a mixed set."""
    matcher, flags = release.matcher, release.array("concept_flags")
    wanted = ("exact", "reordered", "one_edit", "two_edits", "prefix", "code")
    found = {kind: [] for kind in wanted}
    while min(len(q) for q in found.values()) < per_class:
        term = rng.randrange(len(matcher.term_concept))
        concept = int(matcher.term_concept[term])
        words = re.findall(r"[a-z0-9]+", release.text(term).lower())
        if not flags[concept] & 1 or len(words) < 2:
            continue
        shuffled = rng.sample(words, len(words))
        begun = words[: rng.randrange(0, min(3, len(words)))]
        last = words[len(begun)]
        made = {
            "exact": " ".join(words),
            "reordered": " ".join(shuffled),
            "one_edit": misspelt(words, 1, rng),
            "two_edits": misspelt(words, 2, rng),
            "prefix": " ".join([*begun, last[: rng.randrange(2, max(3, len(last)))]]),
            "code": release.codes([concept])[concept][0],
        }
        for kind, query in made.items():
            if query and len(found[kind]) < per_class:
                found[kind].append((kind, query, concept))
                break
    mixed = [q for kind in wanted for q in found[kind]]
    rng.shuffle(mixed)
    return mixed


def timed(search, queries, times: int = 1) -> tuple[list[float], list[list[int]]]:
    """Milliseconds of CPU per query (median of that many runs) and the concepts found."""
    runs, answers = [], []
    for run in range(times):
        took = []
        for _, query, _ in queries:
            start = time.process_time_ns()
            found = search(query)
            took.append((time.process_time_ns() - start) / 1e6)
            if run == 0:
                answers.append(found)
        runs.append(took)
    return [median(times) for times in zip(*runs, strict=True)], answers


def recalls(queries, answers, truth) -> dict[str, float]:
    hits: dict[str, list[bool]] = {}
    for (kind, query, concept), found in zip(queries, answers, strict=True):
        good = concept in found
        if kind == "prefix" and not good:
            matching = truth(query)
            good = len(matching) > 10 and any(c in matching for c in found)
        hits.setdefault(kind, []).append(good)
    return {kind: sum(values) / len(values) for kind, values in hits.items()}


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def build(folder: Path, concepts: int):
    say("generating")
    count, descriptions = generate(folder / "rf2", concepts, round(concepts * 1_200_000 / 350_000))
    size = f"{count} concepts, {descriptions} descriptions"
    start = time.perf_counter()
    manifest = import_release(folder / "artefacts", "snomed", folder / "rf2", Named(), say)
    emit("import_s", time.perf_counter() - start, "s", size)
    path = folder / "artefacts" / manifest.digest
    emit("disk_mb", sum(p.stat().st_size for p in path.iterdir()) / 1e6, "MB", size)
    start = time.perf_counter()
    release = open_release(folder / "artefacts", "snomed")
    release.search("acute")
    emit("open_and_first_search_ms", (time.perf_counter() - start) * 1e3, "ms", size)
    return release, size


SERVING = """
import sys
from pathlib import Path
from app.terminology.search import open_release
release = open_release(Path(sys.argv[1]), "snomed")
for line in sys.stdin:
    release.search(line.rstrip())
sizes = dict(line.split()[:2] for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
print(int(sizes["Rss:"]) / 1e3, (int(sizes["Private_Clean:"]) + int(sizes["Private_Dirty:"])) / 1e3)
"""


def resident_mb(root: Path, queries) -> tuple[float, float]:
    """Resident and private megabytes of a process that only serves searches, after all queries.

    The rest of what is resident are pages of the artefact, there once for all processes of a host.
    """
    lines = "\n".join(query for _, query, _ in queries)
    ran = subprocess.run(
        [sys.executable, "-c", SERVING, str(root)], input=lines, capture_output=True, text=True, check=True
    )
    resident, private = ran.stdout.split()
    return float(resident), float(private)


def measure_ours(release, queries, size: str) -> tuple[float, list[list[int]]]:
    def search(query: str) -> list[str]:
        return [h.code for h in release.search(query, limit=10)]

    for _, query, _ in queries[:100]:
        search(query)  # warm
    times, answers = timed(search, queries, RUNS)
    codes = {c for a in answers for c in a}
    number = {code: release.number(code) for code in codes}
    emit("p50_ms", median(times), "ms", size)
    emit("p95_ms", percentile(times, 0.95), "ms", size)
    emit("p99_ms", percentile(times, 0.99), "ms", size)
    by_kind: dict[str, list[float]] = {}
    for (kind, _, _), took in zip(queries, times, strict=True):
        by_kind.setdefault(kind, []).append(took)
    for kind, values in by_kind.items():
        say(f"{kind}: p50 {median(values):.2f} p95 {percentile(values, 0.95):.2f} max {max(values):.2f} ms")
    return percentile(times, 0.95), [[number[c] for c in a] for a in answers]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--concepts", type=int, default=350_000)
    options.add_argument("--queries", type=int, default=80, help="per class")
    options.add_argument("--without-baselines", action="store_true")
    given = options.parse_args()
    compose()
    with tempfile.TemporaryDirectory() as name:
        release, size = build(Path(name), given.concepts)
        queries = make_queries(release, given.queries, random.Random(11))
        ours, answers = measure_ours(release, queries, size)
        resident, private = resident_mb(Path(name) / "artefacts", queries)
        emit("resident_mb", resident, "MB", size)
        emit("private_mb", private, "MB", size)
        fts = Fts5(release, Path(name))
        for kind, share in recalls(queries, answers, fts.matching).items():
            emit(f"recall_at_10_{kind}", share, "share", size)
        if given.without_baselines:
            return
        tantivy, brute = Tantivy(release), BruteForce(release)
        for engine, asked in ((tantivy, queries), (fts, queries[:120]), (brute, queries[:32])):
            times, found = timed(engine.search, asked)
            p95 = percentile(times, 0.95)
            emit("baseline_p95_ms", p95, "ms", size, engine.name, p95 / ours)
            for kind, share in recalls(asked, found, fts.matching).items():
                emit(f"baseline_recall_at_10_{kind}", share, "share", f"{len(asked)} queries", engine.name)


if __name__ == "__main__":
    main()
