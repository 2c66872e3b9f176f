"""Somebody who is signed in proves again who they are, before something that matters."""

from dataclasses import dataclass, field

from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.credentials import Credentials
from ecommerce.application.identity.ports import Accounts, Sessions
from ecommerce.application.identity.sign_in import EXPIRES_IN, TOKEN_TYPE, AccessTokenIssuer
from ecommerce.application.identity.views import AccessToken
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.shared.kernel import NotFound, Unauthenticated


@dataclass(frozen=True, slots=True)
class StepUp:
    password: str = field(repr=False)


class StepUpHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        sessions: Sessions,
        credentials: Credentials,
        issuer: AccessTokenIssuer,
        attempts: Attempts,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._sessions = sessions
        self._credentials = credentials
        self._issuer = issuer
        self._attempts = attempts

    async def __call__(self, command: StepUp, call: Call) -> AccessToken:
        """Raises `InvalidCredentials`, `Unauthenticated` (the session has ended) and `RateLimited`."""
        actor = call.actor
        account_id = actor.require_account()
        if actor.session_id is None:
            raise Unauthenticated("only a session can be confirmed")
        await self._attempts.count(str(account_id), call)
        try:
            account = await self._accounts.get(account_id)
        except NotFound:
            account = None
        proof = await self._credentials.of(account, command.password)
        async with self._uow.begin():
            session = await self._sessions.reauthenticate(actor.session_id, account_id)
        if session is None:
            raise Unauthenticated("this session has ended; sign in again")
        return AccessToken(
            access_token=await self._issuer.issue(session, proof.account.roles),
            token_type=TOKEN_TYPE,
            expires_in=EXPIRES_IN,
        )
