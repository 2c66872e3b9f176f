"""Somebody sets up an authenticator app: first a secret, then a code that shows that the app has it."""

from dataclasses import dataclass, field

from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.mfa_ports import AuthenticatorCodes, SecondFactors
from ecommerce.application.identity.second_factor import Authenticator, MfaRecord, RecoveryCodes
from ecommerce.application.identity.session_proof import own_session
from ecommerce.application.identity.views import RecoveryCodesView, TotpEnrolment
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.second_factor import MfaAlreadyEnabled, MfaNotPending, WrongCode


class EnrolTotpHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        factors: SecondFactors,
        authenticator: Authenticator,
        codes: AuthenticatorCodes,
    ) -> None:
        self._uow = uow
        self._factors = factors
        self._authenticator = authenticator
        self._codes = codes

    async def __call__(self, actor: Actor) -> TotpEnrolment:
        """A secret that is pending until it is confirmed; the one before it is forgotten.

        Raises `MfaAlreadyEnabled`, `NotFound`, and `Unauthenticated` without a session.
        """
        account_id, _ = own_session(actor)
        secret, kept = self._authenticator.new_secret()
        async with self._uow.begin():
            held = await self._factors.hold(account_id)
            if held.totp is not None and held.totp.enabled:
                raise MfaAlreadyEnabled
            await self._factors.enrol(account_id, kept)
        uri = self._codes.uri(secret, held.account.email.text)
        return TotpEnrolment(secret=secret, otpauth_uri=uri, qr_svg=await self._codes.picture(uri))


@dataclass(frozen=True, slots=True)
class ConfirmTotp:
    code: str = field(repr=False)


class ConfirmTotpHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        factors: SecondFactors,
        authenticator: Authenticator,
        recovery: RecoveryCodes,
        record: MfaRecord,
        attempts: Attempts,
    ) -> None:
        self._uow = uow
        self._factors = factors
        self._authenticator = authenticator
        self._recovery = recovery
        self._record = record
        self._attempts = attempts

    async def __call__(self, command: ConfirmTotp, call: Call) -> RecoveryCodesView:
        """The second factor counts from now on; its code is used up. The recovery codes are shown only now.

        Raises `WrongCode`, `MfaAlreadyEnabled`, `MfaNotPending`, `NotFound`, `RateLimited`, and
        `Unauthenticated` without a session.
        """
        account_id, session_id = own_session(call.actor)
        await self._attempts.count(str(account_id), call)
        async with self._uow.begin():
            totp = (await self._factors.hold(account_id)).totp
            if totp is None:
                raise MfaNotPending
            if totp.enabled:
                raise MfaAlreadyEnabled
            step = self._authenticator.step(totp, command.code)
            if step is None:
                raise WrongCode
            codes = self._recovery.fresh(account_id)
            await self._factors.enable(account_id, step, codes.hashes)
            await self._factors.note_shown(session_id)
            await self._record.enabled(call.actor, account_id)
        return RecoveryCodesView(recovery_codes=codes.shown)
