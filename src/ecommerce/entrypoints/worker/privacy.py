"""Exports that are made, and people who are erased."""

from uuid import UUID

from dishka import AsyncContainer

from ecommerce.application.privacy.erase_person import ErasePerson, ErasePersonHandler
from ecommerce.application.privacy.make_export import MakeExport, MakeExportHandler
from ecommerce.application.privacy.resume import ResumePrivacyHandler
from ecommerce.entrypoints.worker.deliver import SYSTEM
from ecommerce.entrypoints.worker.delivery import Delivery, Subscription


async def make_export(container: AsyncContainer, delivery: Delivery) -> None:
    handler = await container.get(MakeExportHandler)
    await handler(MakeExport(UUID(delivery.payload["request_id"])))


async def erase(container: AsyncContainer, delivery: Delivery) -> None:
    """What isn't done after that, `resume_privacy` ends."""
    handler = await container.get(ErasePersonHandler)
    await handler(ErasePerson(UUID(delivery.payload["request_id"])), SYSTEM)


async def resume_privacy(container: AsyncContainer) -> None:
    await (await container.get(ResumePrivacyHandler))(SYSTEM)


SUBSCRIPTIONS = (
    Subscription("ExportRequested", "privacy.make_export", make_export),
    Subscription("AccountClosed", "privacy.erase", erase),
)
