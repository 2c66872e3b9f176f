"""Hand out an export to whoever holds a link to it."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from ecommerce.application.privacy.archive_links import ArchiveLinks
from ecommerce.application.privacy.archives import unpacked
from ecommerce.application.privacy.ports import PrivacyRequests
from ecommerce.application.shared.ports import Cipher
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchArchive:
    request_id: UUID
    expires: int
    signature: str = field(repr=False)


class ArchiveReader:
    """For ourselves: nobody is asked who they are. Raises `NotFound`."""

    def __init__(self, requests: PrivacyRequests, cipher: Cipher) -> None:
        self._requests = requests
        self._cipher = cipher

    async def read(self, request_id: UUID) -> bytes:
        archive = await self._requests.archive(request_id)
        return await asyncio.to_thread(unpacked, archive, self._cipher)


class FetchArchiveHandler:
    """Raises `NotFound` for a link that was forged or has expired, as for an archive that is gone."""

    def __init__(self, archives: ArchiveReader, links: ArchiveLinks) -> None:
        self._archives = archives
        self._links = links

    async def __call__(self, command: FetchArchive) -> bytes:
        if not self._links.opens(command.request_id, command.expires, command.signature):
            raise NotFound("there is no such export, or the link has expired")
        return await self._archives.read(command.request_id)
