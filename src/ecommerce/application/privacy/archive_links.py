"""Links to an export that open without other credentials: signed, and good for some minutes."""

import hmac
from datetime import datetime
from uuid import UUID

from ecommerce.application.privacy.ports import PrivacyRequest, PrivacyRules
from ecommerce.application.privacy.views import ExportView
from ecommerce.application.shared.ports import Clock
from ecommerce.application.shared.tokens import Tokens
from ecommerce.domain.privacy.request import LINK_LIFETIME, RequestStatus

PURPOSE = "privacy-archive-link"


class ArchiveLinks:
    def __init__(self, tokens: Tokens, clock: Clock, rules: PrivacyRules) -> None:
        self._tokens = tokens
        self._clock = clock
        self._base_url = rules.base_url

    def view(self, request: PrivacyRequest) -> ExportView:
        """The export as its person sees it. Each look makes a fresh link."""
        done = request.status == RequestStatus.DONE and request.expires_at is not None
        return ExportView(
            id=request.id,
            status=request.status,
            failure=request.failure,
            size=request.size,
            created_at=request.created_at,
            finished_at=request.finished_at,
            expires_at=request.expires_at,
            download_url=self._link(request.id, request.expires_at) if done and request.expires_at else None,
        )

    def opens(self, request_id: UUID, expires: int, signature: str) -> bool:
        good = hmac.compare_digest(self._signature(request_id, expires).encode(), signature.encode())
        return good and self._clock.now().timestamp() < expires

    def _link(self, request_id: UUID, archive_expires: datetime) -> str:
        until = min(self._clock.now() + LINK_LIFETIME, archive_expires)
        expires = int(until.timestamp())
        path = f"/api/v1/exports/{request_id}"
        return f"{self._base_url}{path}?expires={expires}&signature={self._signature(request_id, expires)}"

    def _signature(self, request_id: UUID, expires: int) -> str:
        return self._tokens.derived(PURPOSE, f"{request_id}:{expires}".encode())
