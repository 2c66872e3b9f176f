"""Runs migrations over one asyncpg connection; the URL comes from the caller (`ecommerce db`) or the settings."""

import asyncio
import os

from advanced_alchemy.types import GUID
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from ecommerce.adapters.postgres.tables.metadata import METADATA


def render_item(kind: str, item: object, _: AutogenContext) -> str | bool:
    """Write advanced-alchemy's GUID as the plain type it is on PostgreSQL: migrations outlive libraries."""
    return "sa.Uuid()" if kind == "type" and isinstance(item, GUID) else False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        compare_type=True,
        compare_server_default=True,
        render_item=render_item,
        # Each revision is a transaction of its own, so that one can build an index concurrently.
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or os.environ["ECOMMERCE_DATABASE_URL"]
    engine = create_async_engine(
        "postgresql+asyncpg://" + url.split("://", 1)[1],
        poolclass=pool.NullPool,
        connect_args={
            "server_settings": {"lock_timeout": "4000", "application_name": "ecommerce-migrations"}
        },
    )
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(main())
