"""UUIDv7 by uuid-utils, since Python 3.11's own uuid module stops at version 5."""

from uuid import UUID

from uuid_utils.compat import uuid7


class Uuid7Ids:
    def new(self) -> UUID:
        return uuid7()
