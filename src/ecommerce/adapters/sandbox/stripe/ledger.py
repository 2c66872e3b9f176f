"""The money that moved, told independently of what the shop believes."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from ecommerce.adapters.sandbox.state.objects import Objects


# Only what the ledger shows is decoded, so that a hundred thousand payments can be read at once.
class Intent(msgspec.Struct):
    id: str
    metadata: dict[str, str]


class Charge(msgspec.Struct):
    payment_intent: str
    amount_captured: int
    currency: str
    created: int
    captured: bool


class Refund(msgspec.Struct):
    payment_intent: str
    amount: int
    currency: str
    created: int
    status: str


class Dispute(msgspec.Struct):
    payment_intent: str
    amount: int
    currency: str
    created: int
    status: str
    balance_transactions: list[msgspec.Raw]


def read_ledger(objects: Objects) -> list[dict[str, Any]]:
    """Captured charges, refunds that didn't fail, and disputes not won, in the order they were made."""
    metadata = {intent.id: intent.metadata for intent in objects.each_as("payment_intent", Intent)}
    rows = [
        ledger_row("charge", charge, charge.amount_captured, metadata)
        for charge in objects.each_as("charge", Charge)
        if charge.captured
    ]
    rows += [
        ledger_row("refund", refund, refund.amount, metadata)
        for refund in objects.each_as("refund", Refund)
        if refund.status != "failed"
    ]
    rows += [
        ledger_row("dispute", dispute, dispute.amount, metadata)
        for dispute in objects.each_as("dispute", Dispute)
        # An inquiry takes no money.
        if dispute.balance_transactions and dispute.status != "won"
    ]
    rows.sort(key=lambda row: row[0])
    return [row for _, row in rows]


def ledger_row(
    kind: str, moved: Charge | Refund | Dispute, amount: int, metadata: dict[str, dict[str, str]]
) -> tuple[int, dict[str, Any]]:
    at = datetime.fromtimestamp(moved.created, UTC).isoformat().replace("+00:00", "Z")
    return moved.created, {
        "kind": kind,
        "payment_intent": moved.payment_intent,
        "amount": amount,
        "currency": moved.currency,
        "metadata": metadata[moved.payment_intent],
        "at": at,
    }
