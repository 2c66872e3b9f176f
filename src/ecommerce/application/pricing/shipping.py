"""Shipping by the zones that staff keep."""

from ecommerce.application.pricing.contracts import Days, ShippingOption
from ecommerce.application.pricing.drawn import DrawnZones
from ecommerce.application.pricing.ports import Parcel, Rulebooks, ShippingRates
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.area import Place


class TableShipping:
    """`without_zones` holds as long as the store has no shipping zone at all.

    Where there are zones, but none holds a place, nothing ships there.
    """

    def __init__(self, rulebooks: Rulebooks, without_zones: ShippingRates) -> None:
        self._zones = DrawnZones(rulebooks, lambda rulebook: rulebook.shipping_zones)
        self._without_zones = without_zones

    async def options(self, destination: Address, currency: str, parcel: Parcel) -> list[ShippingOption]:
        zones = await self._zones.current()
        if not zones:
            return await self._without_zones.options(destination, currency, parcel)
        zone = zones.at(Place.of(destination.country, destination.region, destination.postal_code))
        if zone is None:
            return []
        return [
            ShippingOption(method.code, method.name, price, Days(method.min_days, method.max_days))
            for method, price in zone.offers(parcel, currency)
        ]
