"""Somebody wants everything that is held about them."""

from dataclasses import dataclass

from ecommerce.application.privacy.archive_links import ArchiveLinks
from ecommerce.application.privacy.ports import PrivacyRequests
from ecommerce.application.privacy.views import ExportView
from ecommerce.application.privacy.whose import Whose
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import Outbox
from ecommerce.application.shared.records import Desk
from ecommerce.domain.privacy.request import ExportRequested


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForExport:
    """One's own, or (staff, the command line) that of the account with this address."""

    email: str | None = None


class AskForExportHandler:
    def __init__(
        self, desk: Desk, whose: Whose, requests: PrivacyRequests, outbox: Outbox, links: ArchiveLinks
    ) -> None:
        self._desk = desk
        self._whose = whose
        self._requests = requests
        self._outbox = outbox
        self._links = links

    async def __call__(self, command: AskForExport, actor: Actor) -> tuple[ExportView, bool]:
        """The export and True; or the one that is being made already, and False.

        Raises `Unauthenticated`, `Forbidden` and `NotFound`.
        """
        account_id = await self._whose.account(command.email, actor)
        async with self._desk.uow.begin():
            request_id = self._desk.ids.new()
            request, is_new = await self._requests.ask_for_export(request_id, account_id, actor.label)
            if is_new:
                await self._outbox.add([ExportRequested(request_id=request.id)])
                await self._desk.audit.record(
                    actor, "privacy.export_asked", f"account:{account_id}", None, None
                )
        return self._links.view(request), is_new
