"""The worker's part of a shop, step by step: events become mails, which a real SMTP server receives."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy

import asyncpg
from aiosmtpd.smtp import SMTP, Envelope, Session

from ecommerce.application.shared.outgoing import OutgoingEvents
from ecommerce.application.shared.ports import Clock
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.settings import Settings
from ecommerce.entrypoints.worker.deliver import DeliverEvent, DeliveryBounds, by_kind
from ecommerce.entrypoints.worker.subscriptions import SUBSCRIPTIONS

DUE = "SELECT id FROM outbox WHERE done_at IS NULL AND parked_at IS NULL AND kind = ANY($1) ORDER BY id"
LINK = re.compile(r"https?://\S+\?token=([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str
    html: str
    raw: bytes

    @property
    def link(self) -> str:
        """The one link of the mail, the same in its text and its HTML."""
        found = LINK.search(self.text)
        assert found is not None, self.text
        assert f'href="{found[0]}"' in self.html
        return found[0]

    @property
    def token(self) -> str:
        return self.link.partition("?token=")[2]


@dataclass
class Mailroom:
    deliver: DeliverEvent | None = None
    database: asyncpg.Connection | None = None
    mails: list[Mail] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        assert text is not None and html is not None
        self.mails.append(
            Mail(
                envelope.rcpt_tos[0],
                str(message["Subject"]),
                text.get_content(),
                html.get_content(),
                envelope.content,
            )
        )
        return "250 OK"

    async def work(self) -> list[Mail]:
        """Deliver every event there is; the mails that came of them."""
        assert self.deliver is not None and self.database is not None
        before = len(self.mails)
        kinds = list(by_kind(SUBSCRIPTIONS))
        while due := await self.database.fetch(DUE, kinds):
            for row in due:
                await self.deliver(row["id"])
        return self.mails[before:]


@asynccontextmanager
async def open_mailroom(settings: Settings, room: Mailroom) -> AsyncIterator[None]:
    """Its mail server listens where the settings say."""
    loop = asyncio.get_running_loop()
    port = int(settings.mail.smtp_url.rpartition(":")[2])
    server = await loop.create_server(lambda: SMTP(room, hostname="mx"), "127.0.0.1", port)
    container = build_container(settings)
    room.database = database = await asyncpg.connect(settings.database.url)
    room.deliver = DeliverEvent(
        container,
        await container.get(OutgoingEvents),
        await container.get(Clock),
        by_kind(SUBSCRIPTIONS),
        DeliveryBounds(),
    )
    try:
        yield
    finally:
        await database.close()
        await container.close()
        server.close()
        await server.wait_closed()
