"""Runs the sandbox: HTTP, SMTP, webhook deliveries and the passing of time, in one event loop."""

import asyncio
from collections.abc import Awaitable

from ecommerce.adapters.sandbox.app import App
from ecommerce.adapters.sandbox.control.doors import ControlDoors
from ecommerce.adapters.sandbox.control.stripe_doors import StripeDoors
from ecommerce.adapters.sandbox.faults import Faults
from ecommerce.adapters.sandbox.mail.doors import MailDoors
from ecommerce.adapters.sandbox.mail.mailbox import Mailbox
from ecommerce.adapters.sandbox.mail.smtp import MailHandler, MailServer
from ecommerce.adapters.sandbox.pages.challenge import ChallengeDoors
from ecommerce.adapters.sandbox.pages.home import HomeDoors
from ecommerce.adapters.sandbox.settings import SandboxSettings
from ecommerce.adapters.sandbox.sms.twilio import Twilio
from ecommerce.adapters.sandbox.state.clock import Clock
from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.state.objects import Objects
from ecommerce.adapters.sandbox.stripe.api import StripeApi
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.timekeeper import Timekeeper
from ecommerce.adapters.sandbox.stripe.wire.credentials import Keys
from ecommerce.adapters.sandbox.stripe.wire.idempotency import Idempotency
from ecommerce.adapters.sandbox.web.listener import Listener
from ecommerce.adapters.sandbox.webhooks.courier import Courier
from ecommerce.adapters.sandbox.webhooks.endpoints import Endpoints
from ecommerce.adapters.sandbox.webhooks.outbox import Outbox

__all__ = ["SandboxSettings", "serve_sandbox"]


class Sandbox:
    """All the parts, wired; built once for each run."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.database = database = Database(settings.data_dir)
        self.clock = clock = Clock(database)
        self.faults = faults = Faults(database)
        self.endpoints = endpoints = Endpoints(
            Objects(database), settings.webhook_url, settings.webhook_secret
        )
        outbox = Outbox(database, endpoints, faults)
        self.books = books = Books(database, clock, outbox)
        idempotency = Idempotency(database, clock)
        self.courier = courier = Courier(outbox, endpoints, Objects(database))
        self.timekeeper = Timekeeper(database, clock, books, idempotency, courier.wake)
        keys = Keys(settings.stripe_secret_key, settings.stripe_publishable_key)
        mailbox = Mailbox(database)
        handler = MailHandler(mailbox, faults, login_needed=settings.smtp_username is not None)
        self.mail_server = MailServer(handler, faults, settings.smtp_username, settings.smtp_password)
        twilio = Twilio(database)
        control = ControlDoors(database, clock, faults, outbox, time_moved=self.time_moved, wiped=self.wiped)
        doors = [
            *control.doors(),
            *StripeDoors(database, books, endpoints, outbox, courier.wake).doors(),
            *MailDoors(mailbox).doors(),
            *twilio.doors(),
            *ChallengeDoors(database, books, courier.wake).doors(),
            *HomeDoors(control, books.objects, outbox, mailbox, twilio).doors(),
        ]
        stripe = StripeApi(database, books, idempotency, keys, courier.wake)
        self.listener = Listener(App(stripe, doors, faults, settings.token))

    def time_moved(self) -> None:
        self.timekeeper.catch_up()
        self.courier.wake()

    def wiped(self) -> None:
        self.clock.reset()
        self.faults.reload()
        self.endpoints.load()

    async def start(self, settings: SandboxSettings) -> None:
        port = await self.listener.start(settings.host, settings.port)
        self.books.base_url = f"http://{settings.host}:{port}"
        await self.mail_server.start(settings.host, settings.smtp_port)

    async def close(self) -> None:
        await self.mail_server.close()
        await self.listener.close()
        self.database.close()


async def serve_sandbox(
    settings: SandboxSettings, *, ready: asyncio.Event | None = None, stop: asyncio.Event | None = None
) -> None:
    """Serve until cancelled or until `stop` is set; `ready` is set when both ports listen.

    Raises `OSError` when a port is taken. Nothing accepted is lost by a kill at any moment.
    """
    sandbox = Sandbox(settings)
    try:
        await sandbox.start(settings)
        if ready is not None:
            ready.set()
        await first_of(sandbox.courier.run(), sandbox.timekeeper.run(), (stop or asyncio.Event()).wait())
    finally:
        await sandbox.close()


async def first_of(*works: Awaitable[object]) -> None:
    """Wait for the first to end, raise what it raised, and cancel the others."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
