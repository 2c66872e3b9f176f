"""What only Stripe's adapter meets: slowness, its own kept failures, wrong keys, unreachable hosts."""

import time

import pytest

from ecommerce.adapters.stripe.client import StripeConnection
from ecommerce.adapters.stripe.gateway import StripeGateway
from ecommerce.domain.shared.kernel import Unavailable
from tests.conftest import free_port
from tests.factories.gateways import SandboxWorld, wanted

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]


async def test_waiting_has_an_end(sandbox: SandboxWorld) -> None:
    await sandbox.fault("delay", "/v1/payment_intents", value=20)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await sandbox.gateway.create_intent(wanted())
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_moment_of_weakness_is_ridden_out_or_told(sandbox: SandboxWorld, status: int) -> None:
    await sandbox.fault("status", "/v1/payment_intents", value=status, times=1)
    request = wanted()
    try:
        intent = await sandbox.gateway.create_intent(request)
    except Unavailable:
        intent = await sandbox.gateway.create_intent(request)
    assert intent.payment_id == request.payment_id
    assert await sandbox.intents() == 1


async def test_a_lost_answer_is_asked_for_again_at_once(sandbox: SandboxWorld) -> None:
    await sandbox.fault("drop_reply", "/v1/payment_intents", times=1)
    assert (await sandbox.gateway.create_intent(wanted())).client_secret
    assert await sandbox.intents() == 1


async def test_a_wrong_key_is_unavailable_to_buyers(sandbox: SandboxWorld) -> None:
    base = str(sandbox.http.base_url)
    connection = StripeConnection("sk_test_wrong", base.rstrip("/"), timeout=3.0)
    with pytest.raises(Unavailable):
        await StripeGateway(connection).create_intent(wanted())
    await connection.close()


async def test_nobody_at_home_is_unavailable() -> None:
    connection = StripeConnection("sk_test_x", f"http://127.0.0.1:{free_port()}", timeout=3.0)
    with pytest.raises(Unavailable):
        await StripeGateway(connection).get_intent("pi_1")
    await connection.close()


def test_the_key_tells_the_mode() -> None:
    assert StripeConnection("sk_live_x", "http://127.0.0.1:1", 1.0).livemode
    assert StripeConnection("rk_live_x", "http://127.0.0.1:1", 1.0).livemode
    assert not StripeConnection("sk_test_x", "http://127.0.0.1:1", 1.0).livemode
