"""What any repository of carts promises, kept by the fake and by PostgreSQL alike."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import cast
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.memory.cart import MemoryCarts
from ecommerce.adapters.postgres.cart.repository import PgCartRepository
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.cart.ports import CartRepository, Wanted
from ecommerce.application.pricing.contracts import HeldCoupon
from ecommerce.domain.cart.cart import Cart, CartOwner, CheckoutDetails
from ecommerce.domain.shared.ids import VariantId
from ecommerce.domain.shared.kernel import ConcurrentUpdate
from tests.factories.customers import customer_keys
from tests.factories.offers import offer
from tests.factories.promotions import PromotionFactory
from tests.factories.shop import ShopFactory

pytestmark = pytest.mark.anyio
GUEST = CartOwner(token_hash=b"guest")


@dataclass
class Store:
    """A repository that knows two variants, of which only the mug costs something in EUR, and two codes."""

    carts: CartRepository
    uow: PgUnitOfWork | None
    mug: UUID
    mug_sku: str
    cup: UUID
    codes: tuple[UUID, UUID]

    def begin(self) -> AbstractAsyncContextManager[None]:
        return self.uow.begin() if self.uow else nullcontext()

    async def save(self, cart: Cart) -> None:
        async with self.begin():
            await self.carts.save(cart)

    async def with_a_mug(self) -> Cart:
        cart = (await self.carts.load(GUEST, currency="USD")).cart
        cart.add(uuid4(), VariantId(self.mug), 2, None)
        await self.save(cart)
        return cart


@pytest.fixture
def memory() -> Store:
    carts, mug, cup = MemoryCarts(), offer("MUG-1"), offer("CUP-1")
    carts.sell(mug, USD=1_000, EUR=900)
    carts.sell(cup, USD=1_000)
    codes = (uuid4(), uuid4())
    carts.codes = {code_id: HeldCoupon("", code_id, uuid4()) for code_id in codes}
    return Store(carts, None, mug.variant_id, mug.sku, cup.variant_id, codes)


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Store]:
    factory = await ShopFactory(database_url).open()
    mug, cup = await factory.product("Mug"), await factory.product("Cup")
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    await factory.price(mug, "EUR", 900)
    codes = await PromotionFactory(database_url).two_codes()
    carts = PgCartRepository(database, uow, Uuid7Ids(), customer_keys())
    yield Store(carts, uow, mug.variant_id, mug.sku, cup.variant_id, codes)
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    return cast(Store, request.getfixturevalue(request.param))


async def test_who_never_had_a_cart_gets_a_new_one(store: Store) -> None:
    loaded = await store.carts.load(GUEST, currency="EUR")

    assert not loaded.known
    assert not loaded.is_open
    assert (loaded.cart.currency, loaded.cart.lines, loaded.placed_as) == ("EUR", {}, None)


async def test_what_was_saved_is_loaded_with_its_offers(store: Store) -> None:
    saved = await store.with_a_mug()

    loaded = await store.carts.load(GUEST, currency="EUR", wanted=Wanted(variant_id=store.cup))

    assert loaded.known
    assert (loaded.cart.id, loaded.cart.version, loaded.cart.currency) == (saved.id, 1, "USD")
    assert [(line.variant_id, line.quantity) for line in loaded.cart.lines.values()] == [(store.mug, 2)]
    assert loaded.offers[VariantId(store.mug)].sku == store.mug_sku
    assert loaded.wanted is not None
    assert loaded.wanted.variant_id == store.cup


async def test_a_variant_is_found_by_its_sku_and_nothing_by_a_wrong_one(store: Store) -> None:
    found = await store.carts.load(GUEST, currency="USD", wanted=Wanted(sku=store.mug_sku))
    missed = await store.carts.load(GUEST, currency="USD", wanted=Wanted(sku="NO-SUCH"))

    assert found.wanted is not None
    assert found.wanted.variant_id == store.mug
    assert missed.wanted is None


async def test_lines_that_were_removed_are_gone(store: Store) -> None:
    cart = await store.with_a_mug()
    cart.add(uuid4(), VariantId(store.cup), 1, None)
    cart.clear()
    cart.details.email = "ada@example.com"
    await store.save(cart)

    loaded = await store.carts.load(GUEST, currency="USD")

    assert loaded.cart.lines == {}
    assert loaded.cart.details.email == "ada@example.com"
    assert loaded.cart.version == 2


async def test_an_overtaken_version_is_refused(store: Store) -> None:
    await store.with_a_mug()
    stale = (await store.carts.load(GUEST, currency="USD")).cart
    fresh = (await store.carts.load(GUEST, currency="USD")).cart
    await store.save(fresh)

    with pytest.raises(ConcurrentUpdate):
        await store.save(stale)


async def test_an_owner_has_one_open_cart(store: Store) -> None:
    first = (await store.carts.load(GUEST, currency="USD")).cart
    second = (await store.carts.load(GUEST, currency="USD")).cart
    await store.save(first)

    with pytest.raises(ConcurrentUpdate):
        await store.save(second)


async def test_a_merged_cart_has_ended_as_if_it_never_was(store: Store) -> None:
    cart = await store.with_a_mug()
    async with store.begin():
        await store.carts.end_merged(cart)

    loaded = await store.carts.load(GUEST, currency="USD")

    assert not loaded.known
    with pytest.raises(ConcurrentUpdate):
        await store.save(cart)


async def test_a_cart_takes_the_lines_of_a_merged_one_over(store: Store) -> None:
    guests = await store.with_a_mug()
    owner = CartOwner(token_hash=b"other")
    mine = (await store.carts.load(owner, currency="USD")).cart
    async with store.begin():
        await store.carts.end_merged(guests)
        mine.take_over(guests, {VariantId(store.mug): 10})
        await store.carts.save(mine)

    loaded = (await store.carts.load(owner, currency="USD")).cart

    assert {line.variant_id: line.quantity for line in loaded.lines.values()} == {store.mug: 2}


async def test_a_cart_is_nobody_elses(store: Store) -> None:
    await store.with_a_mug()

    loaded = await store.carts.load(CartOwner(token_hash=b"other"), currency="USD")

    assert (loaded.known, loaded.cart.lines) == (False, {})


async def test_offers_are_in_the_carts_currency_unless_it_is_priced_again(store: Store) -> None:
    cart = await store.with_a_mug()
    cart.add(uuid4(), VariantId(store.cup), 1, None)
    await store.save(cart)

    async def prices(currency: str, *, reprice: bool) -> list[int | None]:
        loaded = await store.carts.load(
            GUEST, currency=currency, wanted=Wanted(variant_id=store.cup), reprice=reprice
        )
        assert loaded.cart.currency == "USD"
        assert loaded.wanted is not None
        keys = (VariantId(store.mug), VariantId(store.cup))
        return [*(loaded.offers[key].price for key in keys), loaded.wanted.price]

    assert await prices("EUR", reprice=False) == [1_000, 1_000, 1_000]
    assert await prices("EUR", reprice=True) == [900, None, None]
    assert await prices("USD", reprice=True) == [1_000, 1_000, 1_000]


async def test_a_currency_that_was_switched_is_kept(store: Store) -> None:
    cart = await store.with_a_mug()
    cart.lines[VariantId(store.mug)].seen_price = 1_000
    cart.switch_currency("EUR")
    await store.save(cart)

    loaded = await store.carts.load(GUEST, currency="USD")

    assert loaded.cart.currency == "EUR"
    assert loaded.cart.lines[VariantId(store.mug)].seen_price is None
    assert loaded.offers[VariantId(store.mug)].price == 900


async def test_codes_are_kept_as_they_were_typed_first(store: Store) -> None:
    ten, twenty = store.codes
    cart = await store.with_a_mug()
    cart.add_coupon(ten, "ten")
    cart.add_coupon(twenty, "Twenty")
    await store.save(cart)
    cart.add_coupon(ten, "TEN")
    await store.save(cart)

    loaded = await store.carts.load(GUEST, currency="USD")
    assert loaded.cart.coupons == {ten: "ten", twenty: "Twenty"}
    assert {(each.coupon_code_id, each.code) for each in loaded.facts.coupons} == {
        (ten, "ten"),
        (twenty, "Twenty"),
    }

    loaded.cart.remove_coupon(ten)
    await store.save(loaded.cart)
    assert (await store.carts.load(GUEST, currency="USD")).cart.coupons == {twenty: "Twenty"}


async def test_what_a_checkout_has_gathered_is_kept(store: Store) -> None:
    cart = await store.with_a_mug()
    details = CheckoutDetails(
        email="ada@example.com",
        email_key=b"ada",
        shipping_address={"city": "Rome"},
        billing_address={"city": "Oslo"},
        shipping_option_id="express",
        vat_number="DE136695976",
    )
    cart.details = details
    await store.save(cart)

    assert (await store.carts.load(GUEST, currency="USD")).cart.details == details


async def test_a_cart_takes_the_codes_of_a_merged_one_over(store: Store) -> None:
    guests = await store.with_a_mug()
    guests.add_coupon(store.codes[0], "ten")
    await store.save(guests)
    owner = CartOwner(token_hash=b"other")
    mine = (await store.carts.load(owner, currency="USD")).cart
    async with store.begin():
        mine.take_over(guests, {})
        await store.carts.end_merged(guests)
        await store.carts.save(mine)

    assert (await store.carts.load(owner, currency="USD")).cart.coupons == {store.codes[0]: "ten"}


async def test_what_found_no_room_stays_in_the_cart_it_was_in(store: Store) -> None:
    guests = await store.with_a_mug()
    guests.add(uuid4(), VariantId(store.cup), 1, None)
    await store.save(guests)
    owner = CartOwner(token_hash=b"other")
    mine = (await store.carts.load(owner, currency="USD")).cart
    cup = guests.lines.pop(VariantId(store.cup))
    async with store.begin():
        mine.take_over(guests, {})
        guests.lines[VariantId(store.cup)] = cup
        await store.carts.save(guests)
        await store.carts.save(mine)

    assert set((await store.carts.load(owner, currency="USD")).cart.lines) == {store.mug}
    assert set((await store.carts.load(GUEST, currency="USD")).cart.lines) == {store.cup}
