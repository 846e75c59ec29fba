"""One figure as one JSON line: the shape of `make bench`, with the interval and the baseline's own value."""

import json
import os
from pathlib import Path

from app.deidentify.evaluation import wilson

OUT = Path(__file__).parents[2] / "var" / "quality"
FIGURES = OUT / "figures"


def say(bench, metric, value, *, unit="share", size=0, interval=None, beside=None, note=""):
    """Print a figure, once per baseline. `beside`: name → value, None where the baseline could not be run."""
    for name, other in (beside or {"": None}).items():
        ratio = round(value / other, 2) if value is not None and other else None
        line = {"bench": bench, "metric": metric, "value": rounded(value), "unit": unit, "size": size}
        line |= {"interval": interval, "baseline": name, "baseline_value": rounded(other), "ratio": ratio}
        print(json.dumps(line | ({"note": note} if note else {}), ensure_ascii=False), flush=True)


def say_share(bench, metric, part, whole, *, beside=None, note=""):
    """A share with its Wilson interval; `beside`: name → (part, whole) or None."""
    others = {name: share(*pair) if pair else None for name, pair in (beside or {}).items()}
    value = share(part, whole)
    say(bench, metric, value, size=whole, interval=wilson(part, whole), beside=others, note=note)


def share(part, whole):
    return part / whole if whole else None


def rounded(value):
    return round(value, 4) if isinstance(value, float) else value


def private(path):
    """A file under var/quality that only its owner reads, open for writing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")
