"""Gather everything that is held about a person into an archive."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.privacy.archives import packed
from ecommerce.application.privacy.ports import People, PersonalData, PrivacyRequests
from ecommerce.application.shared.ports import Cipher, UnitOfWork
from ecommerce.domain.privacy.request import ARCHIVE_KEPT, LARGEST_EXPORT, ExportTooLarge, RequestKind
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True)
class MakeExport:
    request_id: UUID


class MakeExportHandler:
    """Only its end is kept: who dies on the way is followed by another, from the start."""

    def __init__(
        self,
        uow: UnitOfWork,
        people: People,
        data: PersonalData,
        requests: PrivacyRequests,
        cipher: Cipher,
        largest: int = LARGEST_EXPORT,
    ) -> None:
        self._uow = uow
        self._people = people
        self._data = data
        self._requests = requests
        self._cipher = cipher
        self._largest = largest

    async def __call__(self, command: MakeExport) -> None:
        """What can't be made is recorded as failed. Raises `Unavailable`."""
        async with self._uow.begin():
            request = await self._requests.begin(command.request_id, RequestKind.EXPORT)
        if request is None:
            return
        try:
            records = await self._gather(UserId(request.account_id))
        except (NotFound, ExportTooLarge) as error:
            async with self._uow.begin():
                await self._requests.finish(request.id, failure=error.code)
            return
        archive, size = await asyncio.to_thread(packed, records, self._cipher)
        async with self._uow.begin():
            await self._requests.keep_archive(request.id, archive, size, ARCHIVE_KEPT)

    async def _gather(self, account_id: UserId) -> dict[str, list[bytes]]:
        records: dict[str, list[bytes]] = {}
        size = 0
        async with self._uow.begin():
            subject = await self._people.subject(account_id)
            async for kind, record in self._data.collect(subject):
                size += len(record)
                if size > self._largest:
                    raise ExportTooLarge("there is more about this person than one archive may hold")
                records.setdefault(kind, []).append(record)
        return records
