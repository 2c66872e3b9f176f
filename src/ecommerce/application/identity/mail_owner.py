"""What happened to an account is told to its owner by mail, with a link where there is something to do."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ecommerce.application.identity.one_time_links import OwnerMail
from ecommerce.application.identity.ports import Accounts
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.one_time_token import Purpose
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

News = Literal["verify_email", "registration_repeated", "password_reset", "session_ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOwner:
    """`cause` names the event, or the thing it happened to: for one cause there is one mail."""

    account_id: UserId
    news: News
    cause: int | UUID


class MailOwnerHandler:
    """The account is locked: a link can't go to an address that is just being given up."""

    def __init__(self, uow: UnitOfWork, accounts: Accounts, mail: OwnerMail) -> None:
        self._uow = uow
        self._accounts = accounts
        self._mail = mail

    async def __call__(self, command: MailOwner) -> None:
        async with self._uow.begin():
            try:
                account = await self._accounts.lock_id(command.account_id)
            except NotFound:
                return  # asked for an address that nobody has, or the account is gone
            await self._tell(account, command)

    async def _tell(self, account: Account, command: MailOwner) -> None:
        match command.news:
            case "verify_email":
                if not account.email_verified:
                    await self._mail.send_link(account, Purpose.EMAIL_VERIFY, command.news, command.cause)
            case "session_ended":
                await self._mail.tell(account.email.text, command.news, command.cause)
            case "registration_repeated" | "password_reset":
                # Who registers twice has forgotten that they are a customer, or never got our first mail. The
                # way in is a password of their own: another might have registered this address before them.
                await self._mail.send_link(account, Purpose.PASSWORD_RESET, command.news, command.cause)
