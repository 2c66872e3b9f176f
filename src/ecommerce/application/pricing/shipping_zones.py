"""Shipping zones, as staff keep them: how goods get where, and for how much."""

from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from ecommerce.application.pricing.areas import Areas, ZoneDefinition, ZoneEditor
from ecommerce.application.pricing.benefits import Sum
from ecommerce.application.pricing.ports import IsoCodes
from ecommerce.application.shared.faults import Faults
from ecommerce.application.shared.records import LONGEST_NAME
from ecommerce.application.shared.slug import Slug
from ecommerce.domain.pricing.shipping_zone import Measure, ShippingMethod, ShippingZone, Step
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.domain.shared.lines import one_line

# Of the fullest cart there can be (100 lines of 999 units) shipping by item still is a sum of money.
_DEAREST = 10**9
_MOST = 10**12
Grams: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Days: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=365)]
Side: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=10**6)]


class ShippingStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `start` on it costs `price`. `start` counts what the method measures: grams, minor units of the
    price's currency, or units.
    """

    price: Annotated[Sum, msgspec.Meta(examples=[{"amount": 599, "currency": "USD"}])]
    start: Annotated[int, msgspec.Meta(ge=0, le=_MOST, examples=[0])] = 0


class ShippingMethodDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code` is the option's id in carts and orders; methods alike have one code in all zones.

    For each currency `steps` begin with 0 and rise; `flat` has one, `item` asks its step's price for each
    unit. Where a currency has no price the method isn't offered. `free_from`: goods that are worth as much
    after discounts go for nothing. `max_sides_mm` are length, width and height, in any order.
    """

    code: Annotated[Slug, msgspec.Meta(examples=["standard"])]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME, examples=["Standard"])]
    measure: Annotated[Measure, msgspec.Meta(examples=["flat"])]
    steps: Annotated[tuple[ShippingStep, ...], msgspec.Meta(min_length=1, max_length=500)]
    free_from: Annotated[tuple[Sum, ...], msgspec.Meta(max_length=200)] = ()
    min_weight_grams: Annotated[Grams, msgspec.Meta(examples=[0])] = 0
    max_weight_grams: Annotated[Grams | None, msgspec.Meta(examples=[30_000])] = None
    max_sides_mm: Annotated[
        Annotated[tuple[Side, ...], msgspec.Meta(min_length=3, max_length=3)] | None,
        msgspec.Meta(examples=[[1_200, 600, 600]]),
    ] = None
    min_days: Annotated[Days, msgspec.Meta(examples=[1])] = 1
    max_days: Annotated[Days, msgspec.Meta(examples=[7])] = 7

    def compile(self) -> ShippingMethod:
        steps: dict[str, list[Step]] = {}
        for each in self.steps:
            steps.setdefault(each.price.currency, []).append(Step(each.start, each.price.amount))
        sides = self.max_sides_mm
        return ShippingMethod(
            code=self.code,
            name=self.name,
            measure=self.measure,
            steps={currency: tuple(found) for currency, found in steps.items()},
            free_from={each.currency: each.amount for each in self.free_from},
            min_weight_grams=self.min_weight_grams,
            max_weight_grams=self.max_weight_grams,
            max_sides_mm=None if sides is None else (sides[0], sides[1], sides[2]),
            min_days=self.min_days,
            max_days=self.max_days,
        )


class ShippingZoneDefinition(ZoneDefinition, frozen=True, kw_only=True):
    """Without any method nothing ships there, even where a less precise zone would."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME, examples=["Contiguous states"])]
    areas: Annotated[Areas, msgspec.Meta(examples=[[{"country": "US"}]])]
    methods: Annotated[tuple[ShippingMethodDefinition, ...], msgspec.Meta(max_length=50)] = ()

    def compile(self, zone_id: UUID) -> ShippingZone:
        return ShippingZone(
            id=str(zone_id),
            areas=tuple(area.compile() for area in self.areas),
            methods=tuple(method.compile() for method in self.methods),
        )


class ShippingZoneEditor(ZoneEditor[ShippingZoneDefinition]):
    permission = "shipping:write"
    topic = "pricing.shipping_zone"

    def rules(self, definition: ShippingZoneDefinition, faults: Faults) -> ShippingZoneDefinition:
        methods, codes = [], set[str]()
        for index, method in enumerate(definition.methods):
            at = f"/methods/{index}"
            if method.code in codes:
                faults.add("another method of this zone has this code", f"{at}/code")
            codes.add(method.code)
            methods.append(faults.note(_checked, method, self._codes, at))
        return msgspec.structs.replace(definition, methods=tuple(methods))


def _checked(method: ShippingMethodDefinition, codes: IsoCodes, at: str) -> ShippingMethodDefinition:
    faults = Faults()
    name = faults.note(one_line, method.name, LONGEST_NAME, f"{at}/name")
    steps = [
        msgspec.structs.replace(
            step, price=faults.note(_price, step.price, codes, f"{at}/steps/{index}/price")
        )
        for index, step in enumerate(method.steps)
    ]
    free_from = [
        faults.note(_sum, each, codes, f"{at}/free_from/{index}")
        for index, each in enumerate(method.free_from)
    ]
    if method.max_weight_grams is not None and method.max_weight_grams < method.min_weight_grams:
        faults.add("must not be less than min_weight_grams", f"{at}/max_weight_grams")
    if method.max_days < method.min_days:
        faults.add("must not be less than min_days", f"{at}/max_days")
    faults.settle()
    sides = method.max_sides_mm
    checked = msgspec.structs.replace(
        method,
        name=name,
        steps=tuple(steps),
        free_from=tuple(free_from),
        max_sides_mm=None if sides is None else tuple(sorted(sides, reverse=True)),
    )
    _check_prices(checked, at)
    return checked


def _check_prices(method: ShippingMethodDefinition, at: str) -> None:
    """Steps rise from 0 in each currency, and what may be free has a price."""
    faults = Faults()
    last: dict[str, int] = {}
    for index, step in enumerate(method.steps):
        before, pointer = last.get(step.price.currency), f"{at}/steps/{index}/start"
        if before is None and step.start != 0:
            faults.add(f"the first step in {step.price.currency} must begin with 0", pointer)
        elif before is not None and method.measure == "flat":
            faults.add(f"a flat price in {step.price.currency} has one step", pointer)
        elif before is not None and step.start <= before:
            faults.add("must be more than where the step before it begins", pointer)
        last[step.price.currency] = step.start
    seen: set[str] = set()
    for index, each in enumerate(method.free_from):
        pointer = f"{at}/free_from/{index}/currency"
        if each.currency not in last:
            faults.add(f"the method has no price in {each.currency}", pointer)
        elif each.currency in seen:
            faults.add(f"{each.currency} is named twice", pointer)
        seen.add(each.currency)
    faults.settle()


def _price(given: Sum, codes: IsoCodes, at: str) -> Sum:
    if given.amount > _DEAREST:
        raise InvalidValue(f"must be {_DEAREST} or less", f"{at}/amount")
    return _sum(given, codes, at)


def _sum(given: Sum, codes: IsoCodes, at: str) -> Sum:
    return msgspec.structs.replace(given, currency=codes.currency(given.currency, f"{at}/currency"))
