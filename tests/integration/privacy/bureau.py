"""The shop's own side of exports and erasures, over a database of its own."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from dishka import AsyncContainer, Provider, Scope, provide

from ecommerce.adapters.memory.notifications import MemorySender
from ecommerce.adapters.memory.payments import MemoryGateway
from ecommerce.application.notifications.deliver_notification import (
    DeliverNotification,
    DeliverNotificationHandler,
)
from ecommerce.application.notifications.ports import Channels
from ecommerce.application.payments.ports import PaymentGateway
from ecommerce.application.privacy.ask_for_export import AskForExport, AskForExportHandler
from ecommerce.application.privacy.close_account import CloseAccount, CloseAccountHandler
from ecommerce.application.privacy.erase_person import ErasePerson, ErasePersonHandler
from ecommerce.application.privacy.fetch_archive import ArchiveReader
from ecommerce.application.privacy.make_export import MakeExport, MakeExportHandler
from ecommerce.application.privacy.views import ErasureView
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.entrypoints.bootstrap.container import build_container
from tests.factories.till import settings

CLERK = Actor.system("test")
T = TypeVar("T")


class Outside(Provider):
    scope = Scope.APP

    def __init__(self, mails: MemorySender) -> None:
        super().__init__()
        self._mails = mails

    @provide
    def channels(self) -> Channels:
        return Channels({"email": self._mails})

    @provide
    def gateway(self) -> PaymentGateway:
        return MemoryGateway()


@dataclass
class Bureau:
    container: AsyncContainer
    connection: asyncpg.Connection
    mails: MemorySender = field(default_factory=MemorySender)

    async def run(self, handler: type[Any], *arguments: object) -> Any:
        async with self.container({Call: Call(actor=CLERK)}) as scope:
            return await (await scope.get(handler))(*arguments)

    async def export(self, email: str) -> dict[str, list[dict[str, Any]]]:
        """What is in the archive, by the name of its kind."""
        asked, _ = await self.run(AskForExportHandler, AskForExport(email=email), CLERK)
        await self.run(MakeExportHandler, MakeExport(asked.id))
        async with self.container({Call: Call(actor=CLERK)}) as scope:
            reader = await scope.get(ArchiveReader)
            return read_zip(await reader.read(asked.id))

    async def close(self, email: str) -> ErasureView:
        closed: ErasureView = await self.run(CloseAccountHandler, CloseAccount(email=email), CLERK)
        return closed

    async def erase(self, request_id: UUID) -> bool:
        return bool(await self.run(ErasePersonHandler, ErasePerson(request_id), CLERK))

    async def send_mails(self) -> None:
        for row in await self.connection.fetch("SELECT id FROM notification WHERE status = 'queued'"):
            await self.run(DeliverNotificationHandler, DeliverNotification(notification_id=row["id"]))

    async def let_time_pass(self, minutes: int = 12) -> None:
        """For the erasures that wait."""
        await self.connection.execute(
            "UPDATE privacy_request SET created_at = created_at - make_interval(mins => $1)", minutes
        )

    async def forget(self, email: str) -> None:
        """From the wish to its end."""
        request = await self.close(email)
        await self.send_mails()
        await self.erase(request.id)
        await self.let_time_pass()
        assert await self.erase(request.id)


def read_zip(content: bytes) -> dict[str, list[dict[str, Any]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist()}


@asynccontextmanager
async def open_bureau(url: str) -> AsyncIterator[Bureau]:
    mails = MemorySender()
    container = build_container(settings(url), Outside(mails))
    connection = await asyncpg.connect(url)
    try:
        yield Bureau(container, connection, mails)
    finally:
        await connection.close()
        await container.close()
