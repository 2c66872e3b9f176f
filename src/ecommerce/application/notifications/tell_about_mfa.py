"""Tell somebody what happened to their second factor: if it wasn't them, they want to know at once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import structlog

from ecommerce.application.identity.contracts import AccountEmails
from ecommerce.application.notifications.contracts import Message, Notifier
from ecommerce.application.notifications.tell_about_order import Language
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

News = Literal["mfa_enabled", "mfa_removed", "recovery_code_used"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAboutMfa:
    """`event_id` is that of the one event that is told of. `facts` are what its template shows."""

    account_id: UserId
    news: News
    event_id: int
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)


class MfaTeller:
    """Repeating a command queues nothing more."""

    def __init__(
        self, uow: UnitOfWork, emails: AccountEmails, notifier: Notifier, language: Language
    ) -> None:
        self._uow = uow
        self._emails = emails
        self._notifier = notifier
        self._language = language

    async def __call__(self, command: TellAboutMfa) -> None:
        try:
            recipient = await self._emails.email(command.account_id)
        except NotFound:
            log.info("notifications.nobody_to_tell", account_id=str(command.account_id))
            return
        message = Message(
            effect_key=f"{command.news.replace('_', '-')}:{command.event_id}",
            template=command.news,
            recipient=recipient,
            locale=self._language.locale,
            context={"at": command.at.isoformat(), **command.facts},
        )
        async with self._uow.begin():
            await self._notifier.queue(message)
