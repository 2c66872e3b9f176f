"""Which passwords are good enough: long enough, and nobody's first guess."""

import unicodedata
from collections.abc import Container

from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.shared.kernel import InvalidValue

SHORTEST, LONGEST = 8, 128


def normalized(password: str) -> str:
    """The form that is counted, checked and hashed: keyboards type the same letter in several ways."""
    return unicodedata.normalize("NFKC", password)


def good_password(password: str, email: EmailAddress | None, common: Container[str], pointer: str) -> str:
    """The normalized password. Raises `InvalidValue`. Without an address its rule rests.

    Length, a list of common passwords and the address itself, in the spirit of NIST SP 800-63B: rules
    about kinds of characters only make people choose predictable ones.
    """
    text = normalized(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise InvalidValue(f"a password has {SHORTEST} to {LONGEST} characters", pointer)
    folded = text.casefold()
    if folded in common or len(set(folded)) == 1:
        raise InvalidValue("this password is one of the first that are guessed; choose another", pointer)
    if email is not None and folded in _parts(email):
        raise InvalidValue("a password must not be the e-mail address", pointer)
    return text


def _parts(email: EmailAddress) -> set[str]:
    parts = set()
    for address in (normalized(email.text).casefold(), email.key):
        local, _, domain = address.rpartition("@")
        parts |= {address, local, domain}
    return parts
