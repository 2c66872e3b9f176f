"""What other contexts may ask of the cart."""

from typing import Protocol

from ecommerce.domain.shared.ids import UserId


class CartMerger(Protocol):
    async def merge(self, token: str, account_id: UserId) -> None:
        """Put the lines of the guest cart with this token into the account's cart; the guest cart ends.

        Opens its own unit of work. An unknown token changes nothing, and so does the same token again.
        """
        ...
