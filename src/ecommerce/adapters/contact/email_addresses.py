"""E-mail addresses by email-validator: syntax only, nothing is looked up."""

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.shared.kernel import InvalidValue

_LONGEST = 254


class CheckedEmailAddresses:
    """`reserved` lets names like shop.test pass, for development."""

    def __init__(self, *, reserved: bool) -> None:
        self._reserved = reserved

    def parse(self, text: str, pointer: str) -> EmailAddress:
        try:
            found = self._validated(text)
        except EmailNotValidError as error:
            raise InvalidValue(f"is not an e-mail address: {error}", pointer) from None
        return EmailAddress(found.normalized, _key(found))

    def key(self, text: str) -> str | None:
        try:
            return _key(self._validated(text))
        except EmailNotValidError:
            return None

    def _validated(self, text: str) -> ValidatedEmail:
        if len(text) > _LONGEST:
            raise EmailNotValidError("it is too long")
        return validate_email(text.strip(), check_deliverability=False, test_environment=self._reserved)


def _key(found: ValidatedEmail) -> str:
    """In small letters, the domain as it goes over the wire."""
    return f"{found.local_part.lower()}@{found.ascii_domain.lower()}"
