"""The two ends of any attempt to be paid: the money is taken, or the intent waits for another method."""

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.objects.money_movements import card_fee, new_balance_transaction
from ecommerce.adapters.sandbox.stripe.rules.payment_means import TestMethod
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError


def fail(intent: StripeObject, error: StripeError) -> None:
    intent["last_payment_error"] = error.body()["error"]
    intent["status"] = "requires_payment_method"
    intent["payment_method"] = None
    intent["next_action"] = None


def take_money(
    books: Books, intent: StripeObject, charge: StripeObject, amount: int, card: TestMethod
) -> None:
    transaction = new_balance_transaction(
        books.now(),
        charge,
        amount=amount,
        kind="charge",
        category="charge",
        fee=card_fee(amount),
        description=charge["description"],
        available_at_once=card.available_at_once,
    )
    charge["balance_transaction"] = transaction["id"]
    charge["captured"] = True
    charge["amount_captured"] = amount
    intent["status"] = "succeeded"
    intent["amount_received"] = amount
    intent["amount_capturable"] = 0
    books.insert(transaction)
    books.update(charge)
    books.update(intent)
