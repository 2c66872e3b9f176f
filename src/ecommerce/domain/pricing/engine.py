"""The pricing engine: one pure function from a snapshot to a breakdown that explains itself.

unit price -> line promotions -> order promotions -> shipping -> shipping promotions -> tax. The result does
not depend on the order of lines, coupons or promotions. Each promotion's discount is rounded once, half up,
and split over its lines by the largest remainder; taxes are rounded in `taxes`. Nothing goes below zero.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from ecommerce.domain.pricing.basket import Basket
from ecommerce.domain.pricing.benefits import Offer, carry_out, percent_of, work_out
from ecommerce.domain.pricing.conditions import unmet
from ecommerce.domain.pricing.promotion import FreeShipping, Level
from ecommerce.domain.pricing.snapshot import (
    Breakdown,
    Candidate,
    Considered,
    LineBreakdown,
    Shipping,
    Snapshot,
)
from ecommerce.domain.pricing.taxes import taxes_of, taxes_of_lines

# Kept on every order with the input, so that it can be priced again to the same minor unit.
ENGINE = "1"


def price(snapshot: Snapshot) -> Breakdown:
    """Price a canonical snapshot. Deterministic, without I/O, linear in lines times promotions."""
    return price_goods(snapshot).ship(snapshot.shipping)


@dataclass(frozen=True, slots=True)
class PricedGoods:
    """Lines and order are priced; shipping options can be tried one after the other."""

    snapshot: Snapshot
    gross: tuple[int, ...]
    discounts: tuple[int, ...]
    considered: tuple[Considered, ...]

    @property
    def worth(self) -> int:
        """What the goods cost after their discounts, in minor units, without tax that is on top."""
        return sum(self.gross) - sum(self.discounts)

    def shipping_price(self, shipping: Shipping) -> int:
        """What this shipping would cost after its promotions."""
        return shipping.price - sum(each.discount for each in self._about(shipping))

    def ship(self, shipping: Shipping | None) -> Breakdown:
        """The whole breakdown, with this shipping or while the destination isn't known."""
        snapshot = self.snapshot
        included = snapshot.tax_included
        totals = [gross - discount for gross, discount in zip(self.gross, self.discounts, strict=True)]
        taxes = taxes_of_lines(totals, [line.taxes for line in snapshot.lines], included, snapshot.rounding)
        lines = tuple(
            LineBreakdown(line.key, discount, total, tax)
            for line, discount, total, tax in zip(snapshot.lines, self.discounts, totals, taxes, strict=True)
        )
        about_shipping = self._about(shipping)
        shipping_discount = sum(each.discount for each in about_shipping)
        cost = shipping.price - shipping_discount if shipping else 0
        shipping_taxes = taxes_of(cost, shipping.taxes, included) if shipping else ()
        tax = sum(line.tax for line in lines) + sum(each.amount for each in shipping_taxes)
        return Breakdown(
            lines=lines,
            considered=self.considered + about_shipping,
            subtotal=sum(self.gross),
            discount=sum(self.discounts),
            shipping=cost,
            shipping_discount=shipping_discount,
            shipping_taxes=shipping_taxes,
            tax=tax,
            total=self.worth + cost + (0 if included else tax),
        )

    def _about(self, shipping: Shipping | None) -> tuple[Considered, ...]:
        turns = _Turns(self.snapshot, sum(self.gross), list(self.considered))
        left = shipping.price if shipping else 0

        def offer(candidate: Candidate) -> Offer:
            benefit = candidate.promotion.benefit
            meant = isinstance(benefit, FreeShipping) and shipping is not None
            if not meant or (benefit.methods and shipping.method not in benefit.methods):
                return Offer([0])
            return Offer([percent_of(left, benefit.ppm)])

        for rivals in turns.at(Level.SHIPPING):
            left -= turns.settle(rivals, offer).discount
        return tuple(replace(each, parts=()) for each in turns.considered[len(self.considered) :])


def price_goods(snapshot: Snapshot) -> PricedGoods:
    """Everything before shipping. Expects a canonical snapshot."""
    basket = Basket(snapshot.lines)
    turns = _Turns(snapshot, sum(basket.gross))
    for level in (Level.LINE, Level.ORDER):
        for rivals in turns.at(level):
            best = turns.settle(
                rivals, lambda each: work_out(basket, each.promotion.benefit, snapshot.currency)
            )
            if best.discount:
                carry_out(best, basket)
    return PricedGoods(
        snapshot=snapshot,
        gross=tuple(basket.gross),
        discounts=tuple(gross - basket.left(index) for index, gross in enumerate(basket.gross)),
        considered=tuple(turns.considered),
    )


@dataclass(slots=True)
class _Turns:
    """Who takes a turn when, and what became of each."""

    snapshot: Snapshot
    subtotal: int
    considered: list[Considered] = field(default_factory=list)

    def at(self, level: Level) -> Iterable[list[Candidate]]:
        """Those of a level, rivals together, in their order."""
        turns: dict[object, list[Candidate]] = {}
        mine = [each for each in self.snapshot.candidates if each.promotion.level is level]
        for candidate in sorted(mine, key=lambda each: (each.promotion.priority, each.promotion.id)):
            group = candidate.promotion.group
            turns.setdefault(candidate.promotion.id if group is None else (group,), []).append(candidate)
        return turns.values()

    def settle(self, rivals: list[Candidate], offer: Callable[[Candidate], Offer]) -> Offer:
        """The best of the rivals applies; returns its offer, or one of nothing."""
        nothing = Offer([])
        best, winner = nothing, -1
        told: list[Considered] = []
        closed, taken = self._closed()
        for index, candidate in enumerate(rivals):
            promotion = candidate.promotion
            reason = candidate.refused or unmet(promotion, self.snapshot, self.subtotal)
            if reason is None and (closed or (promotion.alone and taken)):
                reason = "not-combinable"
            made = nothing if reason else offer(candidate)
            if reason is None and not made.discount:
                reason = "nothing-to-discount"
            elif candidate.budget_left is not None and made.discount > candidate.budget_left:
                reason = "budget-exhausted"
            elif reason is None and made.discount > best.discount:
                best, winner = made, index
            told.append(Considered(promotion, reason=reason))
        for index, each in enumerate(told):
            if index == winner:
                told[index] = replace(each, discount=best.discount, parts=tuple(best.parts))
            elif each.reason is None:
                told[index] = replace(each, reason="outdone")
        self.considered += told
        return best

    def _closed(self) -> tuple[bool, bool]:
        """Whether one that stands alone has applied, and whether any has."""
        applied = [each.promotion for each in self.considered if each.applied]
        return any(promotion.alone for promotion in applied), bool(applied)
