"""The demo shop: who is in it, what is in it, where its pictures lie."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ecommerce.adapters.media.folder import FolderMedia
from ecommerce.adapters.media.pictures import SIDE, drawings
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.seed.products import Picture
from ecommerce.adapters.postgres.seed.writer import Wanted, is_empty, write_shop
from ecommerce.domain.shared.kernel import Conflict
from ecommerce.entrypoints.bootstrap.settings import load

Progress = Callable[[str, int, int], None]
_AN_HOUR = 3_600.0


class ShopNotEmpty(Conflict):
    code = "shop-not-empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """How large the shop is to be. `reset` empties it first; `if_empty` leaves a shop with products alone."""

    products: int = 1_000
    orders: int = 0
    customers: int = 0
    seed: int = 42
    reset: bool = False
    if_empty: bool = False


def _silent(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


async def seed_shop(
    database: Database,
    *,
    products: int = 1_000,
    seed: int = 42,
    reset: bool = False,
    media: Path | None = None,
    progress: Progress = _silent,
) -> None:
    """Fill an empty shop, or empty it first. Without a folder for `media` no product has a picture."""
    if not reset and not await is_empty(database):
        raise ShopNotEmpty("the shop has products; --reset empties it first")
    wanted = Wanted(products=products, pictures=_pictures(media), seed=seed, reset=reset)
    await write_shop(database, wanted, progress)


def _pictures(folder: Path | None) -> list[Picture]:
    store = FolderMedia(folder) if folder else None
    names = [store.keep(drawing, "png") for drawing in drawings()] if store else []
    return [Picture(f"/api/v1/media/{name}", SIDE, SIDE) for name in names]


async def run_seed(environment: Mapping[str, str], demo: Demo, progress: Progress) -> bool:
    """`ecommerce seed`. False where there was nothing to do."""
    settings = load(environment)
    if demo.reset and settings.env == "production":
        raise Conflict("a shop in production is not emptied")
    patient = Bounds(pool_size=2, statement_timeout=_AN_HOUR, command_timeout=_AN_HOUR, lock_timeout=30)
    database = Database(settings.database.url, patient)
    await database.open()
    try:
        if demo.if_empty and not await is_empty(database):
            return False
        await seed_shop(
            database,
            products=demo.products,
            seed=demo.seed,
            reset=demo.reset,
            media=Path(environment["ECOMMERCE_DATA_DIR"]) / "media",
            progress=progress,
        )
    finally:
        await database.close()
    return True
