"""Coupon codes: how they are read, how they are made, and what may be shown of them."""

import unicodedata

from ecommerce.domain.shared.kernel import InvalidValue

LONGEST = 64
# 32 letters are five bits each. 0 and O, 1 and I are left out: nobody can take one for the other.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
UNGUESSABLE = 12  # letters: 60 bits
_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
# Blanks, dashes, and what isn't seen at all.
_IGNORED = ("Zs", "Pd", "Cf")
_NO_LETTERS = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")


def canonical(typed: str, pointer: str = "/code") -> str:
    """The same for every way to type one code. Raises `InvalidValue` for what can't be one."""
    letters = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed.strip()).upper())
    code = "".join(letter for letter in letters if unicodedata.category(letter) not in _IGNORED)
    if not 1 <= len(code) <= LONGEST:
        raise InvalidValue(f"must have 1 to {LONGEST} characters beside blanks and dashes", pointer)
    if any(unicodedata.category(letter) in _NO_LETTERS for letter in code):
        raise InvalidValue("must be letters, digits and signs", pointer)
    if "/" in code:  # it stands in the path that takes it out of a cart
        raise InvalidValue("must not have a slash", pointer)
    return code


def spell(chance: bytes, length: int) -> list[str]:
    """Words of `length` letters, as many as there is chance for: a letter a byte."""
    letters = chance.translate(_LETTERS).decode()
    return [letters[start : start + length] for start in range(0, len(letters), length)]


def written(prefix: str, word: str) -> str:
    """As people read it best: `SUMMER-7K3Q-9XWB-M2HT`. The canonical code is the two without dashes."""
    return "-".join(filter(None, (prefix, *(word[at : at + 4] for at in range(0, len(word), 4)))))


def label(code: str, prefix: str = "") -> str:
    """What may be shown of a canonical code: the beginning, by which staff tell one from another."""
    shown = len(prefix) + 3 if prefix else min(4, len(code) // 2)
    return f"{code[:shown]}…"
