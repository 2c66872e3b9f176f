"""What was measured, and the arithmetic on it: CPU per piece of work, medians over rounds, layers, ratios."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from bench.pricing import PricingCost
from bench.processes import Used


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds for one piece of work, and how many were done in a second."""

    server: float
    postgres: float
    behind: float = 0.0
    rate: float = 0.0

    @property
    def answer(self) -> float:
        """What an answer costs: the work that follows it is not in it."""
        return self.server + self.postgres


@dataclass(frozen=True, slots=True)
class Race:
    """Units of stock, buyers who order one at the same moment, and what they were answered."""

    stock: int
    buyers: int
    taken: int
    refused: int
    reserved: int

    @property
    def is_right(self) -> bool:
        return self.taken == self.reserved == self.stock and self.refused == self.buyers - self.stock


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latency":
        return cls(median(seconds) * 1000, quantiles(seconds, n=100)[98] * 1000)


@dataclass(frozen=True, slots=True)
class SigningIn:
    """`anonymous` and `recognised` are CPU for the same request without and with an access token.

    `answered` counts the storm's sign-ins by status.
    """

    anonymous: Cost
    recognised: Cost
    login: Latency
    refresh: Latency
    calm: Latency
    stormy: Latency
    answered: dict[int, int] = field(default_factory=dict)

    @property
    def storm(self) -> float:
        """How many times as long the slowest hundredth of product reads takes."""
        return self.stormy.p99 / self.calm.p99


@dataclass(slots=True)
class Figures:
    """`rates` are of rounds in which both sides took turns; `wrong` is what must not have been answered."""

    costs: dict[str, Cost] = field(default_factory=dict)
    hello: dict[str, Cost] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    pricing: list[PricingCost] = field(default_factory=list)
    signing_in: SigningIn | None = None
    race: Race | None = None
    adds_kept: tuple[int, int] = (0, 0)
    memory: float = 0.0
    wrong: list[str] = field(default_factory=list)


def cost_of(used: Used, completed: int, rate: float) -> Cost:
    """Raises `ValueError` when nothing was completed: there is no cost of nothing."""
    if not completed:
        raise ValueError("nothing was completed")
    each = 1000 / completed
    return Cost(used.server * each, used.postgres * each, used.behind * each, rate)


def typical(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        median(each.server for each in costs),
        median(each.postgres for each in costs),
        median(each.behind for each in costs),
        median(each.rate for each in costs),
    )


def layer_costs(
    hello: Mapping[str, Sequence[Cost]], whole: str, without: Mapping[str, str]
) -> dict[str, float]:
    """What each layer adds, in milliseconds: the whole less the whole without it, round by round."""
    return {
        layer: median(a.server - b.server for a, b in zip(hello[whole], hello[name], strict=True))
        for layer, name in without.items()
    }


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios: a noisy minute hits both sides of a round."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))
