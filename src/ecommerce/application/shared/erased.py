"""Addresses of people who were erased: theirs to nobody, and written to by nobody."""

from uuid import UUID

# RFC 2606: no mail can ever arrive there.
_DOMAIN = "@erased.invalid"


def pseudonym(account_id: UUID) -> str:
    """What stands where the e-mail address stood."""
    return f"{account_id}{_DOMAIN}"


def is_erased(email: str) -> bool:
    return email.endswith(_DOMAIN)
