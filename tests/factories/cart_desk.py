"""All use cases of carts over fakes, and who calls them."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec

from ecommerce.adapters.memory.cart import MemoryCarts
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.application.cart.add_coupon import AddCoupon, AddCouponHandler
from ecommerce.application.cart.add_item import AddItem, AddItemHandler
from ecommerce.application.cart.change_line import ChangeLine, ChangeLineHandler
from ecommerce.application.cart.edit_cart import CartEditor
from ecommerce.application.cart.merge_cart import MergeCartHandler
from ecommerce.application.cart.ports import Wanted
from ecommerce.application.cart.remove_coupon import RemoveCoupon, RemoveCouponHandler
from ecommerce.application.cart.switch_currency import SwitchCurrency, SwitchCurrencyHandler
from ecommerce.application.cart.view import CartPresenter, ShownCart
from ecommerce.application.pricing.contracts import FoundCoupon, HeldCoupon
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.cart.cart import Cart, CartOwner
from ecommerce.domain.pricing.coupon_code import canonical
from ecommerce.domain.shared.ids import UserId
from tests.factories.offers import offer
from tests.factories.pricers import FixedPricer

T = TypeVar("T")


@dataclass
class Store:
    currency: str = "USD"
    currencies: tuple[str, ...] = ("USD", "EUR")


class Ids:
    def new(self) -> UUID:
        return uuid4()


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class Codes:
    """Codes by their canonical form; `asked` counts."""

    known: dict[str, FoundCoupon] = field(default_factory=dict)
    asked: int = 0

    async def find(self, code: str) -> FoundCoupon | None:
        self.asked += 1
        found = self.known.get(canonical(code))
        return None if found is None else msgspec.structs.replace(found, code=code)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


@dataclass
class CartDesk:
    """Sells a mug for 10.00, of which there are three. Guests call it until somebody signs in."""

    carts: MemoryCarts = field(default_factory=MemoryCarts)
    call: Call = field(default_factory=Call)
    pricer: FixedPricer = field(default_factory=FixedPricer)
    codes: Codes = field(default_factory=Codes)

    def __post_init__(self) -> None:
        self.mug = offer("MUG-1", 1_000, 3)
        self.carts.sell(self.mug)
        self.uow = MemoryUnitOfWork()
        self.presenter = CartPresenter(self.pricer)
        self.editor = CartEditor(
            self.uow, self.carts, self.presenter, SecretTokens("s" * 32), Noon(), self.call, Store()
        )

    def sign_in(self) -> UserId:
        account_id = UserId(uuid4())
        self.call.actor = Actor(label="customer", account_id=account_id)
        return account_id

    def sign_out(self) -> None:
        self.call.actor = Actor()

    def add(self, quantity: int = 1, token: str | None = None, **more: str) -> ShownCart:
        wanted = Wanted(sku=more.pop("sku", "MUG-1"))
        handler = AddItemHandler(self.editor, Ids())
        return run(handler(AddItem(token=token, wanted=wanted, quantity=quantity, **more)))

    def change(self, token: str, line_id: UUID | None, quantity: int | None = None) -> ShownCart:
        handler = ChangeLineHandler(self.editor)
        return run(handler(ChangeLine(token=token, line_id=line_id, quantity=quantity)))

    def switch(self, token: str | None, currency: str, if_match: str | None = None) -> ShownCart:
        handler = SwitchCurrencyHandler(self.editor, Store())
        return run(handler(SwitchCurrency(token=token, currency=currency, if_match=if_match)))

    def issue(self, code: str, *, live: bool = True, used_up: bool = False, reason: str = "") -> None:
        """There is this code; with a reason it does not apply to any cart."""
        found = FoundCoupon(code, uuid4(), uuid4(), used_up, live)
        self.codes.known[canonical(code)] = found
        self.carts.codes[found.coupon_code_id] = HeldCoupon(code, found.coupon_code_id, found.promotion_id)
        if reason:
            self.pricer.reasons[code] = reason

    def add_coupon(self, token: str | None, code: str, if_match: str | None = None) -> ShownCart:
        handler = AddCouponHandler(self.editor, self.codes, self.presenter)
        return run(handler(AddCoupon(token=token, code=code, if_match=if_match)))

    def remove_coupon(self, token: str | None, code: str) -> ShownCart:
        return run(RemoveCouponHandler(self.editor)(RemoveCoupon(token=token, code=code)))

    def merge(self, token: str, account_id: UserId) -> None:
        run(MergeCartHandler(self.uow, self.carts, self.presenter, "USD").merge(token, account_id))

    def show(self, token: str | None = None) -> ShownCart:
        return run(self.editor.show(token))

    def guests(self, token: str) -> Cart:
        return self.carts.open[CartOwner(token_hash=token_hash(token))]

    def customers(self, account_id: UserId) -> Cart:
        return self.carts.open[CartOwner(account_id=account_id)]
