"""One figure as it is published: value or reason, interval, n, exclusions, warnings."""

from __future__ import annotations

from typing import Any

from app.agreement.metrics.data import MOST_CELLS, Ratings, Spans
from app.agreement.metrics.intervals import FEW_DOCUMENTS, RESAMPLES, SEED, bootstrap
from app.agreement.metrics.protocol import Metric, Sums, undefined


def evaluate(metric: Metric, data: Ratings | Spans, *, seed: int = SEED, resamples: int = RESAMPLES) -> dict[str, Any]:
    """The figure of one metric as JSON; `value` is None with a `reason`, never NaN."""
    sums = undefined("too_many_categories") if _too_wide(data) else metric.prepare(data)
    return figure(metric, sums, seed=seed, resamples=resamples)


def figure(metric: Metric, sums: Sums, *, seed: int = SEED, resamples: int = RESAMPLES) -> dict[str, Any]:
    """The same from sums that are known already."""
    estimate = sums.estimate()
    interval = bootstrap(sums, seed=seed, resamples=resamples)
    warnings = [*sums.warnings, *estimate.warnings]
    if estimate.value is not None and interval.documents < FEW_DOCUMENTS:
        warnings.append("few_documents")
    return {
        "metric": metric.key,
        "title": metric.title,
        "value": estimate.value,
        "reason": estimate.reason or None,
        "interval": {
            "low": interval.low,
            "high": interval.high,
            "level": 0.95,
            "method": "bootstrap by document, percentile",
            "seed": seed,
            "resamples": resamples,
            "resamples_undefined": interval.undefined,
            "standard_error": interval.standard_error,
            "jackknife_se": interval.jackknife,
            "reason": interval.reason or None,
        },
        "n": sums.n,
        "documents": interval.documents,
        "excluded": sums.excluded,
        "warnings": warnings,
        "details": estimate.details,
        "source": metric.source,
    }


def _too_wide(data: Ratings | Spans) -> bool:
    if isinstance(data, Spans):
        return False
    return len(data.codes) * len(data.categories) ** 2 > MOST_CELLS
