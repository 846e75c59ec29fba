"""The example modality as its tests register and fill it."""

import json
from contextlib import contextmanager
from pathlib import Path

from app.factory import compose
from app.review.modality import MODALITIES
from app.settings import Settings

# The one line, as an installation writes it into CHARTMARK_MODALITIES.
LINE = "examples.ecg_strips.modality:EcgStrips"

SCHEMA = json.loads((Path(__file__).parents[1] / "examples" / "ecg_strips" / "schema.json").read_text(encoding="utf-8"))
STRIP = "Irregularly irregular rhythm in lead II, no P waves.\nST segments isoelectric. QT 412 ms."


@contextmanager
def installed():
    """An installation that names it; other tests meet a product without it."""
    compose(Settings(modalities=LINE))
    try:
        yield MODALITIES.get("ecg_strips")
    finally:
        MODALITIES.remove("ecg_strips")


def finding(label, value, **more):
    return {"kind": "finding", "label": label, "value": value, "status": "confirmed", **more}


def interval(label, milliseconds, **more):
    return {"kind": "interval", "label": label, "milliseconds": milliseconds, "status": "confirmed", **more}


def rest():
    return {"kind": "rest", "value": "not_described", "status": "confirmed"}
