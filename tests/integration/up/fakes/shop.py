"""`ecommerce up` with fakes in the place of our own programs: shop.py DATA_DIR PORT [NAME=ACTION ...]."""

import json
import sys
from pathlib import Path

from ecommerce.entrypoints.bootstrap.local_shop.failures import CannotOpen
from ecommerce.entrypoints.bootstrap.local_shop.plan import Options
from ecommerce.entrypoints.bootstrap.local_shop.shop import open_shop

HERE = Path(__file__).parent


def fake(action: str) -> list[str]:
    return [sys.executable, str(HERE / "part.py"), action]


def say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    data_dir, port, *changes = sys.argv[1:]
    names = {
        "serve": "serve",
        "worker": "worker",
        "sandbox": "sandbox",
        "db upgrade": "upgrade",
        "seed": "seed",
    }
    names |= dict(change.split("=") for change in changes)
    options = Options(
        Path(data_dir),
        int(port),
        products=7,
        commands={name: fake(action) for name, action in names.items()},
        migrations=Path(data_dir).with_name("migrations"),
    )
    try:
        open_shop(options, say, lambda where: say(json.dumps(where)))
    except CannotOpen as error:
        sys.exit(f"refused: {error}")


main()
