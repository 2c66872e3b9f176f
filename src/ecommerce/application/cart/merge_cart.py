"""Put a guest's cart into the account they have signed in to."""

from ecommerce.application.cart.ports import CartRepository
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.cart.cart import CartOwner
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate

TRIES = 5


class MergeCartHandler:
    """Adds quantities up, once: the guest cart ends in the same transaction."""

    def __init__(self, uow: UnitOfWork, carts: CartRepository, default_currency: str) -> None:
        self._uow = uow
        self._carts = carts
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
            mine = await self._carts.load(
                CartOwner(account_id=account_id), currency=theirs.cart.currency, lock=True
            )
            limits = {variant_id: offer.limit for variant_id, offer in theirs.offers.items()}
            await self._carts.end_merged(theirs.cart)
            if theirs.cart.lines:
                mine.cart.take_over(theirs.cart, limits)
                await self._carts.save(mine.cart)
