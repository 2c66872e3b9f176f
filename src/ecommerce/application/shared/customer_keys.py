"""How a customer is known again, without keeping the address itself."""

import re
from typing import Protocol
from uuid import UUID

from ecommerce.application.shared.tokens import Tokens, token_hash


class EmailKeys(Protocol):
    def key(self, email: str) -> str:
        """What two spellings of one address have in common; empty for what can't be an address."""
        ...


class CustomerKeys:
    """Keyed hashes: of the account, and of the e-mail address without what stands between `+` and `@`.

    Limits a customer and first orders go by both, so that a second account, or none, is no second customer.
    """

    def __init__(self, tokens: Tokens, emails: EmailKeys) -> None:
        self._tokens = tokens
        self._emails = emails

    def of_account(self, account_id: UUID) -> bytes:
        return self._key(f"account:{account_id}")

    def of_email(self, email: str) -> bytes:
        return self._key("email:" + re.sub(r"\+[^@]*@", "@", self._emails.key(email)))

    def _key(self, name: str) -> bytes:
        return token_hash(self._tokens.derived("customer", name.encode()))
