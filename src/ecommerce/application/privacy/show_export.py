"""How far an export is, and the way to fetch it."""

from uuid import UUID

from ecommerce.application.privacy.archive_links import ArchiveLinks
from ecommerce.application.privacy.ports import PrivacyRequests
from ecommerce.application.privacy.views import ExportView
from ecommerce.application.shared.actor import Actor


class ShowExportHandler:
    """Raises `NotFound` for one that is absent or somebody else's."""

    def __init__(self, requests: PrivacyRequests, links: ArchiveLinks) -> None:
        self._requests = requests
        self._links = links

    async def __call__(self, export_id: UUID, actor: Actor) -> ExportView:
        return self._links.view(await self._requests.find_export(export_id, actor.require_account()))
