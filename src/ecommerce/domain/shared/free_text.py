"""What people type into free fields, and what must never be kept of it."""

import re

from ecommerce.domain.shared.kernel import InvalidValue

_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
# The first digits of the schemes' ranges: Visa, Mastercard, Amex, Diners, Discover, JCB, UnionPay, Maestro.
_SCHEME = re.compile(r"4|5[0-9]|2[2-7]|3[4-9]|6")


def refuse_card_numbers(text: str | None, pointer: str) -> None:
    """Raises `InvalidValue` when the text holds what looks like a payment card's number.

    Rule: PCI DSS 3; 13 to 19 digits (blanks and hyphens between them), a scheme's prefix, a valid Luhn sum.
    """
    for match in _DIGITS.finditer(text or ""):
        digits = re.sub(r"\D", "", match.group())
        if _SCHEME.match(digits) and _luhn(digits):
            raise InvalidValue("this looks like a card number; never send one here", pointer=pointer)


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
