"""Counts of requests for a monitor: method, rule of the route and status, never a path, a person or an address.

Counters are of this process; where several serve, gunicorn's configuration names a folder in which they add up
(`PROMETHEUS_MULTIPROC_DIR`, read by prometheus_client).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def install(app: Flask) -> None:
    registry = CollectorRegistry()
    counted = Counter("chartmark_requests", "Requests answered.", ["method", "route", "status"], registry=registry)
    lasted = Histogram("chartmark_request_seconds", "From a thread to the answer.", registry=registry, buckets=BUCKETS)
    app.extensions["metrics"] = registry

    def note(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in _METHODS else "other"
        counted.labels(method, route, str(response.status_code)).inc()
        if "started" in g:
            lasted.observe(time.perf_counter() - g.started)
        return response

    if app.extensions["settings"].metrics_from:  # else nobody may read what would be counted
        app.after_request(note)


def is_monitor(address: str, networks: str) -> bool:
    """Whether an address is in one of the networks (separated by commas) that may read the metrics."""
    try:
        asking = ip_address(address)
    except ValueError:
        return False
    return any(asking in ip_network(network.strip()) for network in networks.split(",") if network.strip())


class Gauges(Collector):
    """Figures of the database, the same in every process: (name, explanation, labels of each value, values)."""

    def __init__(self, families: Iterable[tuple[str, str, dict[str, float]]]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, explanation, values in self._families:
            labelled = set(values) != {""}
            family = GaugeMetricFamily(f"chartmark_{name}", explanation, labels=["state"] if labelled else [])
            for state, value in values.items():
                family.add_metric([state] if labelled else [], value)
            yield family


def exposition(app: Flask, gauges: Gauges) -> bytes:
    """Everything in Prometheus' text format."""
    registry: CollectorRegistry = app.extensions["metrics"]
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    of_database = CollectorRegistry()
    of_database.register(gauges)
    return generate_latest(registry) + generate_latest(of_database)
