"""E-mail addresses by email-validator: syntax only, nothing is looked up.

Mail goes to the address as it was written; what is compared is its key: the local part in Unicode's NFKC and
case-folded, the domain as it goes over the wire (IDNA). Refused is, in any script, what can't be seen
(control characters, fillers, selectors of variants) and what imitates another address (see `lookalikes`).
"""

import re
import unicodedata

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from ecommerce.adapters.contact.lookalikes import imitates
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.shared.kernel import InvalidValue

_LONGEST = 254
# Letters and marks by their category, yet nothing that anybody sees: joiners, fillers, selectors of variants,
# the blank pattern of Braille. All other characters without a shape email-validator refuses itself.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


class CheckedEmailAddresses:
    """`reserved` lets names like shop.test pass, for development."""

    def __init__(self, *, reserved: bool) -> None:
        self._reserved = reserved

    def parse(self, text: str, pointer: str) -> EmailAddress:
        try:
            found = self._validated(text)
            key = self._key(found)
        except EmailNotValidError as error:
            raise InvalidValue(f"is not an e-mail address: {error}", pointer) from None
        if imitates(f"{found.local_part}@{found.domain}"):
            raise InvalidValue("mixes scripts so that it could be taken for another address", pointer)
        return EmailAddress(found.normalized, key)

    def key(self, text: str) -> str | None:
        try:
            return self._key(self._validated(text))
        except EmailNotValidError:
            return None

    def _validated(self, text: str) -> ValidatedEmail:
        if len(text) > _LONGEST:
            raise EmailNotValidError("it is too long")
        if not text.isascii() and _UNSEEN.search(text):
            raise EmailNotValidError("it has characters that can't be seen")
        # Blanks around it alone are forgiven: of a line break nobody can tell what was to follow.
        return validate_email(text.strip(" "), check_deliverability=False, test_environment=self._reserved)

    def _key(self, found: ValidatedEmail) -> str:
        """Raises `EmailNotValidError` where NFKC makes something of the address that is none."""
        local, domain = found.local_part, found.ascii_domain.lower()
        if local.isascii():
            return f"{local.lower()}@{domain}"
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", local).casefold())
        self._validated(f"{folded}@{domain}")
        return f"{folded}@{domain}"
