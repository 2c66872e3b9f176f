"""A good request for every operation. An operation without one fails `test_every_route`."""

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import pyotp
import stripe

from ecommerce.application.privacy.make_export import MakeExport, MakeExportHandler
from ecommerce.application.shared.call import Call
from ecommerce.domain.identity.one_time_token import Purpose
from tests.conformance.world import ADDRESS, PASSWORD, World, bearer, order_body
from tests.factories.till import SECRET


@dataclass(frozen=True)
class Ask:
    """`path` fills the operation's path; at most one of `json` and `content` is sent."""

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = None
    content: bytes | None = None

    def but(self, **changes: Any) -> "Ask":
        return replace(self, **changes)

    def with_headers(self, **more: str) -> "Ask":
        return replace(
            self, headers={**self.headers, **{name.replace("_", "-"): more[name] for name in more}}
        )


Sample: TypeAlias = Callable[[World], Awaitable[Ask]]
SAMPLES: dict[str, Sample] = {}


def sample(name: str) -> Callable[[Sample], Sample]:
    def keep(made: Sample) -> Sample:
        SAMPLES[name] = made
        return made

    return keep


def plain(name: str, **ask: Any) -> None:
    """What needs nothing to be made before."""

    async def made(_: World) -> Ask:
        return Ask(**ask)

    SAMPLES[name] = made


for each in """key_jwks documentation_docs documentation_schema probe_healthz probe_metrics probe_ready
    probe_startup category_tree cart_show""".split():
    plain(each)
plain("problem_show", path={"code": "not-found"})
plain("search_suggest", query={"q": "a"})
plain("product_find", query={"page_size": "3", "expand": "variants,images", "facets": "true"})
plain("auth_verify", json={"token": "not-a-token"})
plain("auth_logout", json={})


@sample("category_show")
async def _(world: World) -> Ask:
    return Ask(path={"slug": world.category})


@sample("product_show")
@sample("product_related")
async def _(world: World) -> Ask:
    return Ask(path={"slug": world.product["slug"]})


@sample("media_show")
async def _(world: World) -> Ask:
    return Ask(path={"name": world.product["image"]})


@sample("auth_register")
async def _(_: World) -> Ask:
    email = f"new-{uuid4().hex[:12]}@example.com"
    return Ask(json={"email": email, "password": PASSWORD, "first_name": "Ada", "marketing_opt_in": True})


@sample("auth_login")
async def _(_: World) -> Ask:
    return Ask(json={"email": "customer@example.com", "password": PASSWORD, "device_name": "A phone"})


@sample("auth_refresh")
async def _(world: World) -> Ask:
    signed_in = await world.sign_in("customer@example.com")
    return Ask(json={"refresh_token": signed_in["refresh_token"]})


@sample("auth_step_up")
async def _(world: World) -> Ask:
    return Ask(headers=world.customer, json={"password": PASSWORD})


@sample("mfa_verify")
async def _(world: World) -> Ask:
    signed_in, codes = await world.with_mfa()
    credentials = {"email": signed_in["user"]["email"], "password": PASSWORD}
    answer = await world.call("POST", "/auth/login", json=credentials)
    return Ask(json={"mfa_token": answer["mfa_token"], "code": codes[0]})


@sample("mfa_enrol")
async def _(world: World) -> Ask:
    return Ask(headers=bearer(await world.newcomer()))


@sample("mfa_confirm")
async def _(world: World) -> Ask:
    headers = bearer(await world.newcomer())
    enrolment = await world.call("POST", "/auth/mfa/totp", headers=headers)
    return Ask(headers=headers, json={"code": pyotp.TOTP(enrolment["secret"]).now()})


@sample("mfa_remove")
async def _(world: World) -> Ask:
    signed_in, _ = await world.with_mfa()
    return Ask(headers=bearer(signed_in))


plain("auth_recovery_reset_password", json={"email": "customer@example.com"})
plain("auth_recovery_resend_verification", json={"email": "customer@example.com"})


@sample("auth_recovery_verify_email")
async def _(world: World) -> Ask:
    return Ask(json={"token": await world.one_time_token(Purpose.EMAIL_VERIFY)})


@sample("auth_recovery_confirm_reset")
async def _(world: World) -> Ask:
    return Ask(json={"token": await world.one_time_token(Purpose.PASSWORD_RESET), "new_password": PASSWORD})


@sample("auth_recovery_change_email")
async def _(world: World) -> Ask:
    email = f"new-{uuid4().hex[:12]}@example.com"
    return Ask(headers=world.customer, json={"email": email, "password": PASSWORD})


@sample("auth_recovery_change_password")
async def _(world: World) -> Ask:
    somebody = await world.newcomer()
    headers = {"Authorization": f"Bearer {somebody['access_token']}"}
    return Ask(headers=headers, json={"current_password": PASSWORD, "new_password": "another correct horse"})


@sample("session_mine")
async def _(world: World) -> Ask:
    for _ in range(4):
        await world.sign_in("customer@example.com")
    return Ask(headers=world.customer, query={"page_size": "2"})


@sample("session_end")
@sample("session_end_others")
async def _(world: World) -> Ask:
    email = f"devices-{uuid4().hex[:8]}@example.com"
    here = await world.call("POST", "/auth/register", json={"email": email, "password": PASSWORD})
    await world.sign_in(email)
    listed = await world.call("GET", "/auth/sessions", headers=bearer(here))
    there = next(each for each in listed["results"] if not each["current"])
    return Ask(headers=bearer(here), path={"session_id": there["id"]})


@sample("user_show")
async def _(world: World) -> Ask:
    return Ask(headers=world.customer)


@sample("user_change")
async def _(world: World) -> Ask:
    return Ask(headers=world.other, json={"first_name": "Grace", "last_name": "Hopper", "phone_number": None})


async def newcomer(world: World) -> dict[str, str]:
    """Somebody who may leave again."""
    email = f"leaving-{uuid4().hex[:12]}@example.com"
    return bearer(await world.call("POST", "/auth/register", json={"email": email, "password": PASSWORD}))


@sample("privacy_ask_for_export")
@sample("privacy_erase")
async def _(world: World) -> Ask:
    return Ask(headers=await newcomer(world))


@sample("privacy_show_export")
async def _(world: World) -> Ask:
    asked = await world.call("POST", "/users/me/export", headers=world.other)
    return Ask(headers=world.other, path={"export_id": asked["id"]})


@sample("archive_fetch")
async def _(world: World) -> Ask:
    who = await newcomer(world)
    asked = await world.call("POST", "/users/me/export", headers=who)
    async with world.shop.container({Call: Call()}) as scope:
        await (await scope.get(MakeExportHandler))(MakeExport(UUID(asked["id"])))
    done = await world.call("GET", f"/users/me/export/{asked['id']}", headers=who)
    query = dict(parse_qsl(urlsplit(done["download_url"]).query))
    return Ask(path={"export_id": asked["id"]}, query=query)


@sample("address_mine")
@sample("order_mine")
async def _(world: World) -> Ask:
    return Ask(headers=world.customer, query={"page_size": "2"})


@sample("address_add")
async def _(world: World) -> Ask:
    await world.no_addresses(world.other)
    return Ask(headers=world.other, json={**ADDRESS, "is_default_shipping": True})


@sample("address_show")
@sample("address_remove")
async def _(world: World) -> Ask:
    await world.no_addresses(world.other)
    return Ask(headers=world.other, path={"address_id": (await world.address(world.other))["id"]})


@sample("address_change")
async def _(world: World) -> Ask:
    await world.no_addresses(world.other)
    added = await world.address(world.other)
    return Ask(
        headers=world.other, path={"address_id": added["id"]}, json={"city": "Leeds", "company": "Mill"}
    )


@sample("cart_add_item")
async def _(world: World) -> Ask:
    _, held = await world.cart()
    return Ask(headers=held, json={"sku": world.product["sku"], "quantity": 1})


@sample("cart_set_quantity")
async def _(world: World) -> Ask:
    cart, held = await world.cart()
    return Ask(headers=held, path={"item_id": cart["items"][0]["id"]}, json={"quantity": 3})


@sample("cart_remove_item")
async def _(world: World) -> Ask:
    cart, held = await world.cart()
    return Ask(headers=held, path={"item_id": cart["items"][0]["id"]})


@sample("cart_clear")
async def _(world: World) -> Ask:
    _, held = await world.cart()
    return Ask(headers=held)


@sample("cart_keep_details")
async def _(world: World) -> Ask:
    _, held = await world.cart()
    kept = {"email": "ada@example.com", "shipping_address": ADDRESS, "shipping_option_id": "standard"}
    return Ask(headers=held, json=kept)


@sample("cart_quote")
async def _(world: World) -> Ask:
    _, held = await world.cart()
    return Ask(headers=held, json={"shipping_address": ADDRESS, "shipping_option_id": "standard"})


@sample("order_place")
async def _(world: World) -> Ask:
    _, held = await world.cart()
    return Ask(headers=held, json={**order_body("stripe"), "note": "Leave it at the door"})


@sample("order_show")
@sample("order_cancel")
async def _(world: World) -> Ask:
    order, held = await world.order()
    return Ask(headers=held, path={"number": order["number"]})


@sample("payment_open_intent")
async def _(world: World) -> Ask:
    order, held = await world.order("stripe")
    return Ask(headers=held, json={"order_number": order["number"]})


@sample("payment_show")
@sample("payment_sync")
async def _(world: World) -> Ask:
    order, held = await world.order("stripe")
    return Ask(headers=held, path={"payment_id": order["payment"]["id"]})


@sample("stripe_webhook_receive")
async def _(_: World) -> Ask:
    event = {"id": f"evt_{uuid4().hex}", "object": "event", "type": "balance.available", "livemode": False}
    body = json.dumps({**event, "data": {"object": {"object": "balance"}}})
    sign: Any = stripe.WebhookSignature.generate_signature_header
    return Ask(headers={"Stripe-Signature": sign(body, SECRET)}, content=body.encode())


@sample("admin_refund_capture")
async def _(world: World) -> Ask:
    order, _ = await world.order()
    return Ask(headers=world.admin, path={"number": order["number"]})


@sample("admin_refund_refund")
async def _(world: World) -> Ask:
    order, _ = await world.order()
    await world.call("POST", f"/admin/orders/{order['number']}/capture", headers=world.admin)
    amount = {"amount": 100, "currency": "USD"}
    body = {"amount": amount, "reason": "requested_by_customer", "note": "sorry"}
    return Ask(headers=world.admin, path={"number": order["number"]}, json=body)


@sample("admin_tax_zone_find")
@sample("admin_shipping_zone_find")
async def _(world: World) -> Ask:
    return Ask(headers=world.admin, query={"page_size": "2"})


def area() -> dict[str, Any]:
    """Nobody else's: no two zones may have the same."""
    code = f"{secrets.randbelow(10**12):012}"
    return {"country": "US", "regions": ["WY"], "postal_ranges": [{"first": code, "last": code}]}


def tax_zone() -> dict[str, Any]:
    state = {"tax_class": "standard", "name": "State", "ppm": 40_000, "compound": False}
    county = {"tax_class": "standard", "name": "County", "ppm": 10_000, "compound": True}
    return {
        "name": "Laramie County",
        "areas": [area()],
        "rates": [state, county],
        "shipping_taxed_as": "highest",
        "reverse_charge": False,
    }


def shipping_zone() -> dict[str, Any]:
    light = {"price": {"amount": 599, "currency": "USD"}, "start": 0}
    heavy = {"price": {"amount": 1_999, "currency": "USD"}, "start": 2_000}
    method = {
        "code": "standard",
        "name": "Standard",
        "measure": "weight",
        "steps": [light, heavy],
        "free_from": [{"amount": 10_000, "currency": "USD"}],
        "min_weight_grams": 0,
        "max_weight_grams": 30_000,
        "max_sides_mm": [1_200, 600, 600],
        "min_days": 2,
        "max_days": 4,
    }
    return {"name": "Laramie County", "areas": [area()], "methods": [method]}


@sample("admin_tax_zone_create")
async def _(world: World) -> Ask:
    return Ask(headers=world.admin, json=tax_zone())


@sample("admin_shipping_zone_create")
async def _(world: World) -> Ask:
    return Ask(headers=world.admin, json=shipping_zone())


async def kept(world: World, path: str, zone: dict[str, Any]) -> Ask:
    """A zone that is there, in its first version."""
    made = await world.call("POST", path, json=zone, headers=world.admin)
    return Ask(headers={**world.admin, "If-Match": '"1"'}, path={"record_id": made["id"]})


@sample("admin_tax_zone_show")
@sample("admin_tax_zone_remove")
async def _(world: World) -> Ask:
    return await kept(world, "/admin/tax-zones", tax_zone())


@sample("admin_shipping_zone_show")
@sample("admin_shipping_zone_remove")
async def _(world: World) -> Ask:
    return await kept(world, "/admin/shipping-zones", shipping_zone())


@sample("admin_tax_zone_replace")
async def _(world: World) -> Ask:
    return (await kept(world, "/admin/tax-zones", tax_zone())).but(json=tax_zone())


@sample("admin_shipping_zone_replace")
async def _(world: World) -> Ask:
    return (await kept(world, "/admin/shipping-zones", shipping_zone())).but(json=shipping_zone())


@sample("admin_promotion_find")
async def _(world: World) -> Ask:
    for _ in range(3):
        await kept(world, "/admin/promotions", promotion())
    return Ask(headers=world.admin, query={"page_size": "2"})


@sample("admin_price_list_find")
async def _(world: World) -> Ask:
    for _ in range(3):
        await kept(world, "/admin/price-lists", price_list())
    return Ask(headers=world.admin, query={"page_size": "2"})


def promotion(*, by_code: bool = False, enabled: bool = False) -> dict[str, Any]:
    """Switched off, unless a test needs it: other tests look at what carts cost."""
    return {
        "name": "Ten off",
        "enabled": enabled,
        "by_code": by_code,
        "benefit": {"kind": "percentage", "ppm": 100_000},
        "conditions": {"min_subtotal": [{"amount": 1, "currency": "USD"}], "countries": ["GB"]},
        "max_uses": 100,
    }


def price_list() -> dict[str, Any]:
    return {"name": "Trade", "currency": "USD", "customer_groups": ["nobody"], "priority": 1}


@sample("admin_promotion_create")
async def _(world: World) -> Ask:
    return Ask(headers=world.admin, json=promotion())


@sample("admin_price_list_create")
async def _(world: World) -> Ask:
    return Ask(headers=world.admin, json=price_list())


@sample("admin_promotion_show")
@sample("admin_promotion_remove")
async def _(world: World) -> Ask:
    return await kept(world, "/admin/promotions", promotion())


@sample("admin_promotion_replace")
async def _(world: World) -> Ask:
    changed = {**promotion(), "name": "Ten off, a second time"}
    return (await kept(world, "/admin/promotions", promotion())).but(json=changed)


@sample("admin_price_list_show")
@sample("admin_price_list_remove")
async def _(world: World) -> Ask:
    return await kept(world, "/admin/price-lists", price_list())


@sample("admin_price_list_replace")
async def _(world: World) -> Ask:
    changed = {**price_list(), "priority": 2}
    return (await kept(world, "/admin/price-lists", price_list())).but(json=changed)


def list_prices(world: World) -> dict[str, Any]:
    amount = {"amount": 900, "currency": "USD"}
    variant_id = world.product["variant_id"]
    return {
        "prices": [
            {"variant_id": variant_id, "min_quantity": least, "amount": amount} for least in (10, 20, 30, 40)
        ]
    }


@sample("admin_list_price_find")
async def _(world: World) -> Ask:
    ask = await kept(world, "/admin/price-lists", price_list())
    path = f"/admin/price-lists/{ask.path['record_id']}/prices"
    await world.call("PUT", path, json=list_prices(world), headers=ask.headers)
    return ask.but(headers=world.admin, query={"page_size": "2"})


@sample("admin_list_price_put_prices")
async def _(world: World) -> Ask:
    return (await kept(world, "/admin/price-lists", price_list())).but(json=list_prices(world))


@sample("admin_list_price_remove_prices")
async def _(world: World) -> Ask:
    ask = await kept(world, "/admin/price-lists", price_list())
    path = f"/admin/price-lists/{ask.path['record_id']}/prices"
    await world.call("PUT", path, json=list_prices(world), headers=ask.headers)
    return ask.but(
        path={**ask.path, "variant_id": world.product["variant_id"]},
        headers={**world.admin, "If-Match": '"2"'},
    )


@sample("admin_promotion_simulation_simulate")
async def _(world: World) -> Ask:
    ask = await kept(world, "/admin/promotions", promotion())
    return Ask(headers=world.admin, path=ask.path, json={"orders": 10})


@sample("admin_variant_price_show")
async def _(world: World) -> Ask:
    return Ask(headers=world.admin, path={"variant_id": world.product["variant_id"]})


@sample("admin_variant_price_replace")
async def _(world: World) -> Ask:
    """The prices it has: what it costs is looked at by other tests."""
    path = f"/admin/variants/{world.product['variant_id']}/prices"
    prices = (await world.call("GET", path, headers=world.admin))["prices"]
    wanted = [{"amount": each["amount"], "compare_at": each["compare_at"]} for each in prices]
    return Ask(
        headers={**world.admin, "If-Match": "*"},
        path={"variant_id": world.product["variant_id"]},
        json={"prices": wanted},
    )


@sample("admin_coupon_code_find")
async def _(world: World) -> Ask:
    ask = await kept(world, "/admin/promotions", promotion(by_code=True))
    path = f"/admin/promotions/{ask.path['record_id']}/codes"
    await world.call("POST", path, json={"count": 4, "max_uses": 1}, headers=world.admin)
    return ask.but(headers=world.admin, query={"page_size": "2"})


async def coupon(world: World) -> tuple[Ask, str]:
    """A code of a promotion that holds, and where it is kept."""
    ask = await kept(world, "/admin/promotions", promotion(by_code=True, enabled=True))
    word = f"CODE{uuid4().hex[:12].upper()}"
    path = f"/admin/promotions/{ask.path['record_id']}/codes"
    made = await world.call("POST", path, json={"code": word}, headers=world.admin)
    return Ask(headers=world.admin, path={**ask.path, "code_id": made["id"]}), word


@sample("admin_coupon_code_make")
async def _(world: World) -> Ask:
    ask = await kept(world, "/admin/promotions", promotion(by_code=True))
    return ask.but(headers=world.admin, json={"count": 3, "prefix": "VIP-", "max_uses": 1})


@sample("admin_coupon_code_show")
@sample("admin_coupon_code_retire")
async def _(world: World) -> Ask:
    ask, _ = await coupon(world)
    return ask.with_headers(If_Match="*")


@sample("admin_customer_show_groups")
async def _(world: World) -> Ask:
    me = await world.call("GET", "/users/me", headers=world.other)
    return Ask(headers=world.admin, path={"customer_id": me["id"]})


@sample("admin_customer_replace_groups")
async def _(world: World) -> Ask:
    me = await world.call("GET", "/users/me", headers=world.other)
    path = {"customer_id": me["id"]}
    return Ask(headers={**world.admin, "If-Match": "*"}, path=path, json={"groups": ["trade"]})


@sample("admin_audit_find")
@sample("admin_role_find")
async def _(world: World) -> Ask:
    return Ask(headers=world.admin, query={"page_size": "2"})


@sample("admin_staff_find")
async def _(world: World) -> Ask:
    for _ in range(3):
        await colleague(world, "support")
    return Ask(headers=world.admin, query={"page_size": "2"})


async def colleague(world: World, *roles: str) -> Ask:
    """Somebody new with these roles."""
    body = {"email": f"staff-{uuid4().hex[:12]}@example.com", "password": PASSWORD}
    person = (await world.call("POST", "/auth/register", json=body))["user"]
    ask = Ask(headers={**world.admin, "If-Match": "*"}, path={"account_id": person["id"]})
    path = f"/admin/staff/{person['id']}/roles"
    await world.call("PUT", path, json={"roles": list(roles)}, headers=ask.headers)
    return ask


@sample("admin_staff_show")
async def _(world: World) -> Ask:
    return await colleague(world, "support")


@sample("admin_staff_replace_roles")
async def _(world: World) -> Ask:
    return (await colleague(world, "support")).but(json={"roles": ["support", "analyst"]})


def role() -> dict[str, Any]:
    name = f"desk-{uuid4().hex[:12]}"
    return {"name": name, "description": "Returns", "permissions": ["orders:read", "returns:write"]}


@sample("admin_role_create")
async def _(world: World) -> Ask:
    return Ask(headers=world.admin, json=role())


@sample("admin_role_show")
@sample("admin_role_remove")
async def _(world: World) -> Ask:
    made = await world.call("POST", "/admin/roles", json=role(), headers=world.admin)
    return Ask(headers={**world.admin, "If-Match": '"1"'}, path={"name": made["name"]})


@sample("admin_role_replace")
async def _(world: World) -> Ask:
    made = await world.call("POST", "/admin/roles", json=role(), headers=world.admin)
    body = {"permissions": ["orders:read"], "description": "Less"}
    return Ask(headers={**world.admin, "If-Match": '"1"'}, path={"name": made["name"]}, json=body)


API_KEY = {"name": "ERP", "scopes": ["stock:read", "stock:write"], "expires_at": "2126-01-01T00:00:00Z"}


@sample("admin_api_key_find")
async def _(world: World) -> Ask:
    for _ in range(3):
        await world.call("POST", "/admin/api-keys", json=API_KEY, headers=world.admin)
    return Ask(headers=world.admin, query={"page_size": "2"})


@sample("admin_api_key_make")
async def _(world: World) -> Ask:
    return Ask(headers=world.admin, json=API_KEY)


@sample("admin_api_key_show")
@sample("admin_api_key_revoke")
async def _(world: World) -> Ask:
    made = await world.call("POST", "/admin/api-keys", json=API_KEY, headers=world.admin)
    return Ask(headers={**world.admin, "If-Match": '"1"'}, path={"key_id": made["id"]})


@sample("admin_api_key_change")
async def _(world: World) -> Ask:
    made = await world.call("POST", "/admin/api-keys", json=API_KEY, headers=world.admin)
    headers = {**world.admin, "If-Match": '"1"'}
    return Ask(headers=headers, path={"key_id": made["id"]}, json={"name": "ERP 2", "expires_at": None})


@sample("cart_explain")
async def _(world: World) -> Ask:
    _, held = await world.cart()
    return Ask(headers=held, json={"shipping_address": ADDRESS})


@sample("cart_switch_currency")
async def _(world: World) -> Ask:
    _, held = await world.cart()
    return Ask(headers=held, json={"currency": "EUR"})


@sample("cart_coupon_add")
async def _(world: World) -> Ask:
    _, word = await coupon(world)
    _, held = await world.cart()
    return Ask(headers=held, json={"code": word})


@sample("cart_coupon_remove")
async def _(world: World) -> Ask:
    _, word = await coupon(world)
    _, held = await world.cart()
    await world.call("POST", "/cart/coupons", json={"code": word}, headers=held)
    return Ask(headers=held, path={"code": word})
