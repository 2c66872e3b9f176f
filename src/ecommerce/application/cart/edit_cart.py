"""How a cart is changed when anybody else may change it at the same moment."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from ecommerce.application.cart.ports import CartRepository, LoadedCart, Wanted
from ecommerce.application.cart.view import CartPresenter, ShownCart
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Clock, UnitOfWork
from ecommerce.application.shared.tokens import Tokens, token_hash
from ecommerce.domain.cart.cart import CartOwner
from ecommerce.domain.cart.refusals import CartChanged
from ecommerce.domain.shared.kernel import ConcurrentUpdate, InvalidValue

Change: TypeAlias = Callable[[LoadedCart], Awaitable[None]]


class Currencies(Protocol):
    """The store's default currency, and all it sells in."""

    @property
    def currency(self) -> str: ...

    @property
    def currencies(self) -> tuple[str, ...]: ...


# Reading without a lock and writing on condition is cheapest, but with many at once the same one can lose
# again and again: after two misses it queues for the row.
OPTIMISTIC_TRIES = 2
TRIES = 10


class CartEditor:
    def __init__(
        self,
        uow: UnitOfWork,
        carts: CartRepository,
        presenter: CartPresenter,
        tokens: Tokens,
        clock: Clock,
        call: Call,
        currencies: Currencies,
    ) -> None:
        self._uow = uow
        self._carts = carts
        self._presenter = presenter
        self._tokens = tokens
        self._clock = clock
        self._call = call
        self._currencies = currencies

    async def show(self, token: str | None, currency: str | None = None) -> ShownCart:
        owner, _ = self._owner(token)
        loaded = await self._carts.load(owner, currency=self._currency(currency))
        return await self._presenter(loaded, signed_in=owner.account_id is not None)

    async def __call__(
        self,
        token: str | None,
        change: Change,
        *,
        wanted: Wanted | None = None,
        currency: str | None = None,
        reprice: bool = False,
        if_match: str | None = None,
        opens_new: bool = False,
        reread: bool = False,
    ) -> ShownCart:
        """Apply `change` to the caller's cart and store it, however many do so at once.

        `currency` is for a cart that is made by this; with `reprice` the offers of one that is there are in
        it, too. `opens_new`: a cart that is placed while this waits is followed by a new one (an add),
        instead of `CartChanged`. `reread`: the change decides what prices depend on (who buys), so that the
        cart is read again before it is shown. `change` may run more than once, each time on a freshly loaded
        cart.
        """
        owner, fresh_token = self._owner(token)
        currency = self._currency(currency)
        was_open = False
        newcomer = fresh_token is not None and self._call.idempotency_key is None
        for attempt in range(TRIES):
            queue = attempt >= OPTIMISTIC_TRIES
            try:
                if queue:
                    async with self._uow.begin():
                        loaded = await self._carts.load(
                            owner, currency=currency, wanted=wanted, reprice=reprice, lock=True
                        )
                        owner, fresh_token = self._renewed(loaded, owner, fresh_token)
                        await self._apply(loaded, change, if_match, was_open and not opens_new)
                else:
                    loaded = await self._carts.load(
                        owner, currency=currency, wanted=wanted, reprice=reprice, newcomer=newcomer
                    )
                    owner, fresh_token = self._renewed(loaded, owner, fresh_token)
                    was_open = was_open or loaded.is_open
                    async with self._uow.single():
                        await self._apply(loaded, change, if_match, was_open and not opens_new)
            except ConcurrentUpdate:
                continue
            if reread:
                loaded = await self._carts.load(owner, currency=currency)
            else:
                loaded.updated_at = self._clock.now()
            return await self._presenter(loaded, signed_in=owner.account_id is not None, token=fresh_token)
        raise ConcurrentUpdate("too many changes of this cart at once; try again")

    async def _apply(
        self, loaded: LoadedCart, change: Change, if_match: str | None, must_be_open: bool
    ) -> None:
        if self._uow.resumed:
            return
        if must_be_open and not loaded.is_open:
            raise CartChanged("this cart was placed as an order meanwhile")
        loaded.cart.expect(if_match)
        await change(loaded)
        await self._presenter.see(loaded)
        await self._carts.save(loaded.cart)

    def _currency(self, wanted: str | None) -> str:
        if wanted is not None and wanted not in self._currencies.currencies:
            offered = ", ".join(self._currencies.currencies)
            raise InvalidValue(f"prices are in {offered}", pointer="/query/currency")
        return wanted or self._currencies.currency

    def _owner(self, token: str | None) -> tuple[CartOwner, str | None]:
        """Whose cart it is, and the token to tell them when it is a new guest's."""
        account_id = self._call.actor.account_id
        if account_id is not None:
            return CartOwner(account_id=account_id), None
        if token is not None:
            return CartOwner(token_hash=token_hash(token)), None
        # The same token for the same idempotency key: a repeated first add finds the cart it has made.
        key = self._call.idempotency_key
        fresh = self._tokens.derived("cart-token", key.scope) if key else self._tokens.fresh()
        return CartOwner(token_hash=token_hash(fresh)), fresh

    def _renewed(
        self, loaded: LoadedCart, owner: CartOwner, fresh_token: str | None
    ) -> tuple[CartOwner, str | None]:
        """A token nobody has given out is as none: its bearer gets one of ours."""
        if owner.account_id is not None or loaded.known or fresh_token is not None:
            return owner, fresh_token
        new_owner, new_token = self._owner(None)
        loaded.cart.owner = new_owner
        return new_owner, new_token
