"""The token by which a guest holds an order."""

from uuid import UUID

from ecommerce.application.shared.tokens import Tokens, token_hash


class OrderTokens:
    """Derived from the order's id and the store's secret, so that placing again can tell it again."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def of(self, order_id: UUID) -> str:
        return self._tokens.derived("order-token", order_id.bytes)

    def client_key(self, account_id: UUID | None, address: str) -> bytes:
        """Who counts as one client for the cap on unpaid orders, without keeping the address itself."""
        client = f"account:{account_id}" if account_id else f"address:{address}"
        return token_hash(self._tokens.derived("client", client.encode()))
