"""Put a guest's cart into the account they have signed in to."""

from ecommerce.application.cart.ports import CartRepository, LoadedCart
from ecommerce.application.cart.view import CartPresenter
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.cart.cart import CartOwner
from ecommerce.domain.shared.ids import UserId, VariantId
from ecommerce.domain.shared.kernel import ConcurrentUpdate

TRIES = 5


class MergeCartHandler:
    """Adds quantities up, once: the guest cart ends in the same transaction.

    What finds no room in the account's cart stays in the guest's, which then goes on.
    """

    def __init__(
        self, uow: UnitOfWork, carts: CartRepository, presenter: CartPresenter, default_currency: str
    ) -> None:
        self._uow = uow
        self._carts = carts
        self._presenter = presenter
        self._default_currency = default_currency

    async def merge(self, token: str, account_id: UserId) -> None:
        for _ in range(TRIES):
            try:
                await self._merge_once(CartOwner(token_hash=token_hash(token)), account_id)
            except ConcurrentUpdate:
                continue
            return
        raise ConcurrentUpdate("too many changes of this cart at once")

    async def _merge_once(self, guest: CartOwner, account_id: UserId) -> None:
        async with self._uow.begin():
            theirs = await self._carts.load(guest, currency=self._default_currency, lock=True)
            if not theirs.is_open:
                return
            if theirs.cart.is_empty:
                await self._carts.end_merged(theirs.cart)
                return
            mine = await self._carts.load(
                CartOwner(account_id=account_id), currency=theirs.cart.currency, lock=True
            )
            await self._move(theirs, mine)
            if theirs.cart.lines or theirs.cart.coupons:
                await self._carts.save(theirs.cart)
            else:
                await self._carts.end_merged(theirs.cart)
            await self._carts.save(mine.cart)

    async def _move(self, theirs: LoadedCart, mine: LoadedCart) -> None:
        offers = theirs.offers
        news = await self._news(mine)
        if mine.cart.currency == theirs.cart.currency:
            news |= await self._news(theirs) - set(mine.cart.lines)
        else:
            repriced = await self._carts.load(
                theirs.cart.owner, currency=mine.cart.currency, reprice=True, lock=True
            )
            offers = repriced.offers
        mine.cart.take_over(theirs.cart, {key: offer.limit for key, offer in offers.items()})
        mine.offers |= offers
        # More units, and whoever has signed in, may have another price: that is no change of it.
        for key, line in mine.cart.lines.items():
            if key not in news:
                line.seen_price = None
        await self._presenter.see(mine)

    async def _news(self, loaded: LoadedCart) -> set[VariantId]:
        """Lines whose price has changed since their owner saw it: that stays to be told."""
        return {
            key
            for key, line in loaded.cart.lines.items()
            if line.seen_price not in (None, await self._presenter.unit_price(loaded, line))
        }
