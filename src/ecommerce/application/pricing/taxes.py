"""Taxes by the zones that staff keep."""

from ecommerce.application.pricing.drawn import DrawnZones
from ecommerce.application.pricing.ports import Rulebooks, TaxRules, TaxTable
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.area import Place
from ecommerce.domain.pricing.vat import is_reverse_charged

REVERSE_CHARGE = "reverse-charge"
UNTAXED = TaxRules()


class TableTaxes:
    """`country` is the store's own. `without_zones` holds as long as the store has no tax zone at all.

    Where there are zones, but none holds a place, no tax is due there.
    """

    def __init__(self, rulebooks: Rulebooks, country: str, without_zones: TaxTable) -> None:
        self._zones = DrawnZones(rulebooks, lambda rulebook: rulebook.tax_zones)
        self._home = Place(country)
        self._without_zones = without_zones

    async def rules(self, destination: Address | None, vat_number: str | None = None) -> TaxRules:
        zones = await self._zones.current()
        if not zones:
            return await self._without_zones.rules(destination, vat_number)
        place = self._home
        if destination is not None:
            place = Place.of(destination.country, destination.region, destination.postal_code)
        zone = zones.at(place)
        if zone is None:
            return UNTAXED
        owed_by_buyer = zone.reverse_charge and is_reverse_charged(
            vat_number, place.country, self._home.country
        )
        return TaxRules(zone.rates, zone.shipping, REVERSE_CHARGE if owed_by_buyer else None)
