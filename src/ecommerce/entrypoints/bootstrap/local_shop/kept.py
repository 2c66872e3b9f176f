"""What `ecommerce up` keeps in the data folder: its ports, its secrets, and the settings made of them.

Imports nothing heavy: every command asks here for what the environment lacks.
"""

import json
import os
import secrets
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

_FILE = "env.json"
_DATA_DIR = "ECOMMERCE_DATA_DIR"
_LETTERS = string.ascii_letters + string.digits


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made once for a data folder. What they protect is on loopback only."""

    secret_key: str = field(default_factory=lambda: _random(48))
    postgres_password: str = field(default_factory=lambda: _random(32))
    valkey_password: str = field(default_factory=lambda: _random(32))
    smtp_password: str = field(default_factory=lambda: _random(24))
    sandbox_token: str = field(default_factory=lambda: _random(32))
    stripe_secret_key: str = field(default_factory=lambda: f"sk_test_{_random(32)}")
    stripe_publishable_key: str = field(default_factory=lambda: f"pk_test_{_random(32)}")
    stripe_webhook_secret: str = field(default_factory=lambda: f"whsec_{_random(32)}")
    admin_email: str = "admin@example.com"
    admin_password: str = field(default_factory=lambda: _random(20))
    customer_email: str = "customer@example.com"
    customer_password: str = field(default_factory=lambda: _random(20))


@dataclass(slots=True)
class Kept:
    """`ports` and `secrets` stay; `environment` is what the last `up` ran with."""

    ports: dict[str, int] = field(default_factory=dict)
    secrets: Secrets = field(default_factory=Secrets)
    environment: dict[str, str] = field(default_factory=dict)


def data_dir(chosen: Path | None = None) -> Path:
    """The data folder: as chosen, else as the environment says, else `.data`."""
    return (chosen or Path(os.environ.get(_DATA_DIR) or ".data")).absolute()


@contextmanager
def data_dir_is(folder: Path) -> Iterator[None]:
    """Choose the data folder as if the environment had named it, so that all parts agree."""
    before = os.environ.get(_DATA_DIR)
    os.environ[_DATA_DIR] = str(folder.absolute())
    try:
        yield
    finally:
        if before is None:
            del os.environ[_DATA_DIR]
        else:
            os.environ[_DATA_DIR] = before


def environment(chosen: Path | None = None) -> dict[str, str]:
    """The environment, and below it what `up` keeps for this data folder, if it ever ran."""
    folder = data_dir(chosen)
    return {**load(folder).environment, **_set_variables(), _DATA_DIR: str(folder)}


def users_environment() -> Mapping[str, str]:
    """What the user has set, before anything of ours."""
    return _set_variables()


def load(folder: Path) -> Kept:
    """Read what is kept. Secrets that are not there, or not yet, are made."""
    try:
        kept = json.loads((folder / _FILE).read_text())
    except FileNotFoundError:
        return Kept()
    known = {each.name for each in fields(Secrets)}
    own = {name: value for name, value in kept["secrets"].items() if name in known}
    return Kept(kept["ports"], Secrets(**own), kept["environment"])


def save(folder: Path, kept: Kept) -> None:
    write_private(folder / _FILE, asdict(kept))


def write_private(path: Path, content: object) -> None:
    """Write JSON that only its owner can read: all of it or, after a crash, none."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _set_variables() -> dict[str, str]:
    """An empty variable counts as unset, as in `settings.load`."""
    return {name: value for name, value in os.environ.items() if value or not name.startswith("ECOMMERCE_")}
