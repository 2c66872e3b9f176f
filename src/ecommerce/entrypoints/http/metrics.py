"""Prometheus metrics of the door, with ready-made children: looking up labels costs more than counting."""

import os
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Set by `ecommerce serve` for several workers; the client library looks for this name itself.
_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class HttpMetrics:
    """Requests are the histogram's `_count`. With several workers each writes a file of its own in a shared
    folder, and whichever is asked adds them up.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "ecommerce_http_request_duration_seconds",
            "Time from the first byte of a request to the last of its answer, by route, method and status.",
            ("route", "method", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "ecommerce_http_requests_in_flight",
            "Requests being answered.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._children: dict[tuple[str, str, int], Any] = {}

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        key = (route, method, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._seconds.labels(route, method, str(status))
        child.observe(seconds)

    def render(self) -> bytes:
        if os.environ.get(_SHARED_FOLDER):
            shared = CollectorRegistry()
            MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
            return generate_latest(shared)
        return generate_latest(self.registry)
