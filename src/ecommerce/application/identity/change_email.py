"""Somebody wants another address: it is theirs when they follow the link that goes there."""

from dataclasses import dataclass, field

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.credentials import Credentials
from ecommerce.application.identity.one_time_links import OwnerMail
from ecommerce.application.identity.own_account import OwnAccount
from ecommerce.application.identity.ports import Accounts, EmailAddresses
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Ids, UnitOfWork
from ecommerce.domain.identity.one_time_token import Purpose
from ecommerce.domain.shared.kernel import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEmail:
    email: str
    password: str = field(repr=False)


class ChangeEmailHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        own: OwnAccount,
        credentials: Credentials,
        emails: EmailAddresses,
        mail: OwnerMail,
        attempts: Attempts,
        audit: AuditLog,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._own = own
        self._credentials = credentials
        self._emails = emails
        self._mail = mail
        self._attempts = attempts
        self._audit = audit
        self._ids = ids

    async def __call__(self, command: ChangeEmail, call: Call) -> None:
        """Raises `InvalidCredentials`, `InvalidValue`, `ConcurrentUpdate` and `RateLimited`.

        The same work and no word to the caller when the address is another account's: its owner is told.
        """
        account_id = call.actor.require_account()
        wanted = self._emails.parse(command.email, "/email")
        await self._attempts.count(str(account_id), call)
        proof = await self._credentials.of(await self._own.find(account_id), command.password)
        if wanted == proof.account.email:
            raise InvalidValue("this is the address of your account already", "/email")
        owner = await self._accounts.find(wanted.key)
        cause = self._ids.new()
        async with self._uow.begin():
            account = await self._own.lock(proof)
            taken = owner is not None and owner.id != account.id
            await self._mail.send_link(
                account,
                Purpose.EMAIL_CHANGE,
                # Without its link, in a mail of the second kind, the token is of no use to anybody.
                "email_change_taken" if taken else "email_change",
                cause,
                recipient=owner.email.text if owner is not None and taken else wanted.text,
                email=wanted,
            )
            await self._mail.tell(account.email.text, "email_change_asked", cause)
            await self._audit.record(
                call.actor, "identity.email_change_asked", f"account:{account.id}", None, None
            )
