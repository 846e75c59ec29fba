"""Writing a release in each format, without a database: wall and CPU seconds, and the largest memory of the process.

`python -m tests.bench.bench_formats [NOTES] [FORMAT …]`; each format in a process of its own. Notes of 2,500
characters with 40 spans each, a fifth of them with an assertion or a code, and ten relations.
"""

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from app.factory import compose
from app.formats.losses import LossReport
from app.formats.model import ExchangeDocument
from app.formats.protocol import FORMATS, Writing, writers
from app.release.archive import ExportFiles
from app.release.vocabulary import vocabulary

SPANS = 40
WORDS = "The patient took amoxicillin 500 mg and had a rash with fever of 39 degrees on Monday. "
LABELS = ("PROBLEM", "MEDICATION", "ADVERSE_EVENT", "LAB_VALUE", "PROCEDURE")


def documents(count):
    text = (WORDS * 30)[:2500]
    for number in range(count):
        elements = {}
        for n in range(SPANS):
            at = 20 + n * 60 + number % 7
            body = {"kind": "entity", "fragments": [[at, at + 8]], "label": LABELS[n % 5], "status": "confirmed"}
            if n % 5 == 0:
                body["assertion"] = {"polarity": "negated"}
                body["codes"] = [{"system": "ICD-10-CM", "release": "2026", "code": "L27.0"}]
            elements[f"T{n}"] = body
        for n in range(10):
            elements[f"R{n}"] = {"kind": "relation", "type": "causes", "head": f"T{n + 1}", "tail": f"T{n + 2}"}
        yield ExchangeDocument(f"D-{number}", text, elements, "notes", {"patient": f"S-{number // 5}"}, {})


def measured(key, count):
    """Wall and CPU seconds with packing, and the largest resident set in megabytes."""
    compose()
    wall, cpu = time.perf_counter(), time.process_time()
    with (
        tempfile.TemporaryDirectory(prefix="chartmark-bench-") as name,
        ExportFiles(Path(name)) as files,
        (Path(name) / "out.zip").open("wb+") as out,
    ):
        FORMATS.get(key).writer.write(documents(count), Writing(files, LossReport(key), {"release": 1}, vocabulary()))
        files.pack(out)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.perf_counter() - wall, time.process_time() - cpu, memory


def main():
    count = next((int(one) for one in sys.argv[1:] if one.isdecimal()), 10_000)
    compose()
    asked = [one for one in sys.argv[1:] if not one.isdecimal()]
    for key in asked or [one.key for one in writers(FORMATS)]:
        with multiprocessing.get_context("spawn").Pool(1) as alone:
            values = alone.apply(measured, (key, count))
        for metric, value, unit in zip(("wall", "cpu", "rss"), values, ("s", "s", "MB"), strict=True):
            row = {"bench": "formats", "metric": f"{key}_{metric}", "value": round(value, 2), "unit": unit}
            print(
                json.dumps(row | {"size": f"{count} notes, {SPANS} spans each", "baseline": "", "ratio": None}),
                flush=True,
            )


if __name__ == "__main__":
    main()
