"""`ecommerce up` with fake parts: what it starts, what it does when something dies, what it leaves."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from ecommerce.adapters.embedded.placement import forget
from ecommerce.entrypoints.bootstrap.local_shop import control, kept
from ecommerce.entrypoints.bootstrap.local_shop.failures import CannotOpen
from ecommerce.entrypoints.bootstrap.settings import load

PARTS = {"supervisor", "api", "worker", "sandbox", "postgres", "valkey"}
SCRIPT = Path(__file__).parent / "fakes" / "shop.py"


def free_ports() -> int:
    """A port that is free, as is the one after it."""
    while True:
        with socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                next_one.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def eventually(holds: Callable[[], bool], within: float = 15.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


class Shop:
    """A supervisor of fakes in a process of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_ports()
        self.output = data_dir.with_name("output.txt")
        self.migrations = data_dir.with_name("migrations")
        self.migrations.mkdir(exist_ok=True)
        (self.migrations / "0001_first.py").write_text('revision = "0001"\ndown_revision = None\n')
        second = 'revision: str = "0002"\ndown_revision: str | None = "0001"\n'
        (self.migrations / "0002_second.py").write_text(second)
        self.process: subprocess.Popen[bytes] | None = None
        self.seen: set[int] = set()

    def start(self, *changes: str, **env: str) -> subprocess.Popen[bytes]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ECOMMERCE_")}
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self.command(*changes), stdout=output, stderr=output, env=inherited | env
            )
        return self.process

    def command(self, *changes: str) -> list[str]:
        return [sys.executable, str(SCRIPT), str(self.data_dir), str(self.port), *changes]

    def open(self, *changes: str, **env: str) -> dict[str, Any]:
        process = self.start(*changes, **env)
        eventually(lambda: process.poll() is not None or self.where() is not None, within=40)
        where = self.where()
        assert where is not None, self.said()
        return where

    def where(self) -> dict[str, Any] | None:
        """What up.json says, once this supervisor has written it."""
        file = self.data_dir / "up.json"
        assert self.process is not None
        if not file.exists():
            return None
        where: dict[str, Any] = json.loads(file.read_text())
        for pid in where["pids"].values():
            self.seen.update({pid, *(child.pid for child in _children(pid))})
        return where if where["pids"]["supervisor"] == self.process.pid else None

    def said(self) -> str:
        return self.output.read_text()

    def close(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def left(self) -> list[int]:
        """Processes of ours that still run."""
        return [pid for pid in self.seen if psutil.pid_exists(pid) and not _is_zombie(pid)]


def _children(pid: int) -> list[psutil.Process]:
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "data")
    yield shop
    if shop.process is not None and shop.process.poll() is None:
        shop.close()
    forget(tmp_path / "data" / "postgres")


def products(where: dict[str, Any]) -> int:
    async def count() -> int:
        connection = await asyncpg.connect(where["database_url"])
        try:
            return int(await connection.fetchval("SELECT count(*) FROM product"))
        finally:
            await connection.close()

    return asyncio.run(count())


def test_a_shop_opens_seeded_and_closes_leaving_its_data_and_no_process(shop: Shop) -> None:
    where = shop.open()

    assert set(where["pids"]) == PARTS
    assert products(where) == 7
    assert (shop.data_dir / "up.json").stat().st_mode & 0o777 == 0o600
    assert (shop.data_dir / "env.json").stat().st_mode & 0o777 == 0o600
    assert where["api"] == f"http://127.0.0.1:{shop.port}"
    assert where["sandbox"] == f"http://127.0.0.1:{shop.port + 1}"

    assert shop.close() == 0
    assert shop.left() == []
    assert not (shop.data_dir / "up.json").exists()

    again = shop.open()
    assert products(again) == 7
    assert "migrating" not in shop.said().split("closing the shop")[1]
    for same in ("database_url", "redis_url", "admin", "sandbox_token", "stripe_secret_key"):
        assert again[same] == where[same]


def test_parts_that_are_killed_come_back(shop: Shop) -> None:
    where = shop.open()
    for part in sorted(PARTS - {"supervisor"}):
        os.kill(where["pids"][part], signal.SIGKILL)
        eventually(lambda part=part: f"{part} is back" in shop.said())  # type: ignore[misc]

    now = shop.where()

    assert now is not None
    assert not {now["pids"][part] for part in PARTS - {"supervisor"}} & set(where["pids"].values())
    assert products(now) == 7
    shop.close()
    assert shop.left() == []


def test_a_killed_supervisor_takes_its_parts_along_and_the_next_one_recovers(shop: Shop) -> None:
    where = shop.open()
    os.kill(where["pids"]["supervisor"], signal.SIGKILL)
    assert shop.process is not None
    shop.process.wait()
    eventually(lambda: not set(where["pids"].values()) & set(shop.left()))

    again = shop.open()

    assert products(again) == 7
    shop.close()
    assert shop.left() == []


def test_the_next_supervisor_ends_what_did_not_notice(shop: Shop) -> None:
    where = shop.open(FAKE_STUBBORN_WORKER="1")
    os.kill(where["pids"]["supervisor"], signal.SIGKILL)
    assert shop.process is not None
    shop.process.wait()
    eventually(lambda: not psutil.pid_exists(where["pids"]["api"]))
    assert where["pids"]["worker"] in shop.left()

    shop.open()

    assert where["pids"]["worker"] not in shop.left()


@pytest.mark.parametrize("offset", [0, 1])
def test_a_taken_port_is_named(shop: Shop, offset: int) -> None:
    with socket.create_server(("127.0.0.1", shop.port + offset)):
        assert shop.start().wait(20) == 1

    assert f"port {shop.port + offset}" in shop.said()
    assert f"by process {os.getpid()}" in shop.said()


def test_two_shops_cannot_share_a_folder(shop: Shop) -> None:
    where = shop.open()
    second = Shop(shop.data_dir)
    second.output = shop.data_dir.with_name("second.txt")

    assert second.start().wait(20) == 1
    assert f"open already, by process {where['pids']['supervisor']}" in second.said()
    assert products(where) == 7


def test_a_part_that_does_not_start_closes_the_shop_and_says_why(shop: Shop) -> None:
    assert shop.start("serve=fail").wait(30) == 1

    assert "api does not start (exit code 1)" in shop.said()
    assert "this part is made to fail" in shop.said()
    assert shop.left() == []


def test_a_failing_migration_closes_the_shop_and_says_why(shop: Shop) -> None:
    assert shop.start("db upgrade=fail").wait(30) == 1

    assert "db upgrade failed (exit code 1)" in shop.said()


def test_a_second_signal_hurries(shop: Shop) -> None:
    shop.open(FAKE_STUBBORN_WORKER="1")
    assert shop.process is not None
    begun = time.monotonic()
    shop.process.send_signal(signal.SIGINT)
    eventually(lambda: "closing" in shop.said())
    shop.process.send_signal(signal.SIGINT)

    assert shop.process.wait(20) == 0
    assert time.monotonic() - begun < 3
    assert shop.left() == []


def test_status_tells_what_runs_and_down_ends_it(shop: Shop) -> None:
    assert control.status(shop.data_dir) == control.ShopStatus(False, False, None, None, None, ())
    where = shop.open()

    found = control.status(shop.data_dir)
    assert (found.running, found.healthy, found.api) == (True, True, where["api"])
    assert {part.name: part.pid for part in found.parts} | {"supervisor": where["pids"]["supervisor"]} == (
        where["pids"]
    )
    assert control.close(shop.data_dir)
    assert shop.process is not None
    assert shop.process.wait(5) == 0
    assert not control.status(shop.data_dir).running
    assert not control.close(shop.data_dir)
    assert shop.left() == []


def test_down_ends_what_a_killed_shop_left(shop: Shop) -> None:
    where = shop.open(FAKE_STUBBORN_WORKER="1")
    assert shop.process is not None
    shop.process.kill()
    shop.process.wait()
    assert (shop.data_dir / "up.json").exists()

    assert control.close(shop.data_dir)
    assert where["pids"]["worker"] not in shop.left()
    assert not (shop.data_dir / "up.json").exists()


def test_a_shop_in_the_background_passes_on_what_it_says(shop: Shop) -> None:
    said: list[str] = []
    shop.process = control.open_in_background(shop.data_dir, shop.command(), said.append)

    assert "the shop is open" in "\n".join(said)
    assert control.status(shop.data_dir).healthy
    assert control.close(shop.data_dir)
    assert shop.process.wait(5) == 0

    with pytest.raises(CannotOpen, match=r"exit code 1"):
        control.open_in_background(shop.data_dir, shop.command("worker=fail"), said.append)
    assert "this part is made to fail" in "\n".join(said)


def test_every_command_finds_what_up_keeps(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    where = shop.open()
    for name in [name for name in os.environ if name.startswith("ECOMMERCE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ECOMMERCE_BASE_URL", "http://shop.example.com")
    monkeypatch.setenv("ECOMMERCE_SMTP_URL", "")

    settings = load(kept.environment(shop.data_dir))

    assert settings.database.url == where["database_url"]
    assert settings.base_url == "http://shop.example.com"
    assert settings.mail.smtp_url.startswith("smtp://shop:")
    assert settings.rate_limits.default == 600_000_000
    assert settings.rate_limits.auth == 10
    assert settings.store.currencies == ("USD", "EUR", "GBP", "JPY")


def test_a_stubborn_part_does_not_hold_the_shop_open(shop: Shop) -> None:
    shop.open(FAKE_STUBBORN_WORKER="1")
    begun = time.monotonic()

    assert shop.close() == 0
    assert time.monotonic() - begun < 10
    assert shop.left() == []
