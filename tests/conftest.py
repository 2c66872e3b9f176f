"""Fixtures for every test: real servers, started once a process; a fresh migrated database a test."""

import asyncio
import json
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from ecommerce.adapters.embedded.postgres import UNSAFE_BUT_QUICK, EmbeddedPostgres
from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.examiner import PgInvariants
from ecommerce.application.shared.care import Verdict
from ecommerce.domain.pricing.versions import reprice
from ecommerce.entrypoints.bootstrap import migrations

# Below those that outgoing connections are given: one of them can't be taken between our look and its use.
PORTS = range(24_000, 32_000)
MEMORY, PLENTY = Path("/dev/shm"), 8 << 30


def free_port(neighbours: int = 0) -> int:
    """A port that nobody has, by chance; so many after it are free, too."""
    while True:
        port = secrets.choice(PORTS)
        if all(_is_free(each) for each in range(port, port + neighbours + 1)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


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

    async def create(self, name: str) -> None:
        """A database from the template. Its files are copied: a sixth of the cost of writing its pages."""
        await self.run(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY")

    async def run(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where there is plenty: a database is 500 files, and making one takes half as long there."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > PLENTY:
        with TemporaryDirectory(dir=MEMORY, prefix="shop-tests-") as folder:
            yield Path(folder)
    else:
        yield tmp_path_factory.mktemp("postgres")


@pytest.fixture(scope="session")
def postgres_server(postgres_folder: Path) -> Iterator[PostgresServer]:
    server = EmbeddedPostgres(
        postgres_folder, port=free_port(), password=secrets.token_hex(8), options=UNSAFE_BUT_QUICK
    )
    server.start()
    try:
        prepared = PostgresServer(server.url, "shop_template")
        asyncio.run(prepared.run("CREATE DATABASE shop_template"))
        migrations.upgrade(prepared.database_url("shop_template"))
        yield prepared
    finally:
        server.erase()


class SpareDatabases:
    """The next test's database is made while this one runs, and this one's dropped while the next one does.

    Both mean a checkpoint of the server: tests would wait for it longer than for all they do themselves.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._beside = ThreadPoolExecutor(2, thread_name_prefix="databases")
        self._dropped: list[Future[None]] = []
        self._next = self._beside.submit(self._make)

    def _make(self) -> str:
        name = f"shop_{secrets.token_hex(6)}"
        asyncio.run(self._server.create(name))
        return name

    async def take(self) -> str:
        name = await asyncio.wrap_future(self._next)
        self._next = self._beside.submit(self._make)
        return name

    def give_back(self, name: str) -> None:
        dropping = self._server.run(f"DROP DATABASE {name} WITH (FORCE)")
        self._dropped.append(self._beside.submit(asyncio.run, dropping))

    def close(self) -> None:
        self._beside.shutdown()
        for dropped in self._dropped:
            dropped.result()


@pytest.fixture(scope="session")
def spare_databases(postgres_server: PostgresServer) -> Iterator[SpareDatabases]:
    spare = SpareDatabases(postgres_server)
    yield spare
    spare.close()


async def broken_invariants(url: str) -> list[Verdict]:
    """What isn't true of the data any more, though it must always be."""
    database = Database(url, Bounds(pool_size=1))
    await database.open()
    try:
        return [verdict for verdict in await PgInvariants(database).check() if verdict.violations]
    finally:
        await database.close()


async def differently_priced(url: str) -> list[str]:
    """Orders that would cost something else if their input were priced again, which must never be."""
    connection = await asyncpg.connect(url)
    try:
        orders = await connection.fetch(
            "SELECT number, pricing_engine, pricing_input::text AS input,"
            " subtotal, discount, shipping, tax, total"
            " FROM sales_order WHERE pricing_input <> '{}'"
        )
    finally:
        await connection.close()
    return [order["number"] for order in orders if not _is_priced_alike(order)]


def _is_priced_alike(order: asyncpg.Record) -> bool:
    again = reprice(order["pricing_engine"], json.loads(order["input"]))
    sums = ("subtotal", "discount", "shipping", "tax", "total")
    return all(getattr(again, each) == order[each] for each in sums)


@pytest.fixture
async def database_url(
    postgres_server: PostgresServer, spare_databases: SpareDatabases, request: pytest.FixtureRequest
) -> AsyncIterator[str]:
    """The URL of a migrated, empty database that only this test has.

    At the end every invariant holds, and every order priced again comes to the same.

    A test that writes what can't be on purpose says so: `@pytest.mark.breaks_invariants("name", ...)`.
    """
    name = await spare_databases.take()
    url = postgres_server.database_url(name)
    yield url
    broken = await broken_invariants(url)
    repriced = await differently_priced(url)
    spare_databases.give_back(name)
    marker = request.node.get_closest_marker("breaks_invariants")
    meant = marker.args if marker else ()
    unexpected = [verdict for verdict in broken if verdict.invariant not in meant]
    assert not unexpected, unexpected
    assert not repriced, repriced


def redis_of_its_own(server: EmbeddedValkey, number: int) -> str:
    """The URL of another database of the server.

    The first one is every test's in turn: a worker that stays would take the jobs of those that follow.
    """
    return server.url.rsplit("/", 1)[0] + f"/{number}"


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(
        tmp_path_factory.mktemp("valkey"), port=free_port(), password=secrets.token_hex(8)
    ) as server:
        yield server
