"""What is kept of a coupon code."""

from ecommerce.application.shared.tokens import Tokens, token_hash


def code_hash(tokens: Tokens, code: str) -> bytes:
    """Of a canonical code. Keyed: short codes could be tried out by whoever reads a plain hash."""
    return token_hash(tokens.derived("coupon-code", code.encode()))
