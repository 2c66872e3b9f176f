"""What promotions give, as staff write it down: one struct for each kind, told apart by `kind`."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, TypeAlias

import msgspec

from ecommerce.application.pricing.goods import Goods
from ecommerce.domain.pricing import promotion as domain
from ecommerce.domain.pricing.validation import MAX_PARTS, MAX_TIERS, MAX_UNITS, MAX_UNITS_OF_A_LINE
from ecommerce.domain.shared.money import MAX_AMOUNT

Ppm: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=domain.WHOLE, examples=[100_000])]
Units: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=MAX_UNITS_OF_A_LINE, examples=[2])]
Times: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=MAX_UNITS)] | None


class Sum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money in minor units."""

    amount: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}(?![\s\S])", examples=["USD"])]


Sums: TypeAlias = Annotated[list[Sum], msgspec.Meta(max_length=200)]
SomeSums: TypeAlias = Annotated[list[Sum], msgspec.Meta(min_length=1, max_length=200)]


def by_currency(sums: Sequence[Sum]) -> dict[str, int]:
    return {each.currency: each.amount for each in sums}


class BenefitDefinition(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """`goods` and `sums` tell what is named where in it, by pointer."""

    def goods(self) -> Iterator[tuple[str, Goods]]:
        yield from ()

    def sums(self) -> Iterator[tuple[str, Sequence[Sum]]]:
        yield from ()


class Percentage(BenefitDefinition, frozen=True, kw_only=True, tag="percentage"):
    """`ppm` millionths off what remains (100,000 are 10 %), or (`of_list_price`) off the price before any
    discount. `order`: after all that is off lines.
    """

    ppm: Ppm
    target: Goods = msgspec.field(default_factory=Goods)
    level: Literal["line", "order"] = "line"
    of_list_price: bool = False

    def goods(self) -> Iterator[tuple[str, Goods]]:
        yield "/target", self.target

    def compile(self) -> domain.Benefit:
        return domain.Percentage(
            ppm=self.ppm,
            target=self.target.target(),
            level=_level(self.level),
            of_list_price=self.of_list_price,
        )


class AmountOff(BenefitDefinition, frozen=True, kw_only=True, tag="amount"):
    """A sum off all of the target together, or (`per_unit`) off each unit, in the named currencies."""

    amounts: SomeSums
    target: Goods = msgspec.field(default_factory=Goods)
    level: Literal["line", "order"] = "line"
    per_unit: bool = False

    def goods(self) -> Iterator[tuple[str, Goods]]:
        yield "/target", self.target

    def sums(self) -> Iterator[tuple[str, Sequence[Sum]]]:
        yield "/amounts", self.amounts

    def compile(self) -> domain.Benefit:
        return domain.AmountOff(
            amounts=by_currency(self.amounts),
            target=self.target.target(),
            level=_level(self.level),
            per_unit=self.per_unit,
        )


class FixedPrice(BenefitDefinition, frozen=True, kw_only=True, tag="fixed-price"):
    """Each unit of the target costs this much, where it would cost more."""

    prices: SomeSums
    target: Goods = msgspec.field(default_factory=Goods)

    def goods(self) -> Iterator[tuple[str, Goods]]:
        yield "/target", self.target

    def sums(self) -> Iterator[tuple[str, Sequence[Sum]]]:
        yield "/prices", self.prices

    def compile(self) -> domain.Benefit:
        return domain.FixedPrice(prices=by_currency(self.prices), target=self.target.target())


class BuyXGetY(BenefitDefinition, frozen=True, kw_only=True, tag="buy-x-get-y"):
    """For every `buy_quantity` units that are bought, `get_quantity` others (the cheapest) are `ppm` cheaper,
    `times` at the most.
    """

    buy_quantity: Units
    get_quantity: Units = 1
    buy: Goods = msgspec.field(default_factory=Goods)
    get: Goods = msgspec.field(default_factory=Goods)
    ppm: Ppm = domain.WHOLE
    times: Times = None

    def goods(self) -> Iterator[tuple[str, Goods]]:
        yield "/buy", self.buy
        yield "/get", self.get

    def compile(self) -> domain.Benefit:
        return domain.BuyXGetY(
            buy_quantity=self.buy_quantity,
            get_quantity=self.get_quantity,
            buy=self.buy.target(),
            get=self.get.target(),
            ppm=self.ppm,
            times=self.times,
        )


class TierDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From so many units on, this much off."""

    quantity: Annotated[int, msgspec.Meta(ge=1, le=MAX_UNITS, examples=[3])]
    ppm: Ppm


class Tiers(BenefitDefinition, frozen=True, kw_only=True, tag="tiers"):
    """A percentage that grows with the number of the target's units."""

    tiers: Annotated[list[TierDefinition], msgspec.Meta(min_length=1, max_length=MAX_TIERS)]
    target: Goods = msgspec.field(default_factory=Goods)

    def goods(self) -> Iterator[tuple[str, Goods]]:
        yield "/target", self.target

    def compile(self) -> domain.Benefit:
        tiers = tuple(domain.Tier(each.quantity, each.ppm) for each in self.tiers)
        return domain.Tiers(tiers=tiers, target=self.target.target())


class PartDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    quantity: Units = 1
    target: Goods = msgspec.field(default_factory=Goods)


class Bundle(BenefitDefinition, frozen=True, kw_only=True, tag="bundle"):
    """All parts together cost a price, as often as they are in the cart (`times` at the most)."""

    parts: Annotated[list[PartDefinition], msgspec.Meta(min_length=1, max_length=MAX_PARTS)]
    prices: SomeSums
    times: Times = None

    def goods(self) -> Iterator[tuple[str, Goods]]:
        for index, part in enumerate(self.parts):
            yield f"/parts/{index}/target", part.target

    def sums(self) -> Iterator[tuple[str, Sequence[Sum]]]:
        yield "/prices", self.prices

    def compile(self) -> domain.Benefit:
        return domain.Bundle(
            parts=tuple(domain.Part(each.target.target(), each.quantity) for each in self.parts),
            prices=by_currency(self.prices),
            times=self.times,
        )


class FreeShipping(BenefitDefinition, frozen=True, kw_only=True, tag="free-shipping"):
    """`ppm` off the price of shipping: all of it, unless said otherwise. `methods`: by these, or by any."""

    methods: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=100)]], msgspec.Meta(max_length=100)
    ] = []
    ppm: Ppm = domain.WHOLE

    def compile(self) -> domain.Benefit:
        return domain.FreeShipping(methods=frozenset(self.methods), ppm=self.ppm)


AnyBenefit: TypeAlias = Percentage | AmountOff | FixedPrice | BuyXGetY | Tiers | Bundle | FreeShipping


def _level(name: Literal["line", "order"]) -> domain.Level:
    return domain.Level.ORDER if name == "order" else domain.Level.LINE
