"""`flask deid`: clean texts, measure against a gold standard, train the model."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from app.cli.mistakes import mistakes
from app.cli.risk import risk
from app.cli.streams import standard_input, stream_json_lines
from app.deidentify.calendar.order import Order
from app.deidentify.calendar.reading import ORDERS
from app.deidentify.engine import Engine, clean_text, read_orders, surrogates_for
from app.deidentify.evaluation import DeidentificationEvaluation, Marked
from app.deidentify.gold import read_gold
from app.deidentify.language import require_supported
from app.deidentify.model import MODEL_DIR, PIN_FILE
from app.deidentify.policy import DATE_MODES, MODES, WARDS, Policy
from app.deidentify.replace.dateshift import subject_shift
from app.deidentify.replace.zip3 import stale_tables
from app.deidentify.request import parse_request
from app.privacy.engines import full_engine, rules_engine

RULES_ONLY = click.option("--rules-only", is_flag=True, help="Leave the model out: faster, finds fewer names.")


@click.group("deid")
def group() -> None:
    """Find and replace identifiers in text."""


@group.command("text")
@RULES_ONLY
@click.option("--mode", type=click.Choice(MODES), default="mask", show_default=True)
@click.option("--dates", type=click.Choice(DATE_MODES), default="remove", show_default=True)
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Secret for surrogates and shifts; random by default.",
)
@click.option(
    "--date-order",
    type=click.Choice(ORDERS),
    help="How 03/04/2023 reads where a line does not say; else what its text shows. Shifting masks what stays open.",
)
@click.option(
    "--wards", type=click.Choice(WARDS), default="keep", show_default=True, help="Numbers of wards, beds, rooms."
)
def text_command(
    rules_only: bool, mode: str, dates: str, key_file: Path | None, date_order: str | None, wards: str
) -> None:
    """JSON lines {"id","text"[,"known"][,"date_order"]} on stdin to {"id","text","spans"} on stdout.

    A text in a language without recognisers comes back as {"id","error"}, and the exit code is 1.
    """
    policy = Policy(mode=mode, dates=dates)
    key = key_file.read_bytes() if key_file else secrets.token_bytes(32)
    engine = _engine(rules_only)
    if mode == "surrogate":
        for table in stale_tables():
            click.echo(f"warning: the ZIP table of the {table.census_year} Census is over ten years old", err=True)

    def clean(record: dict[str, Any]) -> dict[str, Any]:
        request = parse_request(record, date_order or "", wards=wards == "remove")
        note, subject = request.note, str(record.get("subject", request.id))
        require_supported(note.text)
        spans = engine.find([note])[0]
        surrogates = surrogates_for(key, subject, [(note, spans)])
        days = subject_shift(key, subject)
        (order,) = read_orders([note], [spans]) if dates == "shift" else (Order(""),)
        text, _ = clean_text(note.text, spans, policy, surrogates=surrogates, shift_days=days, order=order.key)
        return {"id": request.id, "text": text, "spans": [span.to_dict() for span in spans]}

    sys.exit(stream_json_lines(clean, standard_input(), sys.stdout))


@group.command("evaluate")
@RULES_ONLY
@click.argument("gold", type=click.File("rb"))
def evaluate_command(rules_only: bool, gold: BinaryIO) -> None:
    """Compare with GOLD, JSON lines {"id","text","spans"}: one JSON report."""
    engine = _engine(rules_only)
    evaluation = DeidentificationEvaluation()
    for identifier, note, spans in read_gold(gold.read(), Path(gold.name).name):
        found = [Marked(s.start, s.end, s.type) for s in engine.find([note])[0]]
        evaluation.add(identifier, note.text, spans, found)
    click.echo(json.dumps(evaluation.report(), ensure_ascii=False))


@group.command("train")
@click.option("--seed", default=7, show_default=True)
@click.option("--documents", default=None, type=int, help="How many documents to generate.")
@click.option("--epochs", default=None, type=int)
@click.option(
    "--texts",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of your own *.txt without identifiers, to plant names in.",
)
@click.option("--out", type=click.Path(path_type=Path), default=MODEL_DIR, show_default="the shipped model's place")
def train_command(seed: int, documents: int | None, epochs: int | None, texts: Path | None, out: Path) -> None:
    """Generate notes, train the model, write it and its digest. Takes minutes on one core."""
    from app.deidentify.training.trainer import Recipe, train

    given = {"seed": seed, "documents": documents, "epochs": epochs}
    recipe = Recipe(**{name: value for name, value in given.items() if value is not None})
    pin = PIN_FILE if out == MODEL_DIR else out.with_suffix(".json")
    pinned = train(recipe, out, pin, texts=texts, say=lambda line: click.echo(line, err=True))
    click.echo(json.dumps(pinned))


group.add_command(risk)
group.add_command(mistakes)


def _engine(rules_only: bool) -> Engine:
    return rules_engine() if rules_only else full_engine()
