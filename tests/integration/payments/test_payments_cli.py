"""`ecommerce refund` and `ecommerce payments`, from the arguments to Stripe (the sandbox) and back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner, Result

from ecommerce.entrypoints.cli.app import cli
from tests.factories.gateways import SECRET_KEY, SandboxWorld, open_sandbox
from tests.factories.orders import Line, PlacedOrder, place_order

pytestmark = [
    pytest.mark.anyio,
    # The SDK hands its body to httpx in a way that httpx would like to see changed.
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]
TEA = Line("TEA-1", 3, 333, tax=1)


class Operator:
    def __init__(self, url: str, sandbox: SandboxWorld) -> None:
        self.url = url
        self.sandbox = sandbox
        self._environment = {
            "ECOMMERCE_ENV": "test",
            "ECOMMERCE_BASE_URL": "http://shop.test",
            "ECOMMERCE_SECRET_KEY": "k" * 40,
            "ECOMMERCE_DATABASE_URL": url,
            "ECOMMERCE_REDIS_URL": "redis://127.0.0.1:1/0",
            "ECOMMERCE_STRIPE_API_KEY": SECRET_KEY,
            "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_test_contract",
            "ECOMMERCE_STRIPE_API_BASE": str(sandbox.http.base_url).rstrip("/"),
            "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
            "ECOMMERCE_MAIL_FROM": "shop@shop.test",
        }

    async def __call__(self, *arguments: str, typed: str = "") -> Result:
        return await asyncio.to_thread(
            lambda: CliRunner().invoke(cli, arguments, input=typed, env=self._environment)
        )

    async def refund(self, order: PlacedOrder, *arguments: str, typed: str = "") -> Result:
        return await self("refund", order.number, *arguments, "--reason", "damaged", typed=typed)

    async def paid_at_stripe(self) -> PlacedOrder:
        """Nobody here has heard of the payment: only Stripe."""
        order = await place_order(self.url, TEA)
        await self("payments", "reconcile")
        ref = await self.value("SELECT provider_ref FROM payment WHERE id = $1", order.payment_id)
        await self.sandbox.pay(ref)
        return order

    async def value(self, sql: str, *arguments: object) -> Any:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetchval(sql, *arguments)
        finally:
            await connection.close()


@pytest.fixture
async def operator(database_url: str, tmp_path: Path) -> AsyncIterator[Operator]:
    async with open_sandbox(tmp_path) as sandbox:
        yield Operator(database_url, sandbox)


async def test_reconciling_finds_what_nobody_told(operator: Operator) -> None:
    order = await operator.paid_at_stripe()
    result = await operator("payments", "reconcile", "--json")
    assert result.exit_code == 0, result.output
    assert msgspec.json.decode(result.stdout)["payments"] == {"looked_at": 1, "moved": 1, "failed": {}}
    status = "SELECT payment_status FROM sales_order WHERE id = $1"
    assert await operator.value(status, order.id) == "paid"
    await operator.sandbox.go_down()
    await place_order(operator.url)
    assert (await operator("payments", "reconcile")).exit_code == 75


async def test_a_refund_is_asked_for_made_and_told(operator: Operator) -> None:
    order = await operator.paid_at_stripe()
    await operator("payments", "reconcile")
    declined = await operator.refund(order, "--amount", "1.50", typed="n\n")
    assert (declined.exit_code, "15.00 USD can be given back" in declined.output) == (1, True)
    done = await operator.refund(order, "--amount", "1.50", typed="y\n")
    assert done.exit_code == 0, done.output
    assert "Refund 1.50 USD" in done.output
    assert "Stripe: the money goes back" in done.output
    by_item = await operator.refund(order, "--item", "TEA-1:2", "--yes", "--json")
    assert msgspec.json.decode(by_item.stdout)["amount"] == {"amount": 667, "currency": "USD"}
    rest = await operator.refund(order, "--yes")
    assert rest.exit_code == 0, rest.output
    assert await operator.value("SELECT payment_status FROM sales_order") == "refunded"
    assert (await operator.value("SELECT actor FROM audit_log LIMIT 1")).startswith("system:cli:")
    ledger = (await operator.sandbox.http.get("/_control/stripe/ledger")).json()
    charged = sum(row["amount"] for row in ledger if row["kind"] == "charge")
    assert charged == sum(row["amount"] for row in ledger if row["kind"] == "refund") == order.total
    assert {row["metadata"]["order_number"] for row in ledger} == {order.number}


async def test_refusals_have_their_exit_codes(operator: Operator) -> None:
    order = await operator.paid_at_stripe()
    await operator("payments", "reconcile")
    for arguments, code in (
        (("--amount", "1", "--item", "TEA-1:1"), 2),
        (("--item", "TEA-1"), 2),
        (("--amount", "1.001", "--yes"), 1),
        (("--amount", "10000", "--yes"), 1),
        (("--item", "MUG-1:1", "--yes"), 1),
        (("--item", "TEA-1:4", "--yes"), 1),
    ):
        assert (await operator.refund(order, *arguments)).exit_code == code, arguments
    assert (await operator("refund", "ORD-NOTHING", "--reason", "other", "--yes")).exit_code == 1


async def test_while_stripe_is_away_a_refund_waits(operator: Operator) -> None:
    order = await operator.paid_at_stripe()
    await operator("payments", "reconcile")
    await operator.sandbox.go_down()
    waiting = await operator.refund(order, "--amount", "1.50", "--yes")
    assert (waiting.exit_code, "a job goes on with it" in waiting.output) == (0, True)
    await operator.sandbox.heal()
    assert (await operator("payments", "reconcile")).exit_code == 0
    assert await operator.value("SELECT status FROM refund") == "succeeded"
