"""What any provider of payments promises, kept by the fake and by Stripe's adapter alike."""

from uuid import UUID, uuid4

import pytest

from ecommerce.application.payments.provider import IntentState, RefundRequest
from ecommerce.domain.payments.payment import PaymentDeclined
from ecommerce.domain.payments.refund import RefundRefused, RefundStatus
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import NotFound, Unavailable
from ecommerce.domain.shared.money import Money
from tests.factories.gateways import PRICE, World, wanted

pytestmark = [
    pytest.mark.anyio,
    # The SDK hands its body to httpx in a way that httpx would like to see changed.
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]


def to_refund(ref: str, amount: int, refund_id: UUID | None = None) -> RefundRequest:
    return RefundRequest(
        refund_id=refund_id or uuid4(),
        intent_ref=ref,
        order_number="ORD-0123456789",
        money=Money(amount, "USD"),
        reason="damaged",
    )


async def paid(world: World, money: Money = PRICE) -> IntentState:
    intent = await world.gateway.create_intent(wanted(money))
    await world.pay(intent.ref)
    return await world.gateway.get_intent(intent.ref)


async def test_the_same_wish_gives_the_same_intent(world: World) -> None:
    request = wanted()
    first, second = (
        await world.gateway.create_intent(request),
        await world.gateway.create_intent(request),
    )
    assert first == second
    assert (first.status, first.money) == (PaymentStatus.REQUIRES_PAYMENT_METHOD, PRICE)
    assert first.client_secret
    assert first.metadata["order_number"] == "ORD-0123456789"
    assert first.payment_id == request.payment_id
    assert not first.livemode
    other = await world.gateway.create_intent(wanted(payment_id=request.payment_id, attempt=2))
    assert other.ref != first.ref


@pytest.mark.parametrize("money", [Money(500, "JPY"), Money(12_340, "KWD"), Money(1_000, "ISK")])
async def test_every_currency_comes_back_as_it_was_sent(world: World, money: Money) -> None:
    intent = await paid(world, money)
    assert (intent.money, intent.captured) == (money, money.amount)


async def test_a_payment_is_captured_whole(world: World) -> None:
    intent = await paid(world)
    assert (intent.status, intent.captured, intent.failure) == (
        PaymentStatus.CAPTURED,
        PRICE.amount,
        None,
    )
    assert intent.fresh


async def test_a_decline_tells_why_and_leaves_the_intent_open(world: World) -> None:
    intent = await world.gateway.create_intent(wanted())
    await world.decline(intent.ref)
    after = await world.gateway.get_intent(intent.ref)
    assert after.status is PaymentStatus.REQUIRES_PAYMENT_METHOD
    assert after.failure is not None
    assert after.failure.code == "generic_decline"
    await world.pay(intent.ref)
    assert (await world.gateway.get_intent(intent.ref)).status is PaymentStatus.CAPTURED


async def test_a_sum_too_small_is_declined(world: World) -> None:
    with pytest.raises(PaymentDeclined) as refusal:
        await world.gateway.create_intent(wanted(Money(1, "USD")))
    assert refusal.value.data["decline_code"] == "amount_too_small"


async def test_cancelling_tells_how_it_stands(world: World) -> None:
    intent = await world.gateway.create_intent(wanted())
    for _ in range(2):
        assert (await world.gateway.cancel_intent(intent.ref)).status is PaymentStatus.CANCELLED
    taken = await paid(world)
    assert (await world.gateway.cancel_intent(taken.ref)).status is PaymentStatus.CAPTURED


async def test_what_is_not_there_is_not_found(world: World) -> None:
    for call in (
        world.gateway.get_intent,
        world.gateway.cancel_intent,
        world.gateway.get_refund,
        world.gateway.get_dispute,
    ):
        with pytest.raises(NotFound):
            await call("xx_nothing")


async def test_the_same_refund_is_given_once(world: World) -> None:
    intent = await paid(world)
    request = to_refund(intent.ref, 500)
    first, second = await world.gateway.refund(request), await world.gateway.refund(request)
    assert first == second
    assert (first.status, first.money) == (RefundStatus.SUCCEEDED, Money(500, "USD"))
    assert first.refund_id == request.refund_id
    assert await world.gateway.list_refunds(intent.ref) == [first]
    assert await world.gateway.get_refund(first.ref) == first


async def test_more_than_was_captured_is_refused(world: World) -> None:
    intent = await paid(world)
    await world.gateway.refund(to_refund(intent.ref, 1_500))
    with pytest.raises(RefundRefused):
        await world.gateway.refund(to_refund(intent.ref, 500))
    await world.refund_by_hand(intent.ref, Money(499, "USD"))
    with pytest.raises(RefundRefused) as refusal:
        await world.gateway.refund(to_refund(intent.ref, 1))
    assert refusal.value.data["reason"] == "charge_already_refunded"
    refunds = await world.gateway.list_refunds(intent.ref)
    assert sorted(each.money.amount for each in refunds) == [499, 1_500]
    assert sum(each.refund_id is None for each in refunds) == 1


async def test_an_intent_that_was_not_paid_has_nothing_to_refund(world: World) -> None:
    intent = await world.gateway.create_intent(wanted())
    with pytest.raises(RefundRefused):
        await world.gateway.refund(to_refund(intent.ref, 1))


async def test_an_intent_whose_answer_was_lost_is_found_by_asking_again(world: World) -> None:
    request = wanted()
    await world.lose_next_reply("payment_intents")
    with pytest.raises(Unavailable):
        await world.gateway.create_intent(request)
    await world.heal()
    assert (await world.gateway.create_intent(request)).payment_id == request.payment_id
    assert await world.intents() == 1


async def test_a_refund_whose_answer_was_lost_is_found_by_asking_again(world: World) -> None:
    intent = await paid(world)
    request = to_refund(intent.ref, 500)
    await world.lose_next_reply("refunds")
    with pytest.raises(Unavailable):
        await world.gateway.refund(request)
    await world.heal()
    await world.gateway.refund(request)
    assert len(await world.gateway.list_refunds(intent.ref)) == 1


async def test_a_provider_that_is_down_is_unavailable(world: World) -> None:
    intent = await world.gateway.create_intent(wanted())
    await world.go_down()
    with pytest.raises(Unavailable):
        await world.gateway.get_intent(intent.ref)
    with pytest.raises(Unavailable):
        await world.gateway.create_intent(wanted())
    await world.heal()
    assert (await world.gateway.get_intent(intent.ref)).ref == intent.ref
