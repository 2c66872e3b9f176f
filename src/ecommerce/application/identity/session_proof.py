"""What a session must have shown, where its owner has a second factor."""

from uuid import UUID

from ecommerce.application.identity.mfa_ports import SecondFactors
from ecommerce.application.identity.second_factor import CodeCheck
from ecommerce.application.shared.actor import Actor
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.second_factor import MfaRequired
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound, Unauthenticated


def own_session(actor: Actor) -> tuple[UserId, UUID]:
    """Raises `Unauthenticated` for whoever has no session: guests and machines."""
    account_id = actor.require_account()
    if actor.session_id is None:
        raise Unauthenticated("only a session can be confirmed")
    return account_id, actor.session_id


class SessionProof:
    """Only inside a unit of work.

    A password alone is enough for a session that has shown the second factor, at sign-in or since: the two
    are proven together. One that was opened before there was a second factor may be anybody's who knows the
    password, so that it can't be enough there.
    """

    def __init__(self, factors: SecondFactors, check: CodeCheck) -> None:
        self._factors = factors
        self._check = check

    async def by_code(self, account_id: UserId, session_id: UUID, code: str) -> Account | None:
        """Whose code it is; None for a wrong one, which has been counted. Raises `RateLimited`."""
        try:
            held = await self._factors.hold(account_id)
        except NotFound:
            return None
        if not await self._check.passes(held, code):
            return None
        await self._factors.note_shown(session_id)
        return held.account

    async def beside_password(self, account: Account, session_id: UUID) -> None:
        """Raises `MfaRequired`."""
        if account.mfa_enabled and not await self._factors.was_shown(session_id):
            raise MfaRequired
