"""What people may ask to be done with their data: all of it handed out, or forgotten."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath

from ecommerce.application.privacy.ask_for_export import AskForExport, AskForExportHandler
from ecommerce.application.privacy.close_account import CloseAccount, CloseAccountHandler
from ecommerce.application.privacy.fetch_archive import FetchArchive, FetchArchiveHandler
from ecommerce.application.privacy.show_export import ShowExportHandler
from ecommerce.application.privacy.views import ErasureView, ExportView
from ecommerce.application.shared.actor import StepUpRequired
from ecommerce.application.shared.call import Call
from ecommerce.domain.identity.custom_role import LastAdmin
from ecommerce.domain.privacy.request import OrdersUnderWay
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.entrypoints.http.operation import CUSTOMER, PUBLIC
from ecommerce.entrypoints.http.replies import RawReply, Reply
from ecommerce.entrypoints.http.routing import Query, delete, get, post


class ArchiveQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As the link has them. `expires` in seconds since 1970."""

    expires: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    signature: Annotated[str, msgspec.Meta(max_length=200)]


class PrivacyController(Controller):
    path = "/users/me"
    tags = ("Account",)

    @post(
        "/export",
        status=201,
        policy=CUSTOMER,
        also={200: "OK: the export that is being made already"},
        raises=(NotFound,),
    )
    async def ask_for_export(
        self, handler: FromDishka[AskForExportHandler], call: FromDishka[Call]
    ) -> Reply[ExportView]:
        """Ask for everything that is held about you.

        It is made by a job: look at it until it is `done`, then fetch it by its `download_url`.
        """
        export, is_new = await handler(AskForExport(), call.actor)
        return Reply(export, status=201 if is_new else 200)

    @get("/export/{export_id:uuid}", policy=CUSTOMER, raises=(NotFound,))
    async def show_export(
        self, export_id: FromPath[UUID], handler: FromDishka[ShowExportHandler], call: FromDishka[Call]
    ) -> ExportView:
        """Show how far an export is. Each time its link is a fresh one."""
        return await handler(export_id, call.actor)

    @delete(
        "/",
        status=202,
        policy=CUSTOMER,
        step_up=True,
        raises=(NotFound, StepUpRequired, LastAdmin, OrdersUnderWay),
    )
    async def erase(self, handler: FromDishka[CloseAccountHandler], call: FromDishka[Call]) -> ErasureView:
        """Close your account and have everything about you erased.

        All sessions end at once. Orders that nobody has begun to fulfil are cancelled and their money goes
        back; while parcels are on their way it is refused. A job does the rest.
        """
        return await handler(CloseAccount(), call.actor)


class ArchiveController(Controller):
    """Apart from what is one's own: a link is all that is needed here."""

    path = "/exports"
    tags = ("Account",)

    @get("/{export_id:uuid}", policy=PUBLIC, produces="application/zip", raises=(NotFound,))
    async def fetch(
        self,
        export_id: FromPath[UUID],
        query: Query[ArchiveQuery],
        handler: FromDishka[FetchArchiveHandler],
    ) -> RawReply:
        """Fetch an export by its link, which opens without other credentials: a zip of JSON."""
        command = FetchArchive(request_id=export_id, expires=query.expires, signature=query.signature)
        headers = {
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="export-{export_id}.zip"',
        }
        return RawReply(200, await handler(command), headers)
