"""Forget a person whose account is closed: everywhere, and for good."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from ecommerce.application.orders.contracts import OrderCanceller
from ecommerce.application.privacy.ports import PersonalData, PrivacyRequest, PrivacyRequests, Subject
from ecommerce.application.privacy.subjects import opened
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import Cipher
from ecommerce.application.shared.records import Desk
from ecommerce.domain.privacy.request import LONGEST_WAIT, SETTLED, RequestKind
from ecommerce.domain.shared.kernel import IllegalTransition, NotFound, Unavailable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ErasePerson:
    request_id: UUID


class ErasePersonHandler:
    """In steps that are transactions of their own, each safe to repeat: who dies on the way is followed by
    another, who finds less to do.

    Orders that nobody has begun to fulfil are cancelled, their money goes back. Then the last messages go
    out. Then all is erased, but for an order that isn't over; and once more a while later, since a request
    that was on its way when the account was closed may have written something. Only then it is done.
    """

    def __init__(
        self,
        desk: Desk,
        requests: PrivacyRequests,
        data: PersonalData,
        cancel: OrderCanceller,
        cipher: Cipher,
    ) -> None:
        self._desk = desk
        self._requests = requests
        self._data = data
        self._cancel = cancel
        self._cipher = cipher

    async def __call__(self, command: ErasePerson, actor: Actor) -> bool:
        """Whether it is done; else it is to be called again. Raises `Unavailable` while it waits."""
        async with self._desk.uow.begin():
            request = await self._requests.begin(command.request_id, RequestKind.ERASURE)
            secret = await self._requests.subject_of(command.request_id)
        if request is None or secret is None:
            return True
        subject = opened(secret, self._cipher)
        await self._cancel_orders(subject, actor)
        await self._let_messages_go(subject, request)
        left = await self._erase_orders(subject)
        return await self._erase_rest(subject, request, actor, left)

    async def _cancel_orders(self, subject: Subject, actor: Actor) -> None:
        async with self._desk.uow.begin():
            numbers = await self._data.cancellable(subject)
        for number in numbers:
            try:
                await self._cancel(number, actor)
            except (IllegalTransition, NotFound) as error:  # it has just moved on: the next time tells
                log.info("privacy.order_not_cancelled", order=number, code=error.code)

    async def _let_messages_go(self, subject: Subject, request: PrivacyRequest) -> None:
        async with self._desk.uow.begin():
            waits = await self._data.expects_messages(subject)
        if waits and self._desk.clock.now() - request.created_at < LONGEST_WAIT:
            raise Unavailable("the last messages to this person are still on their way")

    async def _erase_orders(self, subject: Subject) -> int:
        """How many are left, since they aren't over."""
        async with self._desk.uow.begin():
            order_ids = await self._data.orders_to_erase(subject)
        left = 0
        for order_id in order_ids:
            async with self._desk.uow.begin():
                left += not await self._data.erase_order(subject, order_id)
        return left

    async def _erase_rest(self, subject: Subject, request: PrivacyRequest, actor: Actor, left: int) -> bool:
        settled = self._desk.clock.now() - request.created_at >= SETTLED
        async with self._desk.uow.begin():
            await self._data.erase_rest(subject)
            done = settled and not left
            if done and await self._requests.finish(request.id):
                await self._desk.audit.record(
                    actor, "privacy.erased", f"account:{subject.account_id}", None, None
                )
        return done
