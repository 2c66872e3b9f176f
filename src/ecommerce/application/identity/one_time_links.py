"""The secrets of one-time tokens, and the links they go by.

A secret is made from the id of its row with the store's key, when it is issued and again when the mail goes
out: 256 bits that nobody without the key can tell, and that are kept nowhere.
"""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from ecommerce.application.identity.one_time_ports import OneTimeTokens
from ecommerce.application.notifications.contracts import Message, Notifier
from ecommerce.application.shared.ports import Ids
from ecommerce.application.shared.tokens import Tokens, token_hash
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.identity.one_time_token import LIFETIMES, OneTimeToken, Purpose

# Pages of the storefront: each hands its token to the door that takes it.
PAGES: Mapping[Purpose, str] = MappingProxyType(
    {
        Purpose.EMAIL_VERIFY: "/verify-email",
        Purpose.EMAIL_CHANGE: "/verify-email",
        Purpose.PASSWORD_RESET: "/reset-password",
    }
)


class OneTimeLinks:
    """`storefront` is a URL of our settings: no request has a say in where a link leads."""

    def __init__(self, tokens: Tokens, storefront: str) -> None:
        self._tokens = tokens
        self._storefront = storefront.rstrip("/")

    def secret(self, purpose: Purpose, token_id: UUID) -> str:
        return self._tokens.derived(f"one-time-token:{purpose}", token_id.bytes)

    def link(self, purpose: str, token_id: UUID) -> str:
        wanted = Purpose(purpose)
        return f"{self._storefront}{PAGES[wanted]}?token={self.secret(wanted, token_id)}"


class OwnerMail:
    """Mail to the owner of an account. Only inside a unit of work that holds the account's lock."""

    def __init__(
        self, tokens: OneTimeTokens, links: OneTimeLinks, notifier: Notifier, ids: Ids, locale: str
    ) -> None:
        self._tokens = tokens
        self._links = links
        self._notifier = notifier
        self._ids = ids
        self._locale = locale

    async def tell(self, recipient: str, template: str, cause: object) -> bool:
        """`cause` is what it is told of, once. False: it was told before."""
        return await self._queue(recipient, template, cause, {})

    async def send_link(
        self,
        account: Account,
        purpose: Purpose,
        template: str,
        cause: object,
        *,
        recipient: str | None = None,
        email: EmailAddress | None = None,
    ) -> None:
        """Issue a token and queue the mail with its link; nothing, if this was done for the same cause.

        `email` is what the address is to become.
        """
        token = OneTimeToken(id=self._ids.new(), account_id=account.id, purpose=purpose, email=email)
        context = {
            "one_time_token": {"purpose": purpose.value, "id": str(token.id)},
            "hours": int(LIFETIMES[purpose].total_seconds()) // 3600,
        }
        if await self._queue(recipient or account.email.text, template, cause, context):
            hashed = token_hash(self._links.secret(purpose, token.id))
            await self._tokens.issue(token, hashed, LIFETIMES[purpose])

    async def _queue(self, recipient: str, template: str, cause: object, context: dict[str, object]) -> bool:
        return await self._notifier.queue(
            Message(
                effect_key=f"{template.replace('_', '-')}:{cause}",
                template=template,
                recipient=recipient,
                locale=self._locale,
                context=context,
            )
        )
