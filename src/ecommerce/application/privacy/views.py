"""Jobs as those who asked for them see them."""

from datetime import datetime
from uuid import UUID

import msgspec


class ExportView(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is queued, running, done, failed (`failure` says why) or expired.

    `download_url` is there when it is done: it opens without credentials, for some minutes. `size` in bytes.
    """

    id: UUID
    status: str
    failure: str | None
    size: int | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    download_url: str | None


class ErasureView(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is queued, running or done."""

    id: UUID
    status: str
    created_at: datetime
    finished_at: datetime | None
