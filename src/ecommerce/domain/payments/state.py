"""Where a payment stands, and how what a provider says may move it.

Providers tell things late, twice and out of order. So a payment is no log of what came last: it is the
highest thing that was ever true. Told the same facts in any order, any number of times, it ends the same.
"""

from enum import StrEnum


class PaymentStatus(StrEnum):
    PENDING = "pending"
    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


# The legal order. Money that has moved outweighs everything said before or after: a provider never cancels
# what it captured, so where both were said the capture is what counts.
RANK = {status: rank for rank, status in enumerate(PaymentStatus)}

UNDECIDED = frozenset(
    {
        PaymentStatus.PENDING,
        PaymentStatus.REQUIRES_PAYMENT_METHOD,
        PaymentStatus.REQUIRES_ACTION,
        PaymentStatus.PROCESSING,
    }
)
ENDED = frozenset({PaymentStatus.FAILED, PaymentStatus.CANCELLED})
MONEY_TAKEN = frozenset(
    {
        PaymentStatus.CAPTURED,
        PaymentStatus.PARTIALLY_REFUNDED,
        PaymentStatus.REFUNDED,
        PaymentStatus.DISPUTED,
    }
)


def advance(known: PaymentStatus, said: PaymentStatus) -> PaymentStatus:
    """The higher of the two: associative, commutative, idempotent."""
    return max(known, said, key=RANK.__getitem__)


def reread(known: PaymentStatus, said: PaymentStatus, *, attempt_failed: bool) -> PaymentStatus:
    """As `advance`, for a state asked for just now instead of told at some time.

    One step back is legal at providers: an attempt that failed asks for another means of payment. It is
    believed only from a fresh reading, and only while nothing is decided.
    """
    undone = known in UNDECIDED and said is PaymentStatus.REQUIRES_PAYMENT_METHOD and attempt_failed
    return said if undone else advance(known, said)


def after_refunds(captured: int, refunded: int) -> PaymentStatus:
    """The status of money that was taken, by how much of it was given back."""
    if refunded == 0:
        return PaymentStatus.CAPTURED
    return PaymentStatus.REFUNDED if refunded >= captured else PaymentStatus.PARTIALLY_REFUNDED
