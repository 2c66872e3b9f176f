"""Somebody wants to be forgotten: the account is closed at once, the rest is a job."""

from dataclasses import dataclass

from ecommerce.application.identity.contracts import SignOuts, StaffLeaving
from ecommerce.application.notifications.contracts import Message, Notifier
from ecommerce.application.privacy.ports import ClosingAccount, People, PrivacyRequests, PrivacyRules
from ecommerce.application.privacy.subjects import sealed
from ecommerce.application.privacy.views import ErasureView
from ecommerce.application.privacy.whose import Whose
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import Cipher, Outbox
from ecommerce.application.shared.records import Desk
from ecommerce.domain.privacy.request import AccountClosed, OrdersUnderWay
from ecommerce.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAccount:
    """One's own, or (staff, the command line) that with this address."""

    email: str | None = None


class Farewell:
    """What is told to whom when an account closes. Only inside a unit of work."""

    def __init__(self, notifier: Notifier, outbox: Outbox, rules: PrivacyRules) -> None:
        self._notifier = notifier
        self._outbox = outbox
        self._locale = rules.locale

    async def say(self, account: ClosingAccount, closed: AccountClosed) -> None:
        """The person gets the last mail; the job that erases them waits until it is out."""
        await self._notifier.queue(
            Message(
                effect_key=f"account-erased:{closed.account_id}",
                template="account_erased",
                recipient=account.subject.email,
                locale=self._locale,
                account_id=closed.account_id,
            )
        )
        await self._outbox.add([closed])


class CloseAccountHandler:
    def __init__(
        self,
        desk: Desk,
        whose: Whose,
        people: People,
        requests: PrivacyRequests,
        staff: StaffLeaving,
        sign_outs: SignOuts,
        farewell: Farewell,
        cipher: Cipher,
    ) -> None:
        self._desk = desk
        self._whose = whose
        self._people = people
        self._requests = requests
        self._staff = staff
        self._sign_outs = sign_outs
        self._farewell = farewell
        self._cipher = cipher

    async def __call__(self, command: CloseAccount, actor: Actor) -> ErasureView:
        """Raises `Unauthenticated`, `Forbidden`, `StepUpRequired`, `NotFound`, `LastAdmin` and
        `OrdersUnderWay`.
        """
        actor.require_fresh(self._desk.clock.now())
        account_id = await self._whose.account(command.email, actor)
        async with self._desk.uow.begin():
            account = await self._people.lock_to_close(account_id)
            await self._staff.check_leaving(account_id, account.roles, frozenset())
            _check(account)
            await self._people.close(account_id)
            over = await self._sign_outs.end_all(account_id)
            request = await self._requests.add_erasure(
                self._desk.ids.new(), account_id, actor.label, sealed(account.subject, self._cipher)
            )
            await self._farewell.say(
                account, AccountClosed(account_id=UserId(account_id), request_id=request.id)
            )
            await self._desk.audit.record(actor, "privacy.erasure_asked", f"account:{account_id}", None, None)
        self._sign_outs.tell(over)
        return ErasureView(
            id=request.id,
            status=request.status,
            created_at=request.created_at,
            finished_at=request.finished_at,
        )


def _check(account: ClosingAccount) -> None:
    if account.orders_under_way:
        raise OrdersUnderWay(
            "parcels are on their way to you; come back when they have arrived",
            orders=account.orders_under_way,
        )
