"""The engines that orders were priced with, each kept for as long as there are such orders.

An engine that answers differently is a new version: the old one's modules are copied aside before they are
changed, and both are listed here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ecommerce.domain.pricing import canonical, engine
from ecommerce.domain.pricing.snapshot import Breakdown
from ecommerce.domain.shared.kernel import NotFound


class UnknownEngine(NotFound):
    """An order names an engine that isn't kept."""


_KEPT: Mapping[str, Callable[[Mapping[str, Any]], Breakdown]] = {
    "1": lambda plain: engine.price(canonical.from_plain(plain)),
}


def reprice(engine_version: str, plain: Mapping[str, Any]) -> Breakdown:
    """Price an order's input (`canonical.to_plain`) again, to the same minor unit.

    Raises `UnknownEngine`.
    """
    kept = _KEPT.get(engine_version)
    if kept is None:
        raise UnknownEngine(f"pricing engine {engine_version!r} is not kept")
    return kept(plain)
