"""Tax zones, as staff keep them: which rates hold where."""

from collections import defaultdict
from typing import Annotated
from uuid import UUID

import msgspec

from ecommerce.application.pricing.areas import Areas, ZoneDefinition, ZoneEditor
from ecommerce.application.shared.faults import Faults
from ecommerce.application.shared.records import LONGEST_NAME
from ecommerce.application.shared.slug import Slug
from ecommerce.domain.pricing.snapshot import TaxRate
from ecommerce.domain.pricing.tax_zone import HIGHEST, TaxZone
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.domain.shared.lines import one_line

_ALL = 1_000_000
# Ten compound ones of 100 % make a thousandfold of a price: more would not be a sum of money any more.
_MOST_OF_A_CLASS = 10


class TaxRateDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ppm` is millionths: 8.25 % is 82500. `name` is what an invoice says.

    A class may have several rates, one after the other; a `compound` one is taken of the price and the rates
    before it.
    """

    tax_class: Annotated[Slug, msgspec.Meta(examples=["standard"])]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=50, examples=["VAT"])]
    ppm: Annotated[int, msgspec.Meta(ge=0, le=_ALL, examples=[190_000])]
    compound: Annotated[bool, msgspec.Meta(examples=[False])] = False


class TaxZoneDefinition(ZoneDefinition, frozen=True, kw_only=True):
    """Goods of a class that has no rates here are taxed as `standard`, and not at all without that.

    Shipping is taxed as the class named, as the goods that are taxed highest (`highest`), or not (null).
    `reverse_charge`: who has a VAT number of the destination's country owes the tax themselves when the goods
    come from another one.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME, examples=["Germany"])]
    areas: Annotated[Areas, msgspec.Meta(examples=[[{"country": "DE"}]])]
    rates: Annotated[tuple[TaxRateDefinition, ...], msgspec.Meta(max_length=100)] = ()
    shipping_taxed_as: Annotated[Slug | None, msgspec.Meta(examples=[HIGHEST])] = None
    reverse_charge: bool = False

    def compile(self, zone_id: UUID) -> TaxZone:
        rates: dict[str, list[TaxRate]] = defaultdict(list)
        for each in self.rates:
            rates[each.tax_class].append(TaxRate(each.name, each.ppm, each.compound))
        return TaxZone(
            id=str(zone_id),
            areas=tuple(area.compile() for area in self.areas),
            rates={tax_class: tuple(found) for tax_class, found in rates.items()},
            shipping=self.shipping_taxed_as,
            reverse_charge=self.reverse_charge,
        )


class TaxZoneEditor(ZoneEditor[TaxZoneDefinition]):
    permission = "tax:write"
    topic = "pricing.tax_zone"

    def rules(self, definition: TaxZoneDefinition, faults: Faults) -> TaxZoneDefinition:
        seen: dict[str, set[str]] = {}
        rates = [
            faults.note(_checked, rate, seen, f"/rates/{index}")
            for index, rate in enumerate(definition.rates)
        ]
        if definition.shipping_taxed_as not in {None, HIGHEST, *seen}:
            faults.add("must be one of the classes that have rates here, or highest", "/shipping_taxed_as")
        return msgspec.structs.replace(definition, rates=tuple(rates))


def _checked(rate: TaxRateDefinition, seen: dict[str, set[str]], at: str) -> TaxRateDefinition:
    """`seen` has the names of the rates before this one by class."""
    before = seen.setdefault(rate.tax_class, set())
    if rate.tax_class == HIGHEST:
        raise InvalidValue("this word means the goods that are taxed highest", f"{at}/tax_class")
    name = one_line(rate.name, 50, f"{at}/name")
    if len(before) == _MOST_OF_A_CLASS:
        raise InvalidValue(f"a class has at most {_MOST_OF_A_CLASS} rates", at)
    if name in before:
        raise InvalidValue("this class has a rate of this name already", f"{at}/name")
    if rate.compound and not before:
        raise InvalidValue("there is no rate of this class before it", f"{at}/compound")
    before.add(name)
    return msgspec.structs.replace(rate, name=name)
