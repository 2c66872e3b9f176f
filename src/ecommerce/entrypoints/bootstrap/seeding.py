"""The demo shop: who is in it, what is in it, where its pictures lie."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecommerce.adapters.media.folder import FolderMedia
from ecommerce.adapters.media.pictures import SIDE, drawings
from ecommerce.adapters.memory.pricing import MemoryRulebooks
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.seed.people import DemoAccount
from ecommerce.adapters.postgres.seed.products import Picture
from ecommerce.adapters.postgres.seed.writer import Wanted, is_empty, write_shop
from ecommerce.adapters.system.flat_rates import FlatShipping, FlatTax
from ecommerce.application.identity.ports import EmailAddresses, PasswordHasher
from ecommerce.application.pricing.contracts import Pricer
from ecommerce.application.pricing.quote import PricingRules, PricingService
from ecommerce.domain.shared.kernel import Conflict
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.settings import Settings, StoreSettings, load

Progress = Callable[[str, int, int], None]
# Long tables, long statements.
PATIENT = Bounds(pool_size=2, statement_timeout=3_600, command_timeout=3_600, lock_timeout=30)


class ShopNotEmpty(Conflict):
    """It would be filled twice."""


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
    orders: int = 0,
    customers: int = 0,
    seed: int = 42,
    reset: bool = False,
    media: Path | None = None,
    accounts: Sequence[DemoAccount] = (),
    nobodys_password: str = "",
    store: StoreSettings | None = None,
    progress: Progress = _silent,
) -> None:
    """Fill an empty shop, or empty it first. Without a folder for `media` no product has a picture.

    Raises `ShopNotEmpty`.
    """
    if not reset and not await is_empty(database):
        raise ShopNotEmpty("the shop has products; --reset empties it first")
    wanted = Wanted(
        products=products,
        orders=orders,
        customers=customers,
        seed=seed,
        reset=reset,
        pictures=_pictures(media),
        accounts=accounts,
        nobodys_password=nobodys_password,
        pricer=_pricer(store or StoreSettings()),
        currency=(store or StoreSettings()).currency,
    )
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
    database = Database(settings.database.url, PATIENT)
    await database.open()
    try:
        if demo.if_empty and not await is_empty(database):
            return False
        accounts, nobodys_password = await _credentials(settings, environment)
        await seed_shop(
            database,
            products=demo.products,
            orders=demo.orders,
            customers=demo.customers,
            seed=demo.seed,
            reset=demo.reset,
            media=Path(environment["ECOMMERCE_DATA_DIR"]) / "media",
            accounts=accounts,
            nobodys_password=nobodys_password,
            store=settings.store,
            progress=progress,
        )
    finally:
        await database.close()
    return True


async def _credentials(settings: Settings, environment: Mapping[str, str]) -> tuple[list[DemoAccount], str]:
    """The accounts that the environment names, and a password that nobody knows for all others."""
    container = build_container(settings)
    accounts = []
    try:
        hasher, emails = await container.get(PasswordHasher), await container.get(EmailAddresses)
        for who, roles in (("ADMIN", ("admin",)), ("CUSTOMER", ())):
            email = environment.get(f"ECOMMERCE_DEMO_{who}_EMAIL")
            password = environment.get(f"ECOMMERCE_DEMO_{who}_PASSWORD")
            if email and password:
                address = emails.parse(email, f"ECOMMERCE_DEMO_{who}_EMAIL")
                hashed = await hasher.hash(password)
                accounts.append(DemoAccount(address.text, address.key, hashed, roles))
        return accounts, await hasher.hash(secrets.token_urlsafe(32))
    finally:
        await container.close()


def _pricer(store: StoreSettings) -> Pricer:
    """Past orders were placed when there were no promotions yet."""
    shipping = FlatShipping(store.shipping_flat_amount, store.shipping_countries)
    taxes, rules = FlatTax(store.tax_rate_ppm), PricingRules(store.tax_included)
    return PricingService(MemoryRulebooks(), taxes, shipping, rules)
