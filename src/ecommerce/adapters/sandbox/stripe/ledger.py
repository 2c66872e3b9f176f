"""The money that moved, told independently of what the shop believes."""

from datetime import UTC, datetime
from typing import Any

from ecommerce.adapters.sandbox.state.objects import Objects, StripeObject


def read_ledger(objects: Objects) -> list[dict[str, Any]]:
    """Captured charges, refunds that didn't fail, and disputes not won, in the order they were made."""
    intents = {intent["id"]: intent for intent in objects.each("payment_intent")}
    rows = [
        ledger_row("charge", charge, charge["amount_captured"], intents)
        for charge in objects.each("charge")
        if charge["captured"]
    ]
    rows += [
        ledger_row("refund", refund, refund["amount"], intents)
        for refund in objects.each("refund")
        if refund["status"] != "failed"
    ]
    rows += [
        ledger_row("dispute", dispute, dispute["amount"], intents)
        for dispute in objects.each("dispute")
        if dispute["balance_transactions"] and dispute["status"] != "won"
    ]
    rows.sort(key=lambda row: row[0])
    return [row for _, row in rows]


def ledger_row(
    kind: str, thing: StripeObject, amount: int, intents: dict[str, StripeObject]
) -> tuple[int, dict[str, Any]]:
    intent = intents[thing["payment_intent"]]
    at: int = thing["created"]
    return at, {
        "kind": kind,
        "payment_intent": intent["id"],
        "amount": amount,
        "currency": thing["currency"],
        "metadata": intent["metadata"],
        "at": datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z"),
    }
