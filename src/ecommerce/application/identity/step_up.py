"""Somebody who is signed in proves again who they are, before something that matters."""

from dataclasses import dataclass, field
from uuid import UUID

from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.credentials import Credentials
from ecommerce.application.identity.ports import Sessions
from ecommerce.application.identity.session_proof import SessionProof, own_session
from ecommerce.application.identity.sign_in import EXPIRES_IN, TOKEN_TYPE, AccessTokenIssuer
from ecommerce.application.identity.views import AccessToken
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.second_factor import WrongCode
from ecommerce.domain.identity.session import Session
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import InvalidValue, Unauthenticated


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUp:
    """One of the two."""

    password: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)


class StepUpHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        sessions: Sessions,
        credentials: Credentials,
        proof: SessionProof,
        issuer: AccessTokenIssuer,
        attempts: Attempts,
    ) -> None:
        self._uow = uow
        self._sessions = sessions
        self._credentials = credentials
        self._proof = proof
        self._issuer = issuer
        self._attempts = attempts

    async def __call__(self, command: StepUp, call: Call) -> AccessToken:
        """Raises `InvalidCredentials`, `WrongCode`, `MfaRequired` (see `SessionProof`), `InvalidValue`,
        `Unauthenticated` (the session has ended) and `RateLimited`.
        """
        account_id, session_id = own_session(call.actor)
        if command.code is not None and command.password is not None:
            raise InvalidValue("send a password or a code, not both", "/code")
        if command.code is None and command.password is None:
            raise InvalidValue("send a password or a code", "/password")
        await self._attempts.count(str(account_id), call)
        if command.code is not None:
            account, session = await self._by_code(account_id, session_id, command.code)
        else:
            account, session = await self._by_password(account_id, session_id, command.password or "")
        if session is None:
            raise Unauthenticated("this session has ended; sign in again")
        return AccessToken(
            access_token=await self._issuer.issue(session, account.roles),
            token_type=TOKEN_TYPE,
            expires_in=EXPIRES_IN,
        )

    async def _by_code(
        self, account_id: UserId, session_id: UUID, code: str
    ) -> tuple[Account, Session | None]:
        session = None
        async with self._uow.begin():
            account = await self._proof.by_code(account_id, session_id, code)
            if account is not None:
                session = await self._sessions.reauthenticate(session_id, account_id)
        if account is None:
            # Only now: that it was counted had to be committed.
            raise WrongCode
        return account, session

    async def _by_password(
        self, account_id: UserId, session_id: UUID, password: str
    ) -> tuple[Account, Session | None]:
        account = (await self._credentials.by_id(account_id, password)).account
        async with self._uow.begin():
            await self._proof.beside_password(account, session_id)
            return account, await self._sessions.reauthenticate(session_id, account_id)
