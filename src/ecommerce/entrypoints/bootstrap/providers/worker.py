"""The worker's ports: the outbox's reading side, its queue, housekeeping."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.outbox_relay import PgBell, PgOutboxCare, PgOutgoingEvents
from ecommerce.adapters.postgres.retention import PgRetention
from ecommerce.adapters.saq.queue import PatientQueue, SaqDeliveryQueue
from ecommerce.application.shared.outgoing import Bell, DeliveryQueue, OutboxCare, OutgoingEvents, Retention
from ecommerce.entrypoints.bootstrap.settings import Settings


class WorkerProvider(Provider):
    scope = Scope.APP

    @provide
    def events(self, database: Database) -> OutgoingEvents:
        return PgOutgoingEvents(database)

    @provide
    def bell(self, database: Database) -> Bell:
        return PgBell(database)

    @provide
    def care(self, database: Database) -> OutboxCare:
        return PgOutboxCare(database)

    @provide
    def retention(self, database: Database, settings: Settings) -> Retention:
        return PgRetention(database, settings.store.guest_cart_days)

    @provide
    async def queue(self, settings: Settings) -> AsyncIterator[PatientQueue]:
        # Longer than the lease: an attempt that is still held is never cut off by the queue.
        queue = PatientQueue(settings.redis_url, job_timeout=settings.worker.lease * 4)
        yield queue
        await queue.disconnect()

    @provide
    def delivery_queue(self, queue: PatientQueue) -> DeliveryQueue:
        return SaqDeliveryQueue(queue)
