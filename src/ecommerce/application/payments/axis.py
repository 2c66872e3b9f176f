"""What a payment makes of its order's payment axis."""

from ecommerce.application.orders.contracts import OrderStanding, PaymentAxis
from ecommerce.domain.payments.payment import Payment
from ecommerce.domain.payments.state import ENDED, PaymentStatus

_TAKEN: dict[PaymentStatus, PaymentAxis] = {
    PaymentStatus.PARTIALLY_REFUNDED: "partially_refunded",
    PaymentStatus.REFUNDED: "refunded",
    PaymentStatus.DISPUTED: "disputed",
}


def payment_axis(payment: Payment, order: OrderStanding) -> PaymentAxis | None:
    """None where the payment changes nothing: the buyer is still at it, or may try again."""
    if payment.status is PaymentStatus.CAPTURED:
        return "paid" if payment.captured >= order.total else "partially_paid"
    if payment.status is PaymentStatus.AUTHORIZED:
        return "authorized"
    if payment.status is PaymentStatus.PROCESSING:
        return "pending"
    if payment.status in _TAKEN:
        return _TAKEN[payment.status]
    # What the order relied on has fallen through. One that is not confirmed yet is just unpaid, and expires.
    relied_on = order.payment_status in ("pending", "authorized")
    retreated = payment.status in ENDED or payment.failure is not None
    if not (relied_on and retreated):
        return None
    return "unpaid" if order.status == "pending" else "failed"
