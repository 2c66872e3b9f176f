"""Writes a migration from the difference between the tables in the code and the migrations so far.

python scripts/migration.py "add gift cards"

A database of its own is started for it, brought up to date, compared, and thrown away.
"""

import re
import secrets
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from ecommerce.adapters.embedded.postgres import UNSAFE_BUT_QUICK, EmbeddedPostgres
from ecommerce.entrypoints.bootstrap import migrations

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ROOT / "migrations" / "versions"


def main() -> None:
    message = " ".join(sys.argv[1:]).strip()
    if not message:
        sys.exit('what does it do? make migration m="add gift cards"')
    before = set(VERSIONS.glob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(
            Path(folder), port=free_port(), password=secrets.token_hex(8), options=UNSAFE_BUT_QUICK
        )
        server.start()
        try:
            migrations.upgrade(server.url)
            migrations.revision(server.url, message, next_number(before))
        finally:
            server.erase()
    (written,) = set(VERSIONS.glob("*.py")) - before
    ruff = Path(sys.executable).with_name("ruff")
    for arguments in (["check", "--quiet", "--fix"], ["format", "--quiet"]):
        subprocess.run([ruff, *arguments, written], check=True)
    print(f"{written.relative_to(ROOT)}: read it, mend it, then `make check`")


def next_number(scripts: set[Path]) -> str:
    """Revisions are numbered; two branches that took the same number collide in review, not in production."""
    numbers = [int(found[0]) for each in scripts if (found := re.match(r"\d+", each.name))]
    return f"{max(numbers, default=0) + 1:04}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
