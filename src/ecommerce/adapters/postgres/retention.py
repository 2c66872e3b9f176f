"""What the kernel's tables and carts keep, and for how long."""

from ecommerce.adapters.postgres.database import Database

BATCH = 5_000
# Small batches: no statement holds locks for long, and each ends well within its timeout.
SWEEPS = {
    "outbox": """
        DELETE FROM outbox WHERE id IN (
            SELECT id FROM outbox
            WHERE occurred_at < now() - interval '30 days' AND done_at < now() - interval '30 days' LIMIT $1)
    """,
    "webhook_inbox": """
        DELETE FROM webhook_inbox WHERE (provider, event_id) IN (
            SELECT provider, event_id FROM webhook_inbox
            WHERE received_at < now() - interval '30 days' AND handled_at IS NOT NULL LIMIT $1)
    """,
    "one_time_token": """
        DELETE FROM one_time_token WHERE id IN (
            SELECT id FROM one_time_token WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED)
    """,
    "idempotency_key": """
        DELETE FROM idempotency_key WHERE scope IN (
            SELECT scope FROM idempotency_key WHERE claimed_at < now() - interval '24 hours' LIMIT $1)
    """,
    "mfa_challenge": """
        DELETE FROM mfa_challenge WHERE token_hash IN (
            SELECT token_hash FROM mfa_challenge WHERE expires_at < now() LIMIT $1)
    """,
    # A secret that nobody confirmed. One that is being confirmed is locked.
    "account_totp": """
        DELETE FROM account_totp WHERE account_id IN (
            SELECT account_id FROM account_totp
            WHERE confirmed_at IS NULL AND created_at < now() - interval '1 day'
            LIMIT $1 FOR UPDATE SKIP LOCKED)
    """,
    "privacy_archive": """
        UPDATE privacy_request SET archive = NULL, status = 'expired' WHERE id IN (
            SELECT id FROM privacy_request WHERE archive IS NOT NULL AND expires_at < now() LIMIT $1)
    """,
}

CART_BATCH = 1_000
# Found by when they were made, since an index by `updated_at` would have to be written with every change.
# `$2` is how many days nobody touches a cart before it counts as left behind. A customer's open cart stays.
# What is locked is in use: it waits for the next time. An order that may expire gives its lines back to the
# owner of its cart; all others live without.
CART_SWEEPS = {
    "guest_cart": """
        DELETE FROM cart WHERE id IN (
            SELECT id FROM cart
            WHERE status = 'open' AND account_id IS NULL AND created_at < now() - make_interval(days => $2)
              AND updated_at < now() - make_interval(days => $2)
            ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    """,
    "merged_cart": """
        DELETE FROM cart WHERE id IN (
            SELECT id FROM cart
            WHERE status = 'merged' AND created_at < now() - make_interval(days => $2)
              AND updated_at < now() - make_interval(days => $2)
            ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    """,
    "placed_cart": """
        DELETE FROM cart WHERE id IN (
            SELECT c.id FROM cart c JOIN sales_order o ON o.cart_id = c.id
            WHERE c.status = 'placed' AND c.created_at < now() - make_interval(days => $2)
              AND c.updated_at < now() - make_interval(days => $2)
              AND (o.status IN ('completed', 'cancelled', 'expired')
                OR o.payment_status IN ('paid', 'partially_refunded', 'refunded', 'disputed'))
            ORDER BY c.created_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    """,
}

# A session may have thousands of tokens, so those go first, in batches of their own. What is found here can't
# come alive meanwhile: its tokens have expired long ago.
SESSION_BATCH = 1_000
_FORGOTTEN_SESSION = """
created_at < now() - interval '90 days' AND coalesce(revoked_at, last_seen_at) < now() - interval '90 days'
"""
SESSION_SWEEPS = {
    "refresh_token": f"""
        DELETE FROM refresh_token WHERE token_hash IN (
            SELECT token_hash FROM refresh_token WHERE session_id IN (
                SELECT id FROM session WHERE {_FORGOTTEN_SESSION}) LIMIT $1)
    """,
    "session": f"""
        DELETE FROM session WHERE id IN (
            SELECT id FROM session WHERE {_FORGOTTEN_SESSION}
            ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    """,
}


class PgRetention:
    def __init__(self, database: Database, cart_days: int) -> None:
        self._database = database
        self._cart_days = cart_days

    async def sweep(self) -> dict[str, int]:
        gone = {table: await self._empty(sql, BATCH) for table, sql in SWEEPS.items()}
        for table, sql in SESSION_SWEEPS.items():
            gone[table] = await self._empty(sql, SESSION_BATCH)
        for kind, sql in CART_SWEEPS.items():
            gone[kind] = await self._empty(sql, CART_BATCH, self._cart_days)
        return gone

    async def _empty(self, sql: str, batch: int, *more: int) -> int:
        """Returns how many rows went."""
        gone = 0
        while True:
            went = int((await self._database.execute(sql, batch, *more)).rpartition(" ")[2])
            gone += went
            if went < batch:
                return gone
