"""What the shop may cost. Milliseconds of CPU are of the server and PostgreSQL together, for one answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bench.figures import Figures

Measure: TypeAlias = Callable[[Figures], float | None]


@dataclass(frozen=True, slots=True)
class Limit:
    """`at_least` turns it round: the more, the better."""

    what: str
    limit: float
    unit: str
    measure: Measure
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    limit: Limit
    measured: float | None

    @property
    def is_kept(self) -> bool:
        if self.measured is None:
            return False
        least = self.limit.at_least
        return self.measured >= self.limit.limit if least else self.measured <= self.limit.limit


def _cost(name: str) -> Measure:
    def measure(figures: Figures) -> float | None:
        cost = figures.costs.get(name)
        return None if cost is None else cost.answer

    return measure


def _rate(name: str) -> Measure:
    return lambda figures: figures.rates.get(name)


def _statements(name: str) -> Measure:
    return lambda figures: figures.statements.get(name)


def _storm(figures: Figures) -> float | None:
    return None if figures.signing_in is None else figures.signing_in.storm


def _pricing(lines: int, promotions: int, units: int = 3) -> Measure:
    def measure(figures: Figures) -> float | None:
        size = (lines, promotions, units)
        costs = (each.ms for each in figures.pricing if (each.lines, each.promotions, each.units) == size)
        return next(costs, None)

    return measure


LIMITS = (
    Limit("product list, 24 with variants and images, uncached", 0.65, "ms", _cost("list")),
    Limit("the same, cached", 0.12, "ms", _cost("list cached")),
    Limit("the same, not modified (304)", 0.10, "ms", _cost("list 304")),
    Limit("product detail, uncached", 0.35, "ms", _cost("detail")),
    Limit("text search, page of 24, uncached", 1.2, "ms", _cost("search")),
    Limit("cart add: new cart, one line", 1.1, "ms", _cost("cart add")),
    Limit("checkout: 2 adds, quote, order (manual)", 6.0, "ms", _cost("checkout")),
    Limit("SQL statements of a checkout", 16, "", _statements("checkout")),
    Limit("SQL statements of a cart add", 4, "", _statements("cart add")),
    Limit("pricing 20 lines under 50 promotions", 1.0, "ms", _pricing(20, 50)),
    Limit("pricing 100 lines of 10,000 units under 50 promotions", 20.0, "ms", _pricing(100, 50, 10_000)),
    Limit("product reads under 50 sign-ins a second, of their p99 without", 2.0, "x", _storm),
    Limit("memory after load", 120, "MB PSS", lambda figures: figures.memory),
    Limit("list, of pgbench's rate with the same SQL", 0.3, "x", _rate("list"), at_least=True),
    Limit("checkout, of pgbench's rate with the same SQL", 0.4, "x", _rate("checkout"), at_least=True),
)


def judge(figures: Figures) -> list[Verdict]:
    return [Verdict(limit, limit.measure(figures)) for limit in LIMITS]
