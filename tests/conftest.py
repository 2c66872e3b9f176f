"""Fixtures for every test: real servers, started once a process; a fresh migrated database a test."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from ecommerce.adapters.embedded.postgres import UNSAFE_BUT_QUICK, EmbeddedPostgres
from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from ecommerce.entrypoints.bootstrap import migrations


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True)
class PostgresServer:
    """`template` is a database with the whole schema and no rows."""

    url: str
    template: str

    def database_url(self, name: str) -> str:
        return self.url.rsplit("/", 1)[0] + f"/{name}"

    async def run(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    folder: Path = tmp_path_factory.mktemp("postgres")
    server = EmbeddedPostgres(
        folder, port=free_port(), password=secrets.token_hex(8), options=UNSAFE_BUT_QUICK
    )
    server.start()
    try:
        prepared = PostgresServer(server.url, "shop_template")
        asyncio.run(prepared.run("CREATE DATABASE shop_template"))
        migrations.upgrade(prepared.database_url("shop_template"))
        yield prepared
    finally:
        server.erase()


@pytest.fixture
async def database_url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """The URL of a migrated, empty database that only this test has."""
    name = f"shop_{secrets.token_hex(6)}"
    await postgres_server.run(f"CREATE DATABASE {name} TEMPLATE {postgres_server.template}")
    yield postgres_server.database_url(name)
    await postgres_server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(
        tmp_path_factory.mktemp("valkey"), port=free_port(), password=secrets.token_hex(8)
    ) as server:
        yield server
