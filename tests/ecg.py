"""The example modality as its tests register and fill it."""

import json
from pathlib import Path

# The one line.
LINE = {"ecg_strips": "examples.ecg_strips.modality:EcgStrips"}

SCHEMA = json.loads((Path(__file__).parents[1] / "examples" / "ecg_strips" / "schema.json").read_text(encoding="utf-8"))
STRIP = "Irregularly irregular rhythm in lead II, no P waves.\nST segments isoelectric. QT 412 ms."


def finding(label, value, **more):
    return {"kind": "finding", "label": label, "value": value, "status": "confirmed", **more}


def interval(label, milliseconds, **more):
    return {"kind": "interval", "label": label, "milliseconds": milliseconds, "status": "confirmed", **more}


def rest():
    return {"kind": "rest", "value": "not_described", "status": "confirmed"}
