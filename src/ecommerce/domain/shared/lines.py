"""Single lines of text that people type: names, streets, labels."""

import unicodedata

from ecommerce.domain.shared.free_text import refuse_card_numbers
from ecommerce.domain.shared.kernel import InvalidValue

# Control characters, lone surrogates, line and paragraph separators.
_NOT_IN_A_LINE = ("Cc", "Cs", "Zl", "Zp")


def one_line(text: str, longest: int, pointer: str, *, empty: bool = False) -> str:
    """The text without blanks around it.

    Raises `InvalidValue` when it is longer, spans several lines, holds other control characters or a card
    number, or is blank where it must not be.
    """
    line = unicodedata.normalize("NFC", text).strip()
    if not line and not empty:
        raise InvalidValue("must not be blank", pointer)
    if len(line) > longest:
        raise InvalidValue(f"must have at most {longest} characters", pointer)
    if any(unicodedata.category(letter) in _NOT_IN_A_LINE for letter in line):
        raise InvalidValue("must be one line without control characters", pointer)
    refuse_card_numbers(line, pointer)
    return line
