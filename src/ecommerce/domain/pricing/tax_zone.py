"""Tax zones: which rates hold where, by class of goods."""

from collections.abc import Mapping
from dataclasses import dataclass

from ecommerce.domain.pricing.area import Area
from ecommerce.domain.pricing.snapshot import TaxRate

# Shipping is taxed as that class among the goods that is taxed highest.
HIGHEST = "highest"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxZone:
    """`rates` in the order in which compound ones build on others. `shipping`: the class whose rates shipping
    has, `highest` for that of the goods taxed highest, None for no tax on it.

    `reverse_charge`: a business with a VAT number of the destination's country owes the tax itself, when the
    goods come from another country.
    """

    id: str
    areas: tuple[Area, ...]
    rates: Mapping[str, tuple[TaxRate, ...]]
    shipping: str | None = None
    reverse_charge: bool = False
