"""Turn a cart into an order: prepare, commit (one transaction), pay (no transaction), answer.

| step | undone by |
| --- | --- |
| cart claimed; order, lines, history, payment row and events written | the rollback of the one transaction |
| uses of promotions claimed in the same transaction | its rollback; later `release`, when the order ends |
| stock reserved in the same transaction | its rollback; later `release`, when the order ends unpaid |
| intent made at the provider | nothing to undo: the same key finds it again, and the order's end cancels it |
"""

from ecommerce.application.cart.contracts import CheckoutCarts
from ecommerce.application.checkout.answer import Placed, PlacedAnswer
from ecommerce.application.checkout.command import CheckoutRules, PlaceOrder
from ecommerce.application.checkout.commit import OrderCommitter
from ecommerce.application.checkout.prepare import OrderPreparer
from ecommerce.application.shared.call import Call
from ecommerce.domain.checkout.refusals import NothingToPlace
from ecommerce.domain.shared.free_text import refuse_card_numbers
from ecommerce.domain.shared.kernel import ConcurrentUpdate, InvalidValue

PLANNED_FREELY = 1
TRIES = 8


class PlaceOrderHandler:
    """Raises `NothingToPlace` for an empty cart, and what preparing and committing raise."""

    def __init__(
        self,
        carts: CheckoutCarts,
        prepare: OrderPreparer,
        commit: OrderCommitter,
        answer: PlacedAnswer,
        call: Call,
        rules: CheckoutRules,
    ) -> None:
        self._carts = carts
        self._prepare = prepare
        self._commit = commit
        self._answer = answer
        self._call = call
        self._rules = rules

    async def __call__(self, command: PlaceOrder) -> Placed:
        if command.payment_method == "manual" and not self._rules.manual_payment:
            raise InvalidValue("this shop does not take manual payment", pointer="/payment_method")
        refuse_card_numbers(command.note, "/note")
        for attempt in range(TRIES):
            cart = await self._carts.load(self._call.actor.account_id, command.token)
            if cart.id is None and cart.placed_as is not None:
                return await self._answer.again(cart.placed_as)
            if cart.id is None or not cart.lines:
                raise NothingToPlace("there is nothing in the cart to be ordered")
            prepared = await self._prepare(command, cart, cart.id)
            try:
                await self._commit(prepared, cart, locked=attempt >= PLANNED_FREELY)
            except ConcurrentUpdate:
                continue
            return await self._answer.first(prepared.order)
        raise ConcurrentUpdate("too many changes at once; try again")
