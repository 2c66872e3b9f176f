"""Price lists: what staff define, and the prices in them."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.pricing.price_list_prices import PgPriceListPrices
from ecommerce.adapters.postgres.records import PgRecords
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.pricing.edit_price_lists import PriceListEditor, StoreMoney
from ecommerce.application.pricing.ports import PriceListPrices
from ecommerce.application.pricing.price_lists import PriceListDefinition
from ecommerce.application.shared.records import Records
from ecommerce.entrypoints.bootstrap.settings import Settings


class PriceListProvider(Provider):
    scope = Scope.REQUEST

    @provide(scope=Scope.APP)
    def store(self, settings: Settings) -> StoreMoney:
        return StoreMoney(settings.store.currencies, settings.store.time_zone)

    @provide
    def lists(self, database: Database, uow: PgUnitOfWork) -> Records[PriceListDefinition]:
        return PgRecords(database, uow, PriceListDefinition, "price_list")

    @provide
    def prices(self, database: Database, uow: PgUnitOfWork) -> PriceListPrices:
        return PgPriceListPrices(database, uow)

    editor = provide(PriceListEditor)
