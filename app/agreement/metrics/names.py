"""Other names people know the metrics by, and finding one by any of them."""

from __future__ import annotations

from app.agreement.metrics.protocol import METRICS, Metric

ALIASES = {
    "kappa": "cohen", "cohen-kappa": "cohen", "cohens-kappa": "cohen", "cohen-linear": "kappa-linear",
    "cohen-quadratic": "kappa-quadratic", "linear": "kappa-linear", "quadratic": "kappa-quadratic",
    "weighted-kappa": "kappa-quadratic", "weighted-kappa-linear": "kappa-linear",
    "weighted-kappa-quadratic": "kappa-quadratic", "kappa-weighted-linear": "kappa-linear",
    "kappa-weighted-quadratic": "kappa-quadratic", "weighted-linear": "kappa-linear",
    "weighted-quadratic": "kappa-quadratic", "pi": "scott", "scott-pi": "scott", "fleiss-kappa": "fleiss",
    "hubert": "conger", "free-marginal": "randolph", "alpha": "alpha-nominal",
    "krippendorff": "alpha-nominal",
    "krippendorff-alpha": "alpha-nominal", "krippendorff-nominal": "alpha-nominal",
    "krippendorff-ordinal": "alpha-ordinal", "krippendorff-interval": "alpha-interval",
    "krippendorff-ratio": "alpha-ratio", "krippendorff-alpha-nominal": "alpha-nominal",
    "krippendorff-alpha-ordinal": "alpha-ordinal", "krippendorff-alpha-interval": "alpha-interval",
    "krippendorff-alpha-ratio": "alpha-ratio", "gwet": "ac1", "gwet-ac1": "ac1", "gwet-ac2": "ac2",
    "ac2-quadratic": "ac2", "agreement": "percent", "observed": "percent", "percent-agreement": "percent",
    "psa": "psa-positive", "positive-agreement": "psa-positive", "negative-agreement": "psa-negative",
    "f1": "f1-strict", "span-f1": "f1-strict", "span-f1-strict": "f1-strict", "span-f1-relaxed": "f1-relaxed",
    "strict": "f1-strict", "relaxed": "f1-relaxed", "f1-strict-typed": "f1-strict",
    "f1-relaxed-typed": "f1-relaxed", "span-f1-strict-typed": "f1-strict",
    "span-f1-strict-untyped": "f1-strict-untyped", "span-f1-relaxed-typed": "f1-relaxed",
    "span-f1-relaxed-untyped": "f1-relaxed-untyped", "character-dice": "dice", "dice-typed": "dice",
    "char-dice": "dice", "relations": "relation-f1",
}  # fmt: skip


def metric_named(name: str) -> Metric:
    """The metric with this key or alias; case and underscores do not matter. Raises NotFound."""
    key = name.strip().casefold().replace("_", "-")
    return METRICS.get(ALIASES.get(key, key))


def metrics_for(unit: str) -> list[Metric]:
    """The metrics of a unit, in the order of the registry; tokens are ratings too."""
    units = {"rating"} if unit == "rating" else {"span"} if unit == "span" else {"rating", "token"}
    return [metric for metric in METRICS if metric.unit in units]
