"""The staff's desk for promotions: the API over a database, callers with the permissions they name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from dishka import AsyncContainer, Provider, Scope, provide

from ecommerce.application.pricing.contracts import PromotionClaim, PromotionLedger
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.authentication import Authenticator
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.shared.ids import UserId
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.http.app import create_app
from tests.factories.promotions import PromotionFactory
from tests.factories.till import settings

STAFF_ID = UserId(UUID("01940000-0000-7000-8000-00000000beef"))
STAFF = {"Authorization": "Bearer promotions:read promotions:write"}
READER = {"Authorization": "Bearer promotions:read"}
TEN_OFF = {"kind": "percentage", "ppm": 100_000}


class StaffByPermission(Provider):
    @provide(scope=Scope.APP)
    def authenticator(self) -> Authenticator:
        async def identify(authorization: str, call: Call) -> Actor:
            permissions = frozenset(authorization.removeprefix("Bearer ").split())
            return Actor(label=f"staff:{STAFF_ID}", account_id=STAFF_ID, permissions=permissions)

        return identify


@dataclass
class Desk:
    container: AsyncContainer
    client: httpx.AsyncClient
    factory: PromotionFactory

    async def create(self, **more: Any) -> httpx.Response:
        body = {"name": "Summer", "benefit": TEN_OFF, **more}
        return await self.client.post("/admin/promotions", json=body, headers=STAFF)

    async def promotion(self, **more: Any) -> dict[str, Any]:
        made = await self.create(**more)
        assert made.status_code == 201, made.text
        shown: dict[str, Any] = made.json()
        return shown

    async def show(self, promotion_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = (
            await self.client.get(f"/admin/promotions/{promotion_id}", headers=READER)
        ).json()
        return shown

    async def put(self, promotion_id: str, etag: str = "*", **more: Any) -> httpx.Response:
        """As it is, but for what is named."""
        shown = await self.show(promotion_id)
        body = {name: each for name, each in shown.items() if name not in NOT_IN_A_BODY}
        headers = {**STAFF, "If-Match": etag}
        return await self.client.put(
            f"/admin/promotions/{promotion_id}", json={**body, **more}, headers=headers
        )

    def claim_of(self, **more: Any) -> PromotionClaim:
        plain = {
            "name": "Summer",
            "discount": 100,
            "coupon_code_id": None,
            "per_customer": None,
            "limited": False,
        }
        return PromotionClaim(**{**plain, **more})

    def changed(self, definition: PromotionDefinition, **more: Any) -> PromotionDefinition:
        return msgspec.structs.replace(definition, **more)

    async def use(
        self,
        promotion_id: str,
        discount: int = 100,
        customer: bytes = b"me",
        order: UUID | None = None,
        **more: Any,
    ) -> UUID:
        """An order that uses it, as placing would; at the version it has now, unless told."""
        if "version" not in more:
            row = await self.factory.row("SELECT version FROM promotion WHERE id = $1", UUID(promotion_id))
            more["version"] = row["version"]
        use = self.claim_of(promotion_id=UUID(promotion_id), discount=discount, **more)
        order_id = order or await self.factory.order()
        async with self.container({Call: Call()}) as scope:
            ledger, uow = await scope.get(PromotionLedger), await scope.get(UnitOfWork)
            async with uow.begin():
                await ledger.claim(order_id, "USD", [use], [customer])
        return order_id

    async def release(self, order_id: UUID) -> None:
        async with self.container({Call: Call()}) as scope:
            ledger, uow = await scope.get(PromotionLedger), await scope.get(UnitOfWork)
            async with uow.begin():
                await ledger.release(order_id)


NOT_IN_A_BODY = ("id", "used", "spent", "created_at", "updated_at")


@asynccontextmanager
async def open_desk(url: str, **more: str) -> AsyncIterator[Desk]:
    wanted = settings(url, STORE_CURRENCIES="USD,EUR", STORE_TIME_ZONE="Europe/Berlin", **more)
    container = build_container(wanted, StaffByPermission())
    app = create_app(container, http_config(wanted, lambda _: None))
    try:
        async with app.lifespan():
            transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # Litestar names its scopes
            async with httpx.AsyncClient(transport=transport, base_url="http://shop.test/api/v1") as client:
                yield Desk(container, client, PromotionFactory(url))
    finally:
        await container.close()


def some_key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}
