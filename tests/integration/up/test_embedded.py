"""The embedded servers by themselves, as tests and `ecommerce up` use them."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from redis import Redis

from ecommerce.adapters.embedded.postgres import UNSAFE_BUT_QUICK, EmbeddedPostgres
from ecommerce.adapters.embedded.process import ServerFailed
from ecommerce.adapters.embedded.valkey import EmbeddedValkey


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str, sql: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(run())


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(
        tmp_path / "postgres", port=free_port(), password="of-no-use", options=UNSAFE_BUT_QUICK
    )
    yield server
    server.erase()


def test_postgres_knows_letters_of_all_languages_and_survives_kills(postgres: EmbeddedPostgres) -> None:
    postgres.options["synchronous_commit"] = "on"
    with postgres:
        ask(postgres.url, "CREATE EXTENSION pg_trgm")
        assert ask(postgres.url, "SELECT lower('ÄЯ') || cardinality(show_trgm('Яблоко'))") == "äя7"
        assert ask(postgres.url, "SHOW timezone") == "UTC"
        assert ask(postgres.url, "SHOW full_page_writes") == "off"
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(postgres.url.replace(postgres.password, "guessed"), "SELECT 1")
        ask(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert postgres.process is not None
        os.kill(postgres.process.pid, signal.SIGKILL)
        postgres.process.wait()
        postgres.start()
        assert ask(postgres.url, "SELECT answer FROM kept") == 42


def test_a_second_supervisor_ends_the_orphan_of_the_first(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    orphan = postgres.process
    assert orphan is not None
    heir = EmbeddedPostgres(postgres.data_dir, port=free_port(), password=postgres.password)

    with heir:
        assert orphan.wait(5) == 0
        assert ask(heir.url, "SELECT 1") == 1


def test_postgres_listens_on_loopback_only_and_leaves_nothing(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    assert postgres.process is not None
    root = psutil.Process(postgres.process.pid)
    family = [root, *root.children(recursive=True)]
    addresses = {each.laddr[0] for each in root.net_connections("tcp") if each.status == psutil.CONN_LISTEN}

    postgres.stop()

    assert addresses == {"127.0.0.1"}
    assert psutil.wait_procs(family, 3)[1] == []


def test_a_taken_port_tells_why_postgres_does_not_start(postgres: EmbeddedPostgres) -> None:
    with (
        socket.create_server(("127.0.0.1", postgres.port)),
        pytest.raises(ServerFailed, match="Address already in use"),
    ):
        postgres.start()


def test_valkey_keeps_what_it_was_told_and_asks_for_a_password(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / "valkey", port=free_port(), password="a-password")
    with server, Redis.from_url(server.url) as client:
        client.set("kept", "yes")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert (tmp_path / "valkey" / "valkey.conf").stat().st_mode & 0o777 == 0o600
    with server, Redis.from_url(server.url) as client:
        assert client.get("kept") == b"yes"
        orphan = server.process
        assert orphan is not None
        heir = EmbeddedValkey(tmp_path / "valkey", port=free_port(), password="a-password")
        with heir, Redis.from_url(heir.url) as other:
            assert orphan.wait(5) == 0
            assert other.get("kept") == b"yes"
