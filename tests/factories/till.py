"""A shop whose payments are real but for the provider, which lives in memory and does as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import httpx
import stripe
from dishka import AsyncContainer, Provider, Scope, provide

from ecommerce.adapters.memory.payments import MemoryGateway
from ecommerce.adapters.postgres.database import Database
from ecommerce.application.payments.contracts import PaymentStarted, PaymentStarter, PaymentWanted
from ecommerce.application.payments.ports import PaymentGateway
from ecommerce.application.payments.provider import IntentState
from ecommerce.application.payments.receive_webhook import ReceiveWebhook, ReceiveWebhookHandler
from ecommerce.application.payments.settle_payment import SettlePayment, SettlePaymentHandler
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.authentication import Authenticator
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.idempotency import IdempotencyKey
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.money import Money
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import Settings, load
from ecommerce.entrypoints.http.app import create_app
from ecommerce.entrypoints.worker.delivery import Delivery
from ecommerce.entrypoints.worker.payments import SUBSCRIPTIONS
from tests.factories.orders import Line, PlacedOrder, place_order

T = TypeVar("T")
SECRET, OTHER_SECRET = "whsec_new", "whsec_old"
STAFF = Actor.system("test")
STAFF_ID = UUID("01940000-0000-7000-8000-00000000beef")
_numbers = count(1)
# Stripe's words for what the gateway tells in ours.
WORDS = {"authorized": "requires_capture", "cancelled": "canceled", "captured": "succeeded"}


def settings(url: str, **more: str) -> Settings:
    return load(
        {
            "ECOMMERCE_ENV": "test",
            "ECOMMERCE_BASE_URL": "http://shop.test",
            "ECOMMERCE_SECRET_KEY": "k" * 40,
            "ECOMMERCE_DATABASE_URL": url,
            "ECOMMERCE_REDIS_URL": "redis://127.0.0.1:1/0",
            "ECOMMERCE_STRIPE_API_KEY": "sk_test_kit",
            "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_test_kit",
            "ECOMMERCE_STRIPE_WEBHOOK_SECRETS": f"{SECRET},{OTHER_SECRET}",
            "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
            "ECOMMERCE_MAIL_FROM": "shop@example.com",
            **{f"ECOMMERCE_{name}": value for name, value in more.items()},
        }
    )


class InMemory(Provider):
    def __init__(self, gateway: MemoryGateway) -> None:
        super().__init__()
        self._gateway = gateway

    @provide(scope=Scope.APP)
    def gateway(self) -> PaymentGateway:
        return self._gateway


@dataclass
class Till:
    url: str
    container: AsyncContainer
    gateway: MemoryGateway

    async def do(self, handler: type[Any], command: object, key: IdempotencyKey | None = None) -> Any:
        async with self.container({Call: Call(actor=STAFF, idempotency_key=key)}) as scope:
            return await (await scope.get(handler))(command)

    async def run(self, handler: type[Any], *arguments: object) -> Any:
        async with self.container({Call: Call(actor=STAFF)}) as scope:
            return await (await scope.get(handler))(*arguments)

    async def order(self, *lines: Line, **more: Any) -> PlacedOrder:
        return await place_order(self.url, *lines, **more)

    async def start(self, order: PlacedOrder) -> PaymentStarted:
        starter: PaymentStarter = await self.container.get(PaymentStarter)
        wanted = PaymentWanted(
            payment_id=order.payment_id,
            order_id=order.id,
            order_number=order.number,
            money=Money(order.total, order.currency),
        )
        return await starter.start(wanted)

    async def started(self, *lines: Line, **more: Any) -> tuple[PlacedOrder, str]:
        """An order and its intent's reference."""
        order = await self.order(*lines, **more)
        await self.start(order)
        return order, await self.ref(order)

    async def paid(self, *lines: Line, **more: Any) -> tuple[PlacedOrder, str]:
        order, ref = await self.started(*lines, **more)
        await self.settle(self.gateway.pay(ref))
        await self.drain()
        return order, ref

    async def ref(self, order: PlacedOrder) -> str:
        return str(await self.value("SELECT provider_ref FROM payment WHERE id = $1", order.payment_id))

    async def settle(self, intent: IntentState, source: str = "test") -> str:
        said: str = await self.do(SettlePaymentHandler, SettlePayment(intent=intent, source=source))
        return said

    async def webhook(self, event: dict[str, Any], secret: str = SECRET) -> bool:
        body = json.dumps(event)
        sign: Any = stripe.WebhookSignature.generate_signature_header
        command = ReceiveWebhook(body=body.encode(), signature=sign(body, secret))
        return bool(await self.do(ReceiveWebhookHandler, command))

    async def told(self, intent: IntentState, kind: str = "payment_intent.succeeded", **more: Any) -> None:
        """A webhook about the intent as it is given here, handled."""
        await self.webhook(event_of(intent_json(intent), kind, **more))
        await self.drain()

    async def drain(self) -> None:
        """Deliver what the outbox holds to those of payments, as the worker would."""
        database = await self.container.get(Database)
        while rows := await database.fetch(
            "UPDATE outbox SET done_at = now() WHERE done_at IS NULL"
            " RETURNING id, kind, aggregate_id, payload, occurred_at"
        ):
            for row in sorted(rows, key=lambda each: each["id"]):
                await self._deliver(Delivery(**_delivery(row)))

    async def _deliver(self, delivery: Delivery) -> None:
        for each in SUBSCRIPTIONS:
            if each.kind == delivery.kind:
                async with self.container({Call: Call(actor=STAFF)}) as scope:
                    await each.subscriber(scope, delivery)

    async def value(self, sql: str, *arguments: object) -> Any:
        row = await (await self.container.get(Database)).fetch_row(sql, *arguments)
        return row[0] if row else None

    async def execute(self, sql: str, *arguments: object) -> None:
        await (await self.container.get(Database)).execute(sql, *arguments)

    async def statuses(self, order: PlacedOrder) -> tuple[str, str, str]:
        """Of the order, of its payment axis, of its payment."""
        row = await (await self.container.get(Database)).fetch_row(
            "SELECT o.status, o.payment_status, p.status"
            " FROM sales_order o JOIN payment p ON p.order_id = o.id"
            " WHERE o.id = $1 ORDER BY p.attempt DESC LIMIT 1",
            order.id,
        )
        assert row is not None
        return (row[0], row[1], row[2])

    async def end(self, order: PlacedOrder, status: str) -> None:
        """What the lifecycle does when an order is cancelled or expires."""
        await self.execute(
            "WITH ended AS (UPDATE sales_order SET status = $2 WHERE id = $1 AND status <> $2 RETURNING id)"
            " INSERT INTO order_history (order_id, axis, status, actor)"
            " SELECT id, 'order', $2, 'test' FROM ended",
            order.id,
            status,
        )
        kind = {"cancelled": "OrderCancelled", "expired": "OrderExpired"}[status]
        await self.execute(
            "INSERT INTO outbox (kind, aggregate, aggregate_id, payload) VALUES ($1, 'order', $2, $3)",
            kind,
            order.id,
            {"order_id": str(order.id), "number": order.number},
        )

    async def events(self, order: PlacedOrder, kind: str) -> int:
        return int(
            await self.value(
                "SELECT count(*) FROM outbox WHERE kind = $1 AND aggregate_id = $2", kind, order.id
            )
        )

    async def check_books(self) -> None:
        """Our sums are those of our refunds, the order's are the payment's, and the provider's are ours."""
        database = await self.container.get(Database)
        payments = await database.fetch(
            "SELECT p.*, o.refunded AS order_refunded,"
            " (SELECT coalesce(sum(amount) FILTER (WHERE status = 'succeeded'), 0) FROM refund r"
            "  WHERE r.payment_id = p.id) AS succeeded,"
            " (SELECT coalesce(sum(amount) FILTER (WHERE status = 'pending'), 0) FROM refund r"
            "  WHERE r.payment_id = p.id) AS pending"
            " FROM payment p JOIN sales_order o ON o.id = p.order_id"
        )
        for row in payments:
            assert (row["refunded"], row["refund_pending"]) == (row["succeeded"], row["pending"])
            assert row["order_refunded"] == row["refunded"]
            if row["provider_ref"] in self.gateway.intents:
                given = [r for r in self.gateway.refunds.values() if r.intent_ref == row["provider_ref"]]
                theirs = sum(each.money.amount for each in given if each.status != "failed")
                assert self.gateway.intents[row["provider_ref"]].captured - theirs == (
                    row["captured"] - row["refunded"]
                )


def _delivery(row: Any) -> dict[str, Any]:
    return {
        "sequence": row["id"],
        "kind": row["kind"],
        "aggregate_id": row["aggregate_id"],
        "payload": row["payload"],
        "occurred_at": row["occurred_at"],
        "request_id": None,
    }


def intent_json(intent: IntentState) -> dict[str, Any]:
    failure = intent.failure
    return {
        "id": intent.ref,
        "object": "payment_intent",
        "amount": intent.money.amount,
        "amount_received": intent.captured,
        "currency": intent.money.currency.lower(),
        "status": WORDS.get(intent.status.value, intent.status.value),
        "metadata": intent.metadata,
        "livemode": intent.livemode,
        "last_payment_error": {"code": failure.code, "message": failure.message} if failure else None,
    }


def event_of(thing: dict[str, Any], kind: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"evt_{next(_numbers)}",
        "object": "event",
        "type": kind,
        "livemode": False,
        "data": {"object": thing},
        **more,
    }


class StaffByName(Provider):
    """Whoever says so is staff: `Bearer fresh`, `Bearer stale`, `Bearer weak`."""

    @provide(scope=Scope.APP)
    def authenticator(self) -> Authenticator:
        async def identify(authorization: str, call: Call) -> Actor:
            fresh = datetime.now(UTC)
            when = fresh - timedelta(hours=1) if "stale" in authorization else fresh
            may = () if "weak" in authorization else ("orders:refund", "orders:read", "orders:write")
            return Actor(
                label=f"staff:{STAFF_ID}",
                account_id=UserId(STAFF_ID),
                permissions=frozenset(may),
                authenticated_at=when,
            )

        return identify


@asynccontextmanager
async def open_till(url: str, **more: str) -> AsyncIterator[Till]:
    gateway = MemoryGateway()
    container = build_container(settings(url, **more), InMemory(gateway), StaffByName())
    try:
        yield Till(url, container, gateway)
    finally:
        await container.close()


@asynccontextmanager
async def open_door(till: Till, **more: str) -> AsyncIterator[httpx.AsyncClient]:
    """The API over the till's own container."""
    app = create_app(till.container, http_config(settings(till.url, **more), lambda _: None))
    async with app.lifespan():
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # Litestar names its scopes
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            yield client


async def at_once(times: int, call: Any) -> list[Any]:
    """So many at the same moment; errors are among the results."""
    return list(await asyncio.gather(*(call(index) for index in range(times)), return_exceptions=True))


def key_of(name: str) -> IdempotencyKey:
    return IdempotencyKey(scope=name.encode().ljust(32, b"."), body=b"b" * 32)
