"""The pricing engine: one pure function from a snapshot to a breakdown that explains itself.

unit price -> line promotions -> order promotions -> shipping -> shipping promotions -> tax. The result does
not depend on the order of lines, coupons or promotions. Each promotion's discount is rounded once, half up,
and split over its lines by the largest remainder; taxes are rounded in `taxes`. Nothing goes below zero.
"""

from dataclasses import dataclass, field

from ecommerce.domain.pricing.basket import Basket
from ecommerce.domain.pricing.benefits import Goods
from ecommerce.domain.pricing.freight import Freight
from ecommerce.domain.pricing.promotion import Level
from ecommerce.domain.pricing.snapshot import Breakdown, Considered, LineBreakdown, Shipping, Snapshot
from ecommerce.domain.pricing.taxes import taxes_of, taxes_of_lines
from ecommerce.domain.pricing.turns import Turns

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
    turns: Turns = field(repr=False, compare=False)

    @property
    def worth(self) -> int:
        """What the goods cost after their discounts, in minor units, without tax that is on top."""
        return sum(self.gross) - sum(self.discounts)

    def shipping_price(self, shipping: Shipping) -> int:
        """What this shipping would cost after its promotions."""
        return self._send(shipping)[0]

    def ship(self, shipping: Shipping | None) -> Breakdown:
        """The whole breakdown, with this shipping or while the destination isn't known."""
        snapshot, included = self.snapshot, self.snapshot.tax_included
        totals = [gross - discount for gross, discount in zip(self.gross, self.discounts, strict=True)]
        taxes = taxes_of_lines(totals, [line.taxes for line in snapshot.lines], included, snapshot.rounding)
        keys = [line.key for line in snapshot.lines]
        lines = tuple(map(LineBreakdown, keys, self.discounts, totals, taxes))
        cost, about_shipping = self._send(shipping)
        shipping_taxes = taxes_of(cost, shipping.taxes, included) if shipping else ()
        tax = sum([each.amount for group in (*taxes, shipping_taxes) for each in group])
        return Breakdown(
            lines=lines,
            considered=(*self.considered, *about_shipping),
            subtotal=sum(self.gross),
            discount=sum(self.discounts),
            shipping=cost,
            shipping_discount=shipping.price - cost if shipping else 0,
            shipping_taxes=shipping_taxes,
            tax=tax,
            total=self.worth + cost + (0 if included else tax),
        )

    def _send(self, shipping: Shipping | None) -> tuple[int, list[Considered]]:
        """What is left of the shipping price, and what became of its promotions."""
        freight, turns = Freight(shipping), self.turns.then()
        turns.play(Level.SHIPPING, freight)
        return freight.left, turns.considered


def price_goods(snapshot: Snapshot) -> PricedGoods:
    """Everything before shipping. Expects a canonical snapshot."""
    basket = Basket(snapshot.lines)
    goods, turns = Goods(basket, snapshot.currency), Turns.of(snapshot, basket)
    for level in (Level.LINE, Level.ORDER):
        turns.play(level, goods)
    return PricedGoods(
        snapshot=snapshot,
        gross=tuple(basket.gross),
        discounts=tuple([gross - left for gross, left in zip(basket.gross, basket.left, strict=True)]),
        considered=tuple(turns.considered),
        turns=turns,
    )
