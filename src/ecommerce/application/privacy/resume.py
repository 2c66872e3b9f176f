"""Take up the jobs that nobody works on any more, and erasures that are to look again."""

from datetime import timedelta

import structlog

from ecommerce.application.privacy.erase_person import ErasePerson, ErasePersonHandler
from ecommerce.application.privacy.make_export import MakeExport, MakeExportHandler
from ecommerce.application.privacy.ports import PrivacyRequests
from ecommerce.application.shared.actor import Actor
from ecommerce.domain.privacy.request import RequestKind
from ecommerce.domain.shared.kernel import ConcurrentUpdate, DomainError, Unavailable

# Before that, whoever was told of it may still be at it.
AFTER = timedelta(seconds=60)
BATCH = 20
log = structlog.get_logger()


class ResumePrivacyHandler:
    """One that fails does not keep the others waiting: the next run tries it again."""

    def __init__(
        self, requests: PrivacyRequests, export: MakeExportHandler, erase: ErasePersonHandler
    ) -> None:
        self._requests = requests
        self._export = export
        self._erase = erase

    async def __call__(self, actor: Actor, older_than: timedelta = AFTER, limit: int = BATCH) -> None:
        for request_id in await self._requests.unfinished(RequestKind.EXPORT, older_than, limit):
            try:
                await self._export(MakeExport(request_id))
            except DomainError as error:
                log.warning("privacy.export_put_off", request=str(request_id), code=error.code)
            except Exception:  # a bug met with one person must not hold up all others
                log.exception("privacy.export_failed", request=str(request_id))
        for request_id in await self._requests.unfinished(RequestKind.ERASURE, older_than, limit):
            try:
                await self._erase(ErasePerson(request_id), actor)
            except (Unavailable, ConcurrentUpdate) as error:
                log.info("privacy.erasure_waits", request=str(request_id), why=str(error))
            except Exception:  # as above: logged with its trace, and tried again by the next run
                log.exception("privacy.erasure_failed", request=str(request_id))
