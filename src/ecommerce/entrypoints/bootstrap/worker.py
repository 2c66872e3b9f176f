"""The worker, put together."""

import asyncio
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import uvloop
from dishka import AsyncContainer

from ecommerce.adapters.saq.consumer import CronTask, SaqConsumer
from ecommerce.adapters.saq.queue import PatientQueue
from ecommerce.application.shared.outgoing import Bell, DeliveryQueue, OutgoingEvents
from ecommerce.application.shared.ports import Clock
from ecommerce.entrypoints.bootstrap import logging
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.settings import Settings
from ecommerce.entrypoints.worker.app import WorkerApp
from ecommerce.entrypoints.worker.deliver import DeliverEvent, DeliveryBounds, by_kind
from ecommerce.entrypoints.worker.delivery import Subscription
from ecommerce.entrypoints.worker.patience import Patience
from ecommerce.entrypoints.worker.relay import Relay, RelayBounds
from ecommerce.entrypoints.worker.schedule import SCHEDULE, Scheduled, run_scheduled
from ecommerce.entrypoints.worker.subscriptions import SUBSCRIPTIONS


async def build_worker(
    container: AsyncContainer,
    settings: Settings,
    subscriptions: Sequence[Subscription] = SUBSCRIPTIONS,
    schedule: Sequence[Scheduled] = SCHEDULE,
    patience: Patience | None = None,
) -> WorkerApp:
    """`subscriptions` and the rest are given by tests."""
    wanted = settings.worker
    events = await container.get(OutgoingEvents)
    told = by_kind(subscriptions)
    deliver = DeliverEvent(
        container,
        events,
        await container.get(Clock),
        told,
        DeliveryBounds(
            lease=wanted.lease, subscriber_timeout=wanted.lease / 2, patience=patience or Patience()
        ),
    )
    relay = Relay(
        events,
        await container.get(Bell),
        await container.get(DeliveryQueue),
        deliver,
        told.keys(),
        RelayBounds(lease=min(15.0, wanted.lease), concurrency=wanted.concurrency),
    )
    consumer = SaqConsumer(
        await container.get(PatientQueue),
        deliver,
        [
            CronTask(each.name, each.cron, each.timeout, partial(run_scheduled, container, each))
            for each in schedule
        ],
        concurrency=wanted.concurrency,
        grace=wanted.grace,
    )
    ready_file = Path(wanted.ready_file) if wanted.ready_file else None
    return WorkerApp(relay, consumer, grace=wanted.grace, ready_file=ready_file)


def run_worker(settings: Settings) -> None:
    """Until SIGTERM or SIGINT."""
    logging.configure(settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(settings))


async def _work(settings: Settings) -> None:
    container = build_container(settings)
    try:
        app = await build_worker(container, settings)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, app.stop)
        await app.run()
    finally:
        await container.close()
