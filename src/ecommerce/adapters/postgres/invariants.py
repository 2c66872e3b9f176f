"""What must always be true, each as a query that finds the rows for which it isn't.

Run after every test that touches the database, by `ecommerce doctor --invariants`, and on a schedule. A row
is one violation; its first column names the culprit. Deadlines leave room for the job that keeps them.
"""

from dataclasses import dataclass

from ecommerce.adapters.postgres.audit_chain import CONTENT


@dataclass(frozen=True, slots=True)
class Invariant:
    area: str
    name: str
    sql: str


INVARIANTS = (
    Invariant(
        "stock",
        "nobody holds more than there is",
        """
        SELECT variant_id, warehouse_id, on_hand, reserved FROM stock_level
        WHERE reserved < 0 OR on_hand < 0 OR (reserved > on_hand AND NOT backorderable)
        """,
    ),
    Invariant(
        "stock",
        "what lies in a warehouse is the sum of its movements",
        """
        SELECT s.variant_id, s.warehouse_id, s.on_hand, COALESCE(m.moved, 0) AS moved
        FROM stock_level s LEFT JOIN (
          SELECT variant_id, warehouse_id, sum(quantity) AS moved FROM stock_movement GROUP BY 1, 2
        ) m USING (variant_id, warehouse_id)
        WHERE s.on_hand <> COALESCE(m.moved, 0)
        """,
    ),
    Invariant(
        "stock",
        "what is reserved is the sum of the reservations",
        """
        SELECT s.variant_id, s.warehouse_id, s.reserved, COALESCE(r.held, 0) AS held
        FROM stock_level s LEFT JOIN (
          SELECT variant_id, warehouse_id, sum(quantity) AS held FROM stock_reservation GROUP BY 1, 2
        ) r USING (variant_id, warehouse_id)
        WHERE s.reserved <> COALESCE(r.held, 0)
        """,
    ),
    Invariant(
        "stock",
        "no reservation outlives its time or its order",
        """
        SELECT r.order_id, r.variant_id, o.status, r.expires_at
        FROM stock_reservation r LEFT JOIN sales_order o ON o.id = r.order_id
        WHERE o.id IS NULL OR o.status IN ('cancelled', 'expired', 'completed')
           OR r.expires_at < now() - interval '5 minutes'
        """,
    ),
    Invariant(
        "stock",
        "an order that is covered holds its stock without a deadline",
        """
        SELECT r.order_id, r.variant_id FROM stock_reservation r JOIN sales_order o ON o.id = r.order_id
        WHERE r.expires_at IS NOT NULL AND o.payment_status IN ('authorized', 'paid', 'partially_refunded')
        """,
    ),
    Invariant(
        "orders",
        "the total adds up",
        """
        SELECT number FROM sales_order
        WHERE total <> subtotal - discount + shipping + CASE WHEN tax_included THEN 0 ELSE tax END
           OR least(subtotal, discount, shipping, tax, total, refunded) < 0 OR refunded > total
        """,
    ),
    Invariant(
        "orders",
        "the lines add up to the order",
        """
        SELECT o.number FROM sales_order o LEFT JOIN order_line l ON l.order_id = o.id
        GROUP BY o.id
        HAVING o.subtotal <> COALESCE(sum(l.unit_price * l.quantity), 0)
            OR o.discount < COALESCE(sum(l.discount), 0) OR o.tax < COALESCE(sum(l.tax), 0)
            OR bool_or(l.line_total <> l.unit_price * l.quantity - l.discount) OR count(l.id) = 0
        """,
    ),
    Invariant(
        "orders",
        "a placed order's lines never change",
        """
        SELECT o.number FROM sales_order o JOIN order_line l ON l.order_id = o.id
        GROUP BY o.id
        HAVING o.lines_hash <> sha256(convert_to(string_agg(
          concat_ws('|', l.id, l.variant_id, l.sku, l.name, l.quantity, l.unit_price, l.discount, l.tax,
            l.line_total), E'\n' ORDER BY l.position), 'UTF8'))
        """,
    ),
    Invariant(
        "orders",
        "a cart becomes one order, and says so",
        """
        SELECT o.number, c.status FROM sales_order o JOIN cart c ON c.id = o.cart_id
        WHERE c.status <> 'placed'
        UNION ALL
        SELECT c.id::text, c.status FROM cart c
        WHERE c.status = 'placed' AND NOT EXISTS (SELECT FROM sales_order o WHERE o.cart_id = c.id)
        """,
    ),
    Invariant(
        "orders",
        "only legal transitions were made",
        """
        SELECT order_id, was, status FROM (
          SELECT order_id, status, lag(status) OVER (PARTITION BY order_id ORDER BY id) AS was
          FROM order_history WHERE axis = 'order'
        ) step
        WHERE (was IS NULL AND status NOT IN ('pending', 'confirmed'))
           OR (was IS NOT NULL AND (was, status) NOT IN (
             ('pending', 'confirmed'), ('pending', 'cancelled'), ('pending', 'expired'),
             ('confirmed', 'completed'), ('confirmed', 'cancelled'), ('confirmed', 'expired')))
        """,
    ),
    Invariant(
        "orders",
        "each axis stands where its history ends",
        """
        SELECT o.number, last.axis, last.status FROM sales_order o
        JOIN LATERAL (
          SELECT DISTINCT ON (axis) axis, status FROM order_history h
          WHERE h.order_id = o.id ORDER BY axis, id DESC
        ) last ON true
        WHERE last.status <> CASE last.axis
          WHEN 'order' THEN o.status WHEN 'payment' THEN o.payment_status ELSE o.fulfilment_status END
        """,
    ),
    Invariant(
        "orders",
        "no unpaid order outlives its time",
        """
        SELECT number, expires_at FROM sales_order
        WHERE payment_status = 'unpaid' AND status IN ('pending', 'confirmed')
          AND expires_at < now() - interval '5 minutes'
        """,
    ),
    Invariant(
        "payments",
        "an order counts as paid exactly when its total was captured",
        """
        SELECT o.number, o.payment_status, o.total, COALESCE(p.captured, 0) AS captured
        FROM sales_order o LEFT JOIN (
          SELECT order_id, sum(captured) AS captured FROM payment GROUP BY 1
        ) p ON p.order_id = o.id
        WHERE (o.payment_status IN ('paid', 'partially_refunded', 'refunded', 'disputed'))
           <> (COALESCE(p.captured, 0) = o.total AND (o.total > 0 OR o.status <> 'pending'))
        """,
    ),
    Invariant(
        "payments",
        "refunds sum, and never to more than was captured",
        """
        SELECT p.id, p.captured, p.refunded, p.refund_pending FROM payment p
        LEFT JOIN (
          SELECT payment_id, COALESCE(sum(amount) FILTER (WHERE status = 'succeeded'), 0) AS done,
            COALESCE(sum(amount) FILTER (WHERE status = 'pending'), 0) AS pending
          FROM refund GROUP BY 1
        ) r ON r.payment_id = p.id
        WHERE p.refunded <> COALESCE(r.done, 0) OR p.refund_pending <> COALESCE(r.pending, 0)
           OR p.refunded + p.refund_pending > p.captured OR p.captured > p.amount
        """,
    ),
    Invariant(
        "payments",
        "an order knows what was given back",
        """
        SELECT o.number, o.refunded, COALESCE(p.refunded, 0) AS payments FROM sales_order o
        LEFT JOIN (SELECT order_id, sum(refunded) AS refunded FROM payment GROUP BY 1) p ON p.order_id = o.id
        WHERE o.refunded <> COALESCE(p.refunded, 0)
        """,
    ),
    Invariant(
        "payments",
        "money of an order that ended was given back",
        """
        SELECT o.number, o.status, p.captured, p.refunded, p.refund_pending
        FROM sales_order o JOIN payment p ON p.order_id = o.id
        WHERE o.status IN ('cancelled', 'expired') AND p.captured > p.refunded + p.refund_pending
          AND p.updated_at < now() - interval '15 minutes'
        """,
    ),
    Invariant(
        "payments",
        "amount and currency are the order's",
        """
        SELECT o.number, p.amount, p.currency FROM sales_order o JOIN payment p ON p.order_id = o.id
        WHERE p.currency <> o.currency OR p.amount > o.total
        """,
    ),
    Invariant(
        "payments",
        "nothing stays undecided beyond the reconciler's deadline",
        """
        SELECT id, status, updated_at FROM payment
        WHERE status = 'processing' AND updated_at < now() - interval '1 day'
        UNION ALL
        SELECT p.id, p.status, p.updated_at FROM payment p JOIN sales_order o ON o.id = p.order_id
        WHERE p.status IN ('pending', 'requires_payment_method', 'requires_action') AND p.provider = 'stripe'
          AND o.status IN ('cancelled', 'expired') AND o.updated_at < now() - interval '15 minutes'
        """,
    ),
    Invariant(
        "promotions",
        "what a promotion counts is what orders hold, and within its limits",
        """
        SELECT p.id, p.used, p.spent, held.used AS held, held.spent AS held_spent
        FROM promotion p LEFT JOIN LATERAL (
          SELECT count(*) AS used, COALESCE(sum(r.amount) FILTER (
            WHERE r.currency = p.definition -> 'budget' ->> 'currency'), 0) AS spent
          FROM promotion_redemption r WHERE r.promotion_id = p.id AND r.status <> 'released'
        ) held ON true
        WHERE (p.used, p.spent) <> (
            CASE WHEN p.max_uses IS NULL AND p.budget IS NULL THEN 0 ELSE held.used END, held.spent)
           OR p.used > p.max_uses OR p.spent > p.budget
        """,
    ),
    Invariant(
        "promotions",
        "what a code counts is what orders hold, and within its limit",
        """
        SELECT k.id, k.label, k.used, held.used AS held FROM coupon_code k LEFT JOIN LATERAL (
          SELECT count(*) AS used FROM promotion_redemption r
          WHERE r.coupon_code_id = k.id AND r.status <> 'released'
        ) held ON true
        WHERE k.used <> CASE WHEN k.max_uses IS NULL THEN 0 ELSE held.used END OR k.used > k.max_uses
        """,
    ),
    Invariant(
        "promotions",
        "customers are counted where there is a limit for each, and nowhere else",
        """
        WITH held AS (
          SELECT r.promotion_id, key AS customer_key, count(*) AS used
          FROM promotion_redemption r JOIN promotion p ON p.id = r.promotion_id
            CROSS JOIN unnest(r.customer_keys) AS key
          WHERE r.status <> 'released' AND p.definition ->> 'per_customer' IS NOT NULL
          GROUP BY 1, 2
        )
        SELECT promotion_id, COALESCE(c.used, 0) AS counted, COALESCE(held.used, 0) AS held
        FROM promotion_customer c FULL JOIN held USING (promotion_id, customer_key)
        WHERE COALESCE(c.used, 0) <> COALESCE(held.used, 0)
        """,
    ),
    Invariant(
        "promotions",
        "an order that ended holds no use of a promotion",
        """
        SELECT o.number, r.promotion_id, r.status
        FROM promotion_redemption r JOIN sales_order o ON o.id = r.order_id
        WHERE r.status <> 'released' AND o.status IN ('cancelled', 'expired')
        """,
    ),
    Invariant(
        "promotions",
        "every discount has its redemption",
        """
        SELECT o.number, o.discount, told.discount AS told, COALESCE(held.amount, 0) AS redeemed
        FROM sales_order o
        JOIN LATERAL (
          SELECT COALESCE(sum((each ->> 'discount')::bigint), 0) AS discount
          FROM jsonb_array_elements(o.promotions) AS each
        ) told ON true
        LEFT JOIN (
          SELECT order_id, sum(amount) AS amount FROM promotion_redemption GROUP BY 1
        ) held ON held.order_id = o.id
        WHERE told.discount < o.discount
           OR o.promotions <> '[]' AND told.discount <> COALESCE(held.amount, 0)
        """,
    ),
    Invariant(
        "identity",
        "a session has one live refresh token at the most, a revoked one none",
        """
        SELECT s.id, count(*) FROM session s JOIN refresh_token t ON t.session_id = s.id
        WHERE t.spent_at IS NULL
        GROUP BY s.id HAVING count(*) > 1 OR bool_or(s.revoked_at IS NOT NULL)
        """,
    ),
    Invariant(
        "identity",
        "only an enabled second factor has recovery codes, ten at the most",
        """
        SELECT t.account_id, count(*) FROM account_totp t JOIN recovery_code c USING (account_id)
        GROUP BY t.account_id HAVING count(*) > 10 OR bool_or(t.confirmed_at IS NULL)
        """,
    ),
    Invariant(
        "identity",
        "an address is one account",
        "SELECT email_key, count(*) FROM account GROUP BY 1 HAVING count(*) > 1",
    ),
    Invariant(
        "privacy",
        "nobody is signed in to a closed account",
        """
        SELECT s.id FROM session s JOIN account a ON a.id = s.account_id
        WHERE a.closed_at IS NOT NULL AND s.revoked_at IS NULL
        """,
    ),
    Invariant(
        "privacy",
        "who was erased has no address any more",
        """
        SELECT a.id, a.closed_at FROM privacy_request r JOIN account a ON a.id = r.account_id
        WHERE r.kind = 'erasure' AND r.status = 'done' AND (
          a.closed_at IS NULL OR a.email NOT LIKE '%@erased.invalid' OR EXISTS (
            SELECT FROM sales_order o WHERE o.account_id = a.id AND o.email NOT LIKE '%@erased.invalid'))
        """,
    ),
    Invariant(
        "privacy",
        "nobody waits for over a month to be erased",
        """
        SELECT id, created_at FROM privacy_request
        WHERE kind = 'erasure' AND status IN ('queued', 'running') AND created_at < now() - interval '30 days'
        """,
    ),
    Invariant(
        "audit",
        "the chain of the audit log verifies",
        f"""
        SELECT COALESCE(c.seq, 0) AS seq, COALESCE(c.entry_id, a.id) AS entry_id
        FROM (
          SELECT seq, entry_id, previous, hash, lag(seq, 1, 0::bigint) OVER earlier AS seq_before,
            lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER earlier AS hash_before
          FROM audit_chain WINDOW earlier AS (ORDER BY seq)
        ) c FULL JOIN audit_log a ON a.id = c.entry_id
        WHERE a.id IS NULL OR c.seq IS NULL OR c.seq <> c.seq_before + 1 OR c.previous <> c.hash_before
           OR c.hash <> sha256(c.previous || {CONTENT})
        """,
    ),
    Invariant(
        "events",
        "every order's placing is told",
        """
        SELECT o.number FROM sales_order o
        WHERE o.cart_id IS NOT NULL AND o.created_at > now() - interval '7 days'
          AND NOT EXISTS (SELECT FROM outbox e WHERE e.aggregate_id = o.id AND e.kind = 'OrderPlaced')
        """,
    ),
    Invariant(
        "events",
        "no event waits for ever",
        """
        SELECT id, kind, attempts, last_error FROM outbox
        WHERE done_at IS NULL AND parked_at IS NULL AND occurred_at < now() - interval '1 day'
        """,
    ),
    Invariant(
        "events",
        "one message per effect",
        "SELECT effect_key, count(*) FROM notification GROUP BY 1 HAVING count(*) > 1",
    ),
)
