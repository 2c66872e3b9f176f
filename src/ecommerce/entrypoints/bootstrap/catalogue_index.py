"""The read model as a whole, for the command line: with a database that takes its time."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from ecommerce.adapters.postgres.catalog.documents.rebuild_all import PgCatalogueIndex
from ecommerce.adapters.postgres.database import Database
from ecommerce.application.catalog.products import CatalogueIndex
from ecommerce.entrypoints.bootstrap.seeding import PATIENT
from ecommerce.entrypoints.bootstrap.settings import load


@asynccontextmanager
async def patient_index(environment: Mapping[str, str]) -> AsyncIterator[CatalogueIndex]:
    database = Database(load(environment).database.url, PATIENT)
    await database.open()
    try:
        yield PgCatalogueIndex(database)
    finally:
        await database.close()
