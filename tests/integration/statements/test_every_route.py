"""How many statements each route takes at most, BEGIN and COMMIT included.

A new route needs a row; a larger number is a decision, not an accident. Measured with what the samples of the
conformance tests ask, without an Idempotency-Key: claiming and keeping its answer take two more.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.conformance.asking import arrange, send
from tests.conformance.document import BY_ID, OPERATIONS, Operation
from tests.conformance.world import World, demo_shop, open_world, order_body
from tests.conftest import PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("statements")]
TRIES = 4

AT_MOST = {
    # Operations: what they tell is kept in memory, or asked of the database at most once a moment.
    "probe_healthz": 0,
    "probe_metrics": 0,
    "probe_ready": 1,
    "probe_startup": 1,
    "problem_show": 0,
    "documentation_docs": 0,
    "documentation_schema": 0,
    "key_jwks": 0,
    # Identity: a signed-in caller costs none.
    "auth_register": 6,
    "auth_login": 6,
    "auth_refresh": 7,
    "auth_verify": 0,
    "auth_logout": 0,
    "auth_step_up": 4,
    # With the account's lock; a sign-in is looked for before and under it, and a recovery code told of.
    "mfa_verify": 13,
    "mfa_enrol": 5,
    "mfa_confirm": 9,
    "mfa_remove": 9,
    # A token is found, its account locked, the token taken; then what it changes, and what is told.
    "auth_recovery_verify_email": 8,
    "auth_recovery_resend_verification": 5,
    "auth_recovery_change_email": 12,
    "auth_recovery_change_password": 12,
    "auth_recovery_reset_password": 5,
    "auth_recovery_confirm_reset": 15,
    "session_mine": 1,
    "session_end": 5,
    "session_end_others": 5,
    "user_show": 1,
    "user_change": 4,
    "privacy_ask_for_export": 5,
    "privacy_show_export": 1,
    "archive_fetch": 1,
    # One beside the other: cart, account, orders, sessions, record, mail, events, audit.
    "privacy_erase": 15,
    "address_mine": 1,
    "address_add": 4,
    "address_show": 1,
    "address_change": 4,
    "address_remove": 2,
    # Catalogue: prepared documents, one statement a page. The sample of the list asks for facets, too, which
    # are kept for a moment; suggestions try harder as long as they have found few.
    "category_tree": 1,
    "category_show": 1,
    "product_find": 4,
    "product_show": 1,
    "product_related": 1,
    "search_suggest": 7,
    "media_show": 0,
    # Selling: one to read, two around BEGIN and COMMIT to write.
    "cart_show": 1,
    "cart_add_item": 4,
    "cart_set_quantity": 4,
    "cart_remove_item": 4,
    "cart_clear": 4,
    "cart_keep_details": 4,
    "cart_quote": 1,
    "cart_explain": 1,
    "cart_switch_currency": 5,
    "cart_coupon_add": 5,
    "cart_coupon_remove": 5,
    "order_place": 8,
    "order_mine": 1,
    "order_show": 1,
    "order_cancel": 8,
    # Payments: the provider is asked between two transactions, never within one.
    "payment_open_intent": 10,
    "payment_show": 1,
    "payment_sync": 8,
    "stripe_webhook_receive": 4,
    "admin_refund_capture": 12,
    "admin_refund_refund": 22,
    # Records of staff: one to read; the lock on all of a kind, the others, the change and its audit entry.
    "admin_tax_zone_find": 1,
    "admin_tax_zone_create": 6,
    "admin_tax_zone_show": 1,
    "admin_tax_zone_replace": 7,
    "admin_tax_zone_remove": 5,
    "admin_shipping_zone_find": 1,
    "admin_shipping_zone_create": 6,
    "admin_shipping_zone_show": 1,
    "admin_shipping_zone_replace": 7,
    "admin_shipping_zone_remove": 5,
    "admin_variant_price_show": 1,
    "admin_variant_price_replace": 5,
    "admin_price_list_find": 1,
    "admin_price_list_create": 4,
    "admin_price_list_show": 1,
    "admin_price_list_replace": 6,
    "admin_price_list_remove": 5,
    "admin_list_price_find": 2,
    "admin_list_price_put_prices": 8,
    "admin_list_price_remove_prices": 8,
    "admin_promotion_find": 2,
    "admin_promotion_create": 5,
    "admin_promotion_show": 2,
    "admin_promotion_replace": 11,
    "admin_promotion_remove": 7,
    "admin_coupon_code_find": 3,
    "admin_promotion_simulation_simulate": 4,
    "admin_coupon_code_make": 6,
    "admin_coupon_code_show": 1,
    "admin_coupon_code_retire": 8,
    "admin_customer_show_groups": 1,
    "admin_customer_replace_groups": 5,
    # Staff and machines. A row of theirs is locked, changed and told of in the audit log.
    "admin_role_find": 1,
    "admin_role_create": 5,
    "admin_role_show": 1,
    "admin_role_replace": 5,
    "admin_role_remove": 6,
    "admin_staff_find": 1,
    "admin_staff_show": 1,
    "admin_staff_replace_roles": 6,
    "admin_api_key_find": 1,
    "admin_api_key_make": 4,
    "admin_api_key_show": 1,
    "admin_api_key_change": 5,
    "admin_api_key_revoke": 5,
    "admin_audit_find": 1,
}


@pytest.fixture(scope="module")
def demo_url(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with demo_shop(postgres_server, folder) as url:
        yield url


@pytest.fixture(scope="module")
async def world(demo_url: str) -> AsyncIterator[World]:
    async with open_world(demo_url) as opened:
        yield opened


def test_every_route_has_a_row() -> None:
    assert set(AT_MOST) == set(BY_ID), "say how many statements the new route takes"


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_a_route_takes_no_more_than_it_may(world: World, operation: Operation) -> None:
    seen: list[str] = []
    for _ in range(TRIES):  # something in the background may have asked at the same moment
        seen = await statements(world, operation)
        if len(seen) <= AT_MOST[operation.id]:
            return
    pytest.fail(
        f"{len(seen)} statements, not {AT_MOST[operation.id]}:\n" + "\n".join(each[:110] for each in seen)
    )


async def statements(world: World, operation: Operation) -> list[str]:
    ask = await arrange(world, operation)
    await _all_told()
    world.shop.statements.forget()
    answer = await send(world, operation, ask)
    await _all_told()
    assert str(answer.status_code) in operation.success, answer.text
    return list(world.shop.statements.seen)


async def _all_told() -> None:
    """asyncpg tells of a statement some turns of the loop after it."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_page_of_24_products_with_all_that_is_shown_of_them_takes_one(world: World) -> None:
    for query in (
        "",
        "&in_stock=true&ordering=price",
        "&price_max=500&ordering=-rating",
        "&currency=EUR&page=2",
    ):
        seen = ["never asked"]
        for _ in range(TRIES):
            world.shop.statements.forget()
            await world.call("GET", f"/products?page_size=24&expand=variants,images{query}")
            await _all_told()
            seen = list(world.shop.statements.seen)
            if len(seen) <= 1:
                break
        assert len(seen) <= 1, seen


async def test_two_lines_are_ordered_in_eight(world: World) -> None:
    for _ in range(TRIES):
        listed = await world.call("GET", "/products?in_stock=true&expand=variants&page_size=50")
        skus = [product["variants"][0]["sku"] for product in listed["results"]]
        _, held = await world.cart()
        other = next(sku for sku in skus if sku != world.product["sku"])
        await world.call("POST", "/cart/items", json={"sku": other, "quantity": 1}, headers=held)
        await _all_told()
        world.shop.statements.forget()
        order = await world.call("POST", "/orders", json=order_body("stripe"), headers=held)
        await _all_told()
        if len(world.shop.statements.seen) <= 8:
            break
    assert len(order["items"]) == 2
    assert len(world.shop.statements.seen) <= 8, world.shop.statements.seen
