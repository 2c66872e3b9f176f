"""Where which taxes hold, and how goods get there, as staff keep it."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.contact.places import IsoPlaces
from ecommerce.adapters.contact.vat_numbers import StdnumVatNumbers
from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.records import PgRecords
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.contracts import VatNumbers
from ecommerce.application.pricing.ports import IsoCodes
from ecommerce.application.pricing.shipping_zones import ShippingZoneDefinition, ShippingZoneEditor
from ecommerce.application.pricing.tax_zones import TaxZoneDefinition, TaxZoneEditor
from ecommerce.application.shared.records import Desk, Records


class ZoneProvider(Provider):
    scope = Scope.REQUEST

    @provide(scope=Scope.APP)
    def codes(self) -> IsoCodes:
        return IsoPlaces()

    @provide(scope=Scope.APP)
    def vat_numbers(self) -> VatNumbers:
        return StdnumVatNumbers()

    @provide
    def tax_zones(self, database: Database, uow: PgUnitOfWork) -> Records[TaxZoneDefinition]:
        return PgRecords(database, uow, TaxZoneDefinition, "tax_zone")

    @provide
    def shipping_zones(self, database: Database, uow: PgUnitOfWork) -> Records[ShippingZoneDefinition]:
        return PgRecords(database, uow, ShippingZoneDefinition, "shipping_zone")

    @provide
    def edit_tax_zones(self, desk: Desk, zones: Records[TaxZoneDefinition], codes: IsoCodes) -> TaxZoneEditor:
        return TaxZoneEditor(desk, zones, codes)

    @provide
    def edit_shipping_zones(
        self, desk: Desk, zones: Records[ShippingZoneDefinition], codes: IsoCodes
    ) -> ShippingZoneEditor:
        return ShippingZoneEditor(desk, zones, codes)
