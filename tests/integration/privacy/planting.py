"""A person of whom something stands in every personal column of the database.

Each canary names its column, so that a test that finds one says where it was planted. A new holding needs a
row of that person's, with `canary("table.column")` in each of its columns: write it beside those of its kind.
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from ecommerce.adapters.system.cipher import AesCipher
from ecommerce.application.identity.second_factor import PURPOSE as TOTP
from ecommerce.application.payments.start_payment import PURPOSE as CLIENT_SECRET
from ecommerce.application.privacy.archives import PURPOSE as ARCHIVE
from ecommerce.application.shared.customer_keys import CustomerKeys
from tests.factories.customers import SECRET, customer_keys
from tests.factories.orders import PlacedOrder

MARK = "canary"


def canary(column: str) -> str:
    """What is planted in a column."""
    return f"{MARK}-{column.replace('.', '-').replace('_', '-')}-9f3a"


def address(column: str) -> dict[str, Any]:
    """With a canary in each of its fields, but for what is kept."""
    fields = ("first_name", "last_name", "company", "line1", "line2", "city", "phone_number")
    return {
        **{name: canary(f"{column}.{name}") for name in fields},
        "region": "LND",
        "postal_code": f"SW1{canary(column)}",
        "country": "GB",
    }


def inner(column: str) -> str:
    return json.dumps({"deep": [{"down": canary(column)}], "roles": ["kept"]})


@dataclass
class Planted:
    """`order` is the account's own, `guest` one that was placed under its verified address without it."""

    account_id: UUID
    email: str
    order: PlacedOrder
    guest: PlacedOrder
    keys: CustomerKeys = field(default_factory=customer_keys)

    @property
    def email_key(self) -> bytes:
        return self.keys.of_email(self.email)


ACCOUNT = """
INSERT INTO account (id, email, email_key, email_verified, password_hash, first_name, last_name, phone_number,
  marketing_opt_in, roles, customer_groups)
VALUES ($1, $2, $2, true, $3, $4, $5, $6, true, ARRAY[$7], ARRAY[$8])
"""
OWN = """
UPDATE sales_order SET account_id = $2, email = $3, email_key = $4, client_key = $4, note = $5,
  vat_number = $6, shipping_address = $7, billing_address = $8, cart_id = NULL, status = 'completed',
  fulfilment_status = 'delivered' WHERE id = $1
"""
HISTORY = """
INSERT INTO order_history (order_id, axis, status, note, actor) VALUES
  ($1, 'order', 'confirmed', $2, 'test'), ($1, 'order', 'completed', $2, 'test'),
  ($1, 'fulfilment', 'delivered', $2, 'test')
"""


async def plant(
    connection: asyncpg.Connection, account_id: UUID, order: PlacedOrder, guest: PlacedOrder
) -> Planted:
    """The account and all that is its own. The orders are there already, and become the person's."""
    email = f"{MARK}-email@example.com"
    planted = Planted(account_id, email, order, guest)
    c = canary
    await connection.execute(
        ACCOUNT,
        account_id,
        email,
        *(c(f"account.{name}") for name in ("password_hash", "first_name", "last_name", "phone_number")),
        c("account.roles"),
        c("account.customer_groups"),
    )
    for each, owner in ((order, account_id), (guest, None)):
        await connection.execute(
            OWN,
            each.id,
            owner,
            email,
            planted.email_key,
            c("sales_order.note"),
            c("sales_order.vat_number"),
            json.dumps(address("sales_order.shipping_address")),
            json.dumps(address("sales_order.billing_address")),
        )
        await connection.execute(HISTORY, each.id, c("order_history.note"))
        await _money(connection, each)
        await _promotion(connection, planted, each)
    await _rest(connection, planted)
    return planted


async def _money(connection: asyncpg.Connection, order: PlacedOrder) -> None:
    secret = AesCipher(SECRET).encrypt(canary("payment.client_secret").encode(), CLIENT_SECRET)
    await connection.execute(
        "UPDATE payment SET client_secret = $2, failure_message = $3, provider_ref = $4 WHERE id = $1",
        order.payment_id,
        secret,
        canary("payment.failure_message"),
        f"pi_{order.number}",
    )
    await connection.execute(
        "INSERT INTO payment_event (payment_id, source, status, detail) VALUES ($1, 'test', 'pending', $2)",
        order.payment_id,
        canary("payment_event.detail"),
    )
    await connection.execute(
        "INSERT INTO refund (id, payment_id, order_id, amount, currency, reason, note, status, failure,"
        " actor) VALUES (gen_random_uuid(), $1, $2, 1, 'USD', 'other', $3, 'failed', $4, 'staff:x')",
        order.payment_id,
        order.id,
        canary("refund.note"),
        canary("refund.failure"),
    )
    for number, member in enumerate(("id", "payment_intent")):
        told = {"data": {"object": {member: f"pi_{order.number}", "said": canary("webhook_inbox.payload")}}}
        await connection.execute(
            "INSERT INTO webhook_inbox (provider, event_id, kind, payload, handled_at, outcome)"
            " VALUES ('stripe', $1, 'test', $2, now(), $3)",
            f"evt_{order.number}_{number}",
            json.dumps(told),
            canary("webhook_inbox.outcome"),
        )
    await connection.execute(
        "INSERT INTO outbox (kind, aggregate, aggregate_id, payload, done_at, last_error)"
        " VALUES ('OrderPlaced', 'order', $1, $2, now(), $3)",
        order.id,
        inner("outbox.payload"),
        canary("outbox.last_error"),
    )


async def _promotion(connection: asyncpg.Connection, planted: Planted, order: PlacedOrder) -> None:
    """One that each customer may use five times: used by the person and, under the same key, by somebody."""
    promotion_id = await connection.fetchval(
        "INSERT INTO promotion (id, name, definition)"
        " VALUES (gen_random_uuid(), 'Ten off', '{\"per_customer\": 5}') RETURNING id"
    )
    keys = [planted.keys.of_account(planted.account_id), planted.email_key]
    await connection.execute(
        "INSERT INTO promotion_redemption (order_id, promotion_id, customer_keys, amount, currency)"
        " VALUES ($1, $2, $3, 0, 'USD')",
        order.id,
        promotion_id,
        keys,
    )
    for key in keys:
        await connection.execute("INSERT INTO promotion_customer VALUES ($1, $2, 1)", promotion_id, key)


async def _rest(connection: asyncpg.Connection, planted: Planted) -> None:
    account_id, email, c = planted.account_id, planted.email, canary
    fields = "first_name last_name company line1 line2 city region postal_code phone_number".split()
    await connection.execute(
        f"INSERT INTO address (id, account_id, country, {', '.join(fields)})"
        f" VALUES (gen_random_uuid(), $1, 'GB', {', '.join(f'${n}' for n in range(2, 11))})",
        account_id,
        *(c(f"address.{name}") for name in fields),
    )
    await connection.execute(
        "INSERT INTO session (id, account_id, device_name, user_agent, client_address)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4)",
        account_id,
        *(c(f"session.{name}") for name in ("device_name", "user_agent", "client_address")),
    )
    for owner, token in ((account_id, None), (None, secrets.token_bytes(32))):
        await connection.execute(
            "INSERT INTO cart (id, account_id, token_hash, currency, email, email_key, vat_number,"
            " shipping_address, billing_address)"
            " VALUES (gen_random_uuid(), $1, $2, 'USD', $3, $4, $5, $6, $7)",
            owner,
            token,
            email,
            planted.email_key,
            c("cart.vat_number"),
            json.dumps(address("cart.shipping_address")),
            json.dumps(address("cart.billing_address")),
        )
    # By the order, by the address, and by the account alone: sent to an address that was given up since.
    for effect, recipient, owner in (
        (f"order-confirmed:{planted.order.id}", c("notification.recipient"), None),
        ("hello", email, None),
        ("moved", c("notification.recipient"), account_id),
    ):
        await connection.execute(
            "INSERT INTO notification (id, effect_key, template, channel, recipient, locale, context, status,"
            " message_id, last_error, account_id)"
            " VALUES (gen_random_uuid(), $1, 'x', 'email', $2, 'en', $3, 'sent', $4, $5, $6)",
            effect,
            recipient,
            inner("notification.context"),
            c("notification.message_id"),
            c("notification.last_error"),
            owner,
        )
    await connection.execute(
        "INSERT INTO audit_log (actor, action, target, before, after) VALUES ('test', 'x', $1, NULL, '{}')",
        f"account:{account_id}",
    )
    await connection.execute(
        "INSERT INTO one_time_token (id, account_id, purpose, token_hash, email, email_key, expires_at)"
        " VALUES (gen_random_uuid(), $1, 'email-change', $2, $3, $4, now() + interval '1 hour')",
        account_id,
        secrets.token_bytes(32),
        c("one_time_token.email"),
        c("one_time_token.email_key"),
    )
    await connection.execute(
        "INSERT INTO mfa_challenge (token_hash, account_id, password_digest, device_name, expires_at)"
        " VALUES ($1, $2, $1, $3, now() + interval '1 minute')",
        secrets.token_bytes(32),
        account_id,
        c("mfa_challenge.device_name"),
    )
    await connection.execute(
        "INSERT INTO account_totp (account_id, secret, last_step, confirmed_at) VALUES ($1, $2, 1, now())",
        account_id,
        AesCipher(SECRET).encrypt(c("account_totp.secret").encode(), TOTP),
    )
    await connection.execute(
        "INSERT INTO idempotency_key (scope, body, holder, answer, account_id) VALUES ($1, $2, 1, $3, $4)",
        secrets.token_bytes(32),
        secrets.token_bytes(32),
        AesCipher(SECRET).encrypt(c("idempotency_key.answer").encode(), "idempotency-answer"),
        account_id,
    )
    await connection.execute(
        "INSERT INTO privacy_request (id, kind, account_id, status, actor, archive, size, expires_at)"
        " VALUES (gen_random_uuid(), 'export', $1, 'done', 'test', $2, 1, now() + interval '1 day')",
        account_id,
        AesCipher(SECRET).encrypt(c("privacy_request.archive").encode(), ARCHIVE),
    )
