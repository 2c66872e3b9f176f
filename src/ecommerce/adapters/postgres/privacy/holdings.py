"""Where the database tells of people: every column that can hold text is named here, once.

A new column that tells of a person gets a line in a `Holding`: how it is erased, and whether it is handed
out. One that doesn't gets a word in `IMPERSONAL`. A test fails for one that is in neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ecommerce.adapters.postgres.tables.kernel import INTENT

# Parameters of every statement about a person, and of every one about an order.
PERSON = "WITH person AS (SELECT $1::uuid, $2::text, $3::timestamptz, $4::text)"
ORDER = "WITH erased AS (SELECT $1::uuid, $2::text)"

# $1 the account, $2 its verified e-mail address or null, $3 until when a guest's rows under that address are
# the person's, $4 what stands where the address stood.
GUEST = "{t}.account_id IS NULL AND lower({t}.email) = lower($2) AND {t}.created_at <= $3"
ORDERS = f"""
SELECT o.id FROM sales_order o
WHERE o.account_id = $1 OR lower(o.email) = $4 OR ({GUEST.format(t="o")})
"""
PLACED_UNDER_WAY = """
EXISTS (SELECT FROM sales_order o WHERE o.cart_id = t.id AND o.status IN ('pending', 'confirmed')
  AND o.fulfilment_status IN ('unfulfilled', 'partially_fulfilled', 'fulfilled'))
"""
# One way to an index each: an OR of them would read the whole table.
NOTIFICATIONS = f"""
t.id IN (
  SELECT n.id FROM notification n WHERE n.account_id = $1
  UNION ALL SELECT n.id FROM notification n WHERE lower(n.recipient) = $4
  UNION ALL SELECT n.id FROM notification n WHERE lower(n.recipient) = lower($2) AND n.created_at <= $3
  UNION ALL SELECT n.id FROM notification n WHERE n.effect_key IN (
    SELECT kind || o.id FROM ({ORDERS}) o,
      unnest(ARRAY['order-confirmed:', 'order-cancelled:', 'order-expired:']) AS kind
    UNION ALL SELECT 'order-refunded:' || r.id FROM refund r WHERE r.order_id IN ({ORDERS})))
"""
# The law wants to know where a sale was taxed: country, region and postal area. The latter has three
# characters: not a street, and enough to tell a tax district.
AREA = """jsonb_build_object(
  'first_name', '', 'last_name', '', 'company', NULL, 'line1', '', 'line2', NULL, 'city', '',
  'region', t.{column} -> 'region', 'postal_code', left(t.{column} ->> 'postal_code', 3),
  'country', t.{column} -> 'country', 'phone_number', NULL)
""".format


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Rows of a table that tell of a person.

    `of` says which (the table is `t`): of a person by `PERSON`'s parameters, of an order by `{order}`.
    `erase` gives columns their new values; without it the rows are deleted. `{pseudonym}` stands where the
    address stood. `export` names them in an export, without the columns in `withheld` (secrets, hashes) and
    with those in `along`. None: it is in another's, or nothing for people to read.
    """

    table: str
    of: str
    erase: Mapping[str, str] = field(default_factory=dict)
    export: str | None = None
    withheld: tuple[str, ...] = ()
    along: Mapping[str, str] = field(default_factory=dict)
    # Handed out, and left alone by an erasure: it tells what was done, and nothing of the person.
    stays: bool = False

    @property
    def deleted(self) -> bool:
        return not self.erase and not self.stays


# Erased with each order, in this sequence; handed out within it.
OF_ORDER = (
    Holding(
        table="payment_event",
        of="t.payment_id IN (SELECT id FROM payment WHERE order_id = {order})",
        erase={"detail": "NULL"},
        export="payment_events",
    ),
    Holding(
        table="payment",
        of="t.order_id = {order}",
        erase={"client_secret": "NULL", "failure_message": "NULL"},
        export="payments",
        withheld=("client_secret",),
    ),
    Holding(
        table="refund",
        of="t.order_id = {order}",
        erase={"note": "NULL", "failure": "NULL"},
        export="refunds",
        withheld=("request_key", "note"),  # the note is the staff's own
    ),
    Holding(
        table="order_history",
        of="t.order_id = {order}",
        erase={"note": "NULL"},
        export="history",
    ),
    Holding(
        table="promotion_redemption",
        of="t.order_id = {order}",
        # Beside the counters of customers: see the eraser.
        erase={"customer_keys": "t.customer_keys"},
        export="redemptions",
        withheld=("customer_keys",),
    ),
    Holding(
        table="sales_order",
        of="t.id = {order}",
        erase={
            "email": "{pseudonym}",
            "email_key": "NULL",
            "client_key": "NULL",
            "token_hash": "NULL",
            "shipping_address": AREA(column="shipping_address"),
            "billing_address": AREA(column="billing_address"),
            "note": "NULL",
            "vat_number": "NULL",
        },
        withheld=("email_key", "client_key", "token_hash", "lines_hash", "pricing_input"),
    ),
)

# Erased after the orders, in this sequence. The outbox and the inbox find what they tell of by the others.
OF_PERSON = (
    Holding(
        table="outbox",
        of=f"""t.done_at IS NOT NULL AND t.aggregate_id IN (
          SELECT $1 UNION ALL {ORDERS} UNION ALL SELECT t.id FROM notification t WHERE {NOTIFICATIONS})""",
        erase={"payload": "'{{}}'", "last_error": "NULL"},
    ),
    Holding(
        table="webhook_inbox",
        of=f"""t.handled_at IS NOT NULL AND {INTENT} IN (
          SELECT provider_ref FROM payment WHERE order_id IN ({ORDERS}))""",
        erase={"payload": "'{{}}'", "outcome": "NULL"},
    ),
    Holding(table="idempotency_key", of="t.account_id = $1"),
    Holding(table="one_time_token", of="t.account_id = $1"),
    Holding(table="mfa_challenge", of="t.account_id = $1"),
    Holding(table="account_totp", of="t.account_id = $1"),  # its recovery codes go with it
    Holding(table="address", of="t.account_id = $1", export="addresses"),
    Holding(
        table="session",
        of="t.account_id = $1",
        erase={"device_name": "NULL", "user_agent": "NULL", "client_address": "NULL"},
        export="sessions",
    ),
    Holding(
        table="cart",
        of=f"t.account_id = $1 AND NOT {PLACED_UNDER_WAY}",
        export="carts",
        withheld=("token_hash", "email_key"),
        along={
            "items": "(SELECT jsonb_agg(to_jsonb(l)) FROM cart_line l WHERE l.cart_id = t.id)",
            "coupons": "(SELECT jsonb_agg(k.code) FROM cart_coupon k WHERE k.cart_id = t.id)",
        },
    ),
    Holding(
        table="cart",
        of=GUEST.format(t="t"),
        erase={
            "email": "NULL",
            "email_key": "NULL",
            "shipping_address": "NULL",
            "billing_address": "NULL",
            "vat_number": "NULL",
        },
        export="guest_carts",
        withheld=("token_hash", "email_key"),
    ),
    Holding(
        table="notification",
        of=NOTIFICATIONS,
        erase={
            "recipient": "{pseudonym}",
            "context": "'{{}}'",
            "message_id": "NULL",
            "last_error": "NULL",
            "status": "CASE t.status WHEN 'queued' THEN 'failed' ELSE t.status END",
            "claimed_until": "NULL",
        },
        export="notifications",
        withheld=("claimed_until",),
    ),
    Holding(
        table="audit_log",
        of=f"""t.target IN (
          SELECT 'account:' || $1 UNION ALL SELECT 'order:' || o.id FROM ({ORDERS}) o)""",
        export="audit_log",
        stays=True,
    ),
    Holding(
        table="privacy_request",
        of="t.account_id = $1 AND t.kind = 'export'",
        erase={
            "archive": "NULL",
            "status": """CASE WHEN t.status = 'done' THEN 'expired'
              WHEN t.status IN ('queued', 'running') THEN 'failed' ELSE t.status END""",
        },
        export="privacy_requests",
        withheld=("archive", "subject"),
    ),
    Holding(
        table="account",
        of="t.id = $1",
        erase={
            "email": "{pseudonym}",
            # No address has this form: it stands in nobody's way.
            "email_key": "'erased:' || t.id",
            "email_verified": "false",
            "password_hash": "''",
            "first_name": "''",
            "last_name": "''",
            "phone_number": "NULL",
            "marketing_opt_in": "false",
            "roles": "'{{}}'",
            "customer_groups": "'{{}}'",
            "updated_at": "now()",
        },
        export="profile",
        withheld=("email_key", "password_hash"),
    ),
)

# Personal, and erased otherwise than by a holding.
ELSEWHERE: Mapping[str, str] = {
    "promotion_customer.customer_key": "with the redemptions: see the eraser",
    "cart_coupon.code": "with its cart",
    "privacy_request.subject": "by the erasure's own end",
}

# A line a table. Actors are labels with an account's id, or the operating system's name of an operator;
# hashes of random tokens tell nothing; of an order stays what books and taxes need.
IMPERSONAL: Mapping[str, str] = {
    "account": "",
    "alembic_version": "version_num",
    "api_key": "name prefix hash scopes created_by",
    "audit_chain": "previous hash",
    # Sealed by a chain of hashes: whoever writes an entry keeps people out of it (see `AuditLog`).
    "audit_log": "actor action target before after request_id",
    "cart": "currency status token_hash shipping_option_id",
    "category": "slug name",
    "coupon_code": "code_hash label",
    "facet": "name value",
    "former_slug": "slug",
    "listing_scope": "currency",
    "notification": "effect_key template channel locale",
    "order_history": "axis status actor",
    "order_line": "sku name options taxes",
    "outbox": "kind aggregate request_id handled",
    "payment": "provider currency status provider_ref failure_code",
    "payment_event": "source status",
    "price_list": "name definition",
    "privacy_request": "kind actor failure",
    "product": "slug name description status attributes options tags seo_title seo_description tax_class",
    "product_doc": "currency card variants stock_kinds",
    "product_image": "url alt",
    "product_listing": "name_key",
    "product_page": "slug images rest",
    "product_search": "terms",
    "promotion": "name definition",
    "promotion_redemption": "currency status",
    "recovery_code": "code_hash",
    "refresh_token": "token_hash",
    "refund": "currency reason status provider_ref actor request_key",
    "role": "name description permissions",
    "sales_order": (
        "number currency status payment_status fulfilment_status payment_method shipping_option"
        " pricing_engine pricing_input lines_hash taxes promotions tax_exemption"
    ),
    "search_term": "word lexeme variants",
    "session": "revoked_by",
    "shipping_zone": "name definition",
    "signing_key": "kid algorithm private_key public_jwk",
    "stock_movement": "kind reason actor",
    "tax_zone": "name definition",
    "variant": "sku name options barcode",
    "variant_price": "currency",
    "warehouse": "code name country",
    "webhook_inbox": "provider event_id kind",
}


def is_classified(table: str, column: str) -> bool:
    """Whether it is said what becomes of a column when a person is erased."""
    if column in IMPERSONAL.get(table, "").split() or f"{table}.{column}" in ELSEWHERE:
        return True
    return any(
        holding.table == table and (holding.deleted or column in holding.erase)
        for holding in (*OF_ORDER, *OF_PERSON)
    )


def advice(table: str, column: str) -> str:
    """What to write for a column that isn't classified."""
    here = "src/ecommerce/adapters/postgres/privacy/holdings.py"
    return (
        f"{table}.{column} can hold text, and nobody said whether it tells of a person. In {here}, write\n"
        f'  if it doesn\'t:  the word `{column}` in IMPERSONAL["{table}"]\n'
        f'  if it does:     `"{column}": "NULL"` (or another expression) in the `erase` of the Holding of'
        f' "{table}";\n'
        f'                  there is none yet? `Holding(table="{table}", of="t.account_id = $1")` in'
        " OF_PERSON deletes a person's rows,\n"
        f'                  with `export="{table}"` they are handed out before. Then plant one in'
        " tests/integration/privacy/planting.py."
    )
