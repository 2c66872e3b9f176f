"""A dispute's life: opened by the bank, answered by the shop, won or lost."""

from typing import Any

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.objects.money_movements import new_balance_transaction, new_dispute
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError

DISPUTE_FEE = 1500
OPEN_STATUSES = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")


def open_dispute(books: Books, charge: StripeObject, reason: str, *, inquiry: bool = False) -> StripeObject:
    """The bank takes the money back until it is decided; an inquiry takes nothing. Raises `StripeError`."""
    if not charge["captured"]:
        raise StripeError("Only a captured charge can be disputed.", param="charge")
    if charge["disputed"]:
        raise StripeError("This charge is disputed already.", code="charge_disputed", param="charge")
    dispute = new_dispute(books.now(), charge, reason, inquiry=inquiry)
    charge["disputed"] = True
    books.update(charge)
    books.insert(dispute)
    if not inquiry:
        move_funds(books, dispute, -dispute["amount"], "dispute", DISPUTE_FEE)
    books.emit("charge.dispute.created", dispute)
    if not inquiry:
        books.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(books: Books, dispute: StripeObject, *, won: bool) -> None:
    """Decide a dispute; the money of a won one comes back, its fee does not. Raises `StripeError`."""
    if dispute["status"] not in OPEN_STATUSES:
        raise StripeError("This dispute is closed already.", code="dispute_already_closed")
    inquiry = dispute["status"].startswith("warning_")
    previous: dict[str, Any] = {"status": dispute["status"]}
    if inquiry:
        dispute["status"] = "warning_closed"
    else:
        dispute["status"] = "won" if won else "lost"
    if won and not inquiry:
        move_funds(books, dispute, dispute["amount"], "dispute_reversal", 0)
    books.update(dispute)
    books.emit("charge.dispute.closed", dispute, previous)
    if won and not inquiry:
        books.emit("charge.dispute.funds_reinstated", dispute)


def move_funds(books: Books, dispute: StripeObject, amount: int, category: str, fee: int) -> None:
    transaction = new_balance_transaction(
        books.now(), dispute, amount=amount, kind="adjustment", category=category, fee=fee
    )
    books.insert(transaction)
    dispute["balance_transactions"].append(transaction)
    books.update(dispute)
