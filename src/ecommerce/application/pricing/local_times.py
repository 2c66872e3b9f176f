"""Times as staff write them: with an offset, or as the clocks of the store show."""

from datetime import UTC, datetime, tzinfo

from ecommerce.domain.shared.kernel import InvalidValue


def in_utc(at: datetime | None, zone: tzinfo, pointer: str) -> datetime | None:
    """Raises `InvalidValue` for a time that no calendar in UTC has."""
    if at is None:
        return None
    try:
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise InvalidValue("is too far away", pointer) from None
