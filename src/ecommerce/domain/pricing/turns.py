"""Who takes a turn when, and what became of each promotion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Protocol

from ecommerce.domain.pricing.basket import Basket
from ecommerce.domain.pricing.conditions import Reason, unmet
from ecommerce.domain.pricing.offer import NOTHING, Offer
from ecommerce.domain.pricing.promotion import Benefit, Level
from ecommerce.domain.pricing.snapshot import Candidate, Considered, Snapshot

_in_order = attrgetter("promotion.priority", "promotion.id")


class Payable(Protocol):
    """What promotions of a level take something off: the goods, or their shipping."""

    def work_out(self, benefit: Benefit) -> Offer | Reason:
        """What the benefit would take off now, or why it doesn't."""
        ...

    def carry_out(self, offer: Offer) -> None: ...


@dataclass(slots=True)
class Turns:
    """`waiting` has the promotions of each level by turn: those that take one together are rivals.

    `taken`: one has applied. `closed`: that one stands alone.
    """

    snapshot: Snapshot
    basket: Basket
    waiting: Mapping[Level, Sequence[Sequence[Candidate]]]
    considered: list[Considered] = field(default_factory=list)
    taken: bool = False
    closed: bool = False

    @classmethod
    def of(cls, snapshot: Snapshot, basket: Basket) -> "Turns":
        waiting: dict[Level, dict[object, list[Candidate]]] = {level: {} for level in Level}
        for candidate in sorted(snapshot.candidates, key=_in_order):
            promotion = candidate.promotion
            # A group and a promotion may have the same name.
            turn = promotion.id if promotion.group is None else (promotion.group,)
            waiting[promotion.benefit.level].setdefault(turn, []).append(candidate)
        return cls(snapshot, basket, {level: list(each.values()) for level, each in waiting.items()})

    def then(self) -> "Turns":
        """What comes after these turns, as often as it is tried: these stay as they are."""
        return Turns(self.snapshot, self.basket, self.waiting, [], self.taken, self.closed)

    def play(self, level: Level, payable: Payable) -> None:
        """Of the rivals of each turn the best applies, of equal ones the first."""
        for rivals in self.waiting[level]:
            outcomes: list[Offer | str] = []
            best = NOTHING
            for candidate in rivals:
                outcome = self._try(candidate, payable)
                outcomes.append(outcome)
                if isinstance(outcome, Offer) and outcome.discount > best.discount:
                    best = outcome
            for candidate, outcome in zip(rivals, outcomes, strict=True):
                promotion = candidate.promotion
                if not isinstance(outcome, Offer):
                    self.considered.append(Considered(promotion, reason=outcome))
                elif outcome is not best:
                    self.considered.append(Considered(promotion, reason="outdone"))
                else:
                    payable.carry_out(outcome)
                    self.taken = True
                    self.closed = promotion.alone
                    parts = outcome.parts(len(self.snapshot.lines))
                    self.considered.append(Considered(promotion, outcome.discount, None, parts))

    def _try(self, candidate: Candidate, payable: Payable) -> Offer | str:
        promotion, snapshot = candidate.promotion, self.snapshot
        reason = candidate.refused or unmet(promotion, snapshot.currency, snapshot.buyer, self.basket)
        if reason is None and (self.closed or (promotion.alone and self.taken)):
            reason = "not-combinable"
        if reason is not None:
            return reason
        offer = payable.work_out(promotion.benefit)
        if not isinstance(offer, Offer):
            return offer
        if not offer.discount:
            return "nothing-to-discount"
        if candidate.budget_left is not None and offer.discount > candidate.budget_left:
            return "budget-exhausted"
        return offer
