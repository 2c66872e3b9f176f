"""A shop that runs in the background: open it, close it, tell how it is."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ecommerce.adapters.embedded.process import end
from ecommerce.entrypoints.bootstrap.local_shop.failures import CannotOpen
from ecommerce.entrypoints.bootstrap.local_shop.folder import Folder, Started
from ecommerce.entrypoints.bootstrap.local_shop.probes import answers, listens

_GLANCE = 0.05
_CLOSES_WITHIN = 20.0


def open_in_background(
    path: Path, argv: Sequence[str], say: Callable[[str], None]
) -> subprocess.Popen[bytes]:
    """Start `argv` (an `ecommerce up`) on its own and pass on what it says until the shop is open.

    The process outlives us. Raises `CannotOpen` when it ends instead; why is among what it said.
    """
    folder = Folder(path)
    folder.make()
    log = folder.log("up")
    with log.open("ab") as output:
        heard = output.tell()
        shop = subprocess.Popen(  # noqa: S603  # our own argv
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    while True:
        ended = shop.poll() is not None
        published = folder.published()
        with log.open("rb") as file:
            file.seek(heard)
            news = file.read()
        complete = news if ended else news[: news.rfind(b"\n") + 1]
        heard += len(complete)
        if complete:
            say(complete.decode(errors="replace").rstrip("\n"))
        if published and published["pids"]["supervisor"] == shop.pid:
            return shop
        if ended:
            raise CannotOpen(f"the shop did not open (exit code {shop.returncode}), see {log}")
        time.sleep(_GLANCE)


def close(path: Path) -> bool:
    """Close the shop and end whatever a killed one has left. False where there was nothing to do."""
    folder = Folder(path)
    holder = folder.holder()
    supervisor = holder.alive() if holder else None
    if supervisor is not None:
        end([supervisor], lambda _: signal.SIGTERM, _CLOSES_WITHIN)
    swept = folder.sweep()
    folder.withdraw()
    return supervisor is not None or swept > 0


@dataclass(frozen=True, slots=True)
class PartStatus:
    name: str
    pid: int
    since: str
    healthy: bool


@dataclass(frozen=True, slots=True)
class ShopStatus:
    """`healthy`: it is open, and every part of it answers."""

    running: bool
    healthy: bool
    since: str | None
    api: str | None
    sandbox: str | None
    parts: tuple[PartStatus, ...]

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def status(path: Path) -> ShopStatus:
    folder = Folder(path)
    holder, published = folder.holder(), folder.published()
    parts = tuple(
        PartStatus(one.name, one.pid, _since(one), one.alive() is not None and _answers(one.name, published))
        for one in folder.noted()
    )
    return ShopStatus(
        running=holder is not None,
        healthy=published is not None and all(part.healthy for part in parts),
        since=_since(holder) if holder else None,
        api=published["api"] if published else None,
        sandbox=published["sandbox"] if published else None,
        parts=parts if holder else (),
    )


def up_again(arguments: Sequence[str]) -> list[str]:
    """The command that opens the shop in the foreground."""
    return [sys.executable, "-P", "-m", "ecommerce", "up", *arguments]


def _since(one: Started) -> str:
    return datetime.fromtimestamp(one.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _answers(name: str, published: dict[str, Any] | None) -> bool:
    if published is None:
        return False
    match name:
        case "api":
            return answers(f"{published['api']}/ready")
        case "sandbox":
            return answers(f"{published['sandbox']}/_control/state", published["sandbox_token"])
        case "postgres":
            return listens(urlsplit(published["database_url"]))
        case "valkey":
            return listens(urlsplit(published["redis_url"]))
        case _:
            return True
