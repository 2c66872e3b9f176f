"""Somebody whose password was right gives the code, and is signed in."""

from dataclasses import dataclass, field, replace

from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.mfa_ports import Challenges, SecondFactors
from ecommerce.application.identity.second_factor import CodeCheck, password_digest
from ecommerce.application.identity.sign_in import OpenedSession, SignIn, device_of
from ecommerce.application.identity.views import SignedIn
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.identity.second_factor import MOST_WRONG_CODES, ChallengeRefused, WrongCode
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyMfa:
    mfa_token: str = field(repr=False)
    code: str = field(repr=False)
    guest_cart: str | None = field(default=None, repr=False)


class VerifyMfaHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        challenges: Challenges,
        factors: SecondFactors,
        check: CodeCheck,
        sign_in: SignIn,
        attempts: Attempts,
    ) -> None:
        self._uow = uow
        self._challenges = challenges
        self._factors = factors
        self._check = check
        self._sign_in = sign_in
        self._attempts = attempts

    async def __call__(self, command: VerifyMfa, call: Call) -> SignedIn:
        """Raises `ChallengeRefused`, `WrongCode` and `RateLimited`.

        Whoever gets here knows the password, so that wrong codes are counted for the account as a whole, and
        lastingly (see `CodeCheck`), beside those of the challenge and those of an account and an address.
        """
        token = token_hash(command.mfa_token)
        owner = await self._challenges.owner(token)
        if owner is None:
            raise ChallengeRefused
        await self._attempts.count(str(owner), call)
        async with self._uow.begin():
            opened = await self._let_in(owner, token, command.code, call)
        if opened is None:
            # Only now: that it was counted had to be committed.
            raise WrongCode
        return await self._sign_in.finish(opened, command.guest_cart)

    async def _let_in(self, owner: UserId, token: bytes, code: str, call: Call) -> OpenedSession | None:
        """None for a wrong code. Raises `ChallengeRefused`, and `RateLimited`, before anything is written."""
        try:
            held = await self._factors.hold(owner)
        except NotFound:
            raise ChallengeRefused from None
        # Again, under the lock: one of two at once has ended it by now.
        challenge = await self._challenges.find(token)
        if (
            challenge is None
            or challenge.password != password_digest(held.account)
            or held.totp is None
            or not held.totp.enabled
        ):
            raise ChallengeRefused
        if not await self._check.passes(held, code):
            await self._challenges.count_wrong(token, MOST_WRONG_CODES)
            return None
        if not await self._challenges.end(token):
            raise ChallengeRefused
        device = replace(device_of(call, None), name=challenge.device_name)
        opened = await self._sign_in.open(held.account, device)
        await self._factors.note_shown(opened.session.id)
        return opened
