"""The catalogue as it is read, and the images in it."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.media.folder import FolderMedia
from ecommerce.adapters.postgres.catalog.base_prices import PgBasePrices
from ecommerce.adapters.postgres.catalog.documents.rebuild import PgProductDocuments
from ecommerce.adapters.postgres.catalog.documents.rebuild_all import PgCatalogueIndex
from ecommerce.adapters.postgres.catalog.reads.categories import PgCategoryQueries
from ecommerce.adapters.postgres.catalog.reads.products import PgProductQueries
from ecommerce.adapters.postgres.catalog.reads.render import Renderer
from ecommerce.adapters.postgres.catalog.reads.suggestions import PgSuggestions
from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.catalog.base_prices import BasePrices, SetBasePricesHandler
from ecommerce.application.catalog.media import MediaStore
from ecommerce.application.catalog.products import (
    CatalogueIndex,
    CategoryQueries,
    ProductDocuments,
    ProductQueries,
    Suggestions,
)
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.settings import Settings


class CatalogProvider(Provider):
    scope = Scope.APP

    @provide
    def products(self, database: Database, settings: Settings) -> ProductQueries:
        return PgProductQueries(database, Renderer(settings.base_url, settings.store.tax_included))

    @provide
    def categories(self, database: Database) -> CategoryQueries:
        return PgCategoryQueries(database)

    @provide
    def suggestions(self, database: Database) -> Suggestions:
        return PgSuggestions(database)

    @provide
    def index(self, database: Database) -> CatalogueIndex:
        return PgCatalogueIndex(database)

    @provide
    def media(self) -> MediaStore:
        return FolderMedia(kept.data_dir() / "media")

    @provide(scope=Scope.REQUEST)
    def documents(self, uow: PgUnitOfWork) -> ProductDocuments:
        return PgProductDocuments(uow)

    @provide(scope=Scope.REQUEST)
    def base_prices(self, database: Database, uow: PgUnitOfWork) -> BasePrices:
        return PgBasePrices(database, uow)

    @provide(scope=Scope.REQUEST)
    def set_prices(
        self,
        uow: UnitOfWork,
        prices: BasePrices,
        documents: ProductDocuments,
        audit: AuditLog,
        settings: Settings,
    ) -> SetBasePricesHandler:
        return SetBasePricesHandler(uow, prices, documents, audit, settings.store.currencies)
