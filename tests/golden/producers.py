"""What is pinned: each producer yields (name of a record, its bytes) from notes and tables of our own."""

import json
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from click.testing import CliRunner

from app.audit.events import Tag
from app.factory import create_app
from app.settings import Settings
from app.tagging.protocol import PIPELINES
from tests.terminology_data import stocked

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
TEXTS = ("deid_stress", "assertion_gold", "drug_events")
CHECKED = (
    ["E10.9", "E11.9"],
    ["J44.9", "J47.9"],
    ["I10", "O10.019"],
    ["T45.515A", "D68.32"],
    ["J96", "XYZ"],
    ["N18.32"],
)
MATRICES = {
    "nominal.csv": "item,rater,value\n"
    + "".join(f"{i},r{r},{'ab'[(i * r + i // 3) % 2]}\n" for i in range(20) for r in (1, 2, 3)),
    "ordinal.csv": "item,rater,value\n"
    + "".join(f"{i},r{r},{(i + r * (i % 4)) % 5}\n" for i in range(20) for r in (1, 2)),
}


def texts():
    """Records of our own notes: the demo's and those the engines are measured on."""
    for line in (ROOT / "app" / "demo" / "data" / "notes.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        yield {"id": f"demo-{record['id']}", "text": record["text"]}
    for name in TEXTS:
        for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            yield {"id": f"{name}-{record['id']}", "text": record["text"]}


@contextmanager
def _calling(folder):
    """`call(*words, lines=…)`: a command of the server's, on a folder with the bundled code system."""
    with mock.patch.dict("os.environ", {"CHARTMARK_VAR": str(folder)}):
        app = create_app(Settings(var=str(folder)))
        runner: CliRunner = app.test_cli_runner()

        def call(*words, lines=()):
            answer = runner.invoke(args=[*words], input="\n".join(lines) + "\n")
            return answer.stdout

        yield call


def _streamed(call, *words):
    records = list(texts())
    out = call(*words, lines=[json.dumps(record) for record in records]).splitlines()
    for record, line in zip(records, out, strict=True):
        yield record["id"], line


def deid_masked(call):
    """`deid text` as it comes."""
    yield from _streamed(call, "deid", "text")


def deid_surrogates(call, folder):
    """`deid text` with surrogates and shifted dates under a key of the tests."""
    key = folder / "golden.key"
    key.write_bytes(b"k" * 32)
    yield from _streamed(call, "deid", "text", "--mode", "surrogate", "--dates", "shift", "--key-file", str(key))


def preannotated(call):
    """`preannotate text` with the pipeline that is the default."""
    yield from _streamed(call, "preannotate", "text")


def pipeline_version(said):
    """The declared version of the pipeline and, for it, everything it said: one cannot change without the other."""
    yield PIPELINES.get("chartmark_rules").version, "".join(line for _, line in said)


def searched(call):
    """`terminology search` for everything that coders were seen to type."""
    rows = (DATA / "coder_queries.tsv").read_text(encoding="utf-8").splitlines()
    queries = [row.split("\t")[1] for row in rows if not row.startswith(("#", "group"))]
    out = call("terminology", "search", "icd10cm", "--stdin", "--json", lines=queries).splitlines()
    yield from zip(queries, out, strict=True)


def checked(call):
    """`terminology check` of sets of codes."""
    for codes in CHECKED:
        yield " ".join(codes), call("terminology", "check", *codes, "--date", "2026-05-01", "--json")


def agreement(call, folder):
    """`agreement compute` with every metric that takes ratings."""
    for name, rows in MATRICES.items():
        path = folder / name
        path.write_text(rows, encoding="utf-8")
        # Processors differ in the last digits of a sum: eleven are what we promise.
        found = json.loads(call("agreement", "compute", str(path), "--unit", "rating", "--json"), parse_float=rounded)
        yield name, json.dumps(found, sort_keys=True).replace(str(folder), "")


def rounded(figure):
    return float(f"{float(figure):.11g}")


def event_tags():
    """Every tag of the log with what it says."""
    for tag in Tag:
        yield tag.value, tag.value


def routes():
    """Every route with its methods."""
    for rule in create_app().url_map.iter_rules():
        yield f"{rule.rule} {','.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))}", rule.rule


def produce(folder):
    """Name of the file of pins → its records."""
    stocked(folder)
    with _calling(folder) as call:
        suggestions = list(preannotated(call))
        return {
            "deid_masked": list(deid_masked(call)),
            "deid_surrogates": list(deid_surrogates(call, folder)),
            "preannotated": suggestions,
            "pipeline_version": list(pipeline_version(suggestions)),
            "searched": list(searched(call)),
            "checked": list(checked(call)),
            "agreement": list(agreement(call, folder)),
            "event_tags": list(event_tags()),
            "routes": sorted(routes()),
        }
