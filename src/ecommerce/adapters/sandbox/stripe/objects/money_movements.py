"""Refunds, balance transactions and disputes as Stripe shows them."""

from typing import Any

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.objects.ids import new_id

PENDING_SECONDS = 2 * 86400
EVIDENCE_SECONDS = 20 * 86400
EVIDENCE_FIELDS = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation",
    "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt", "refund_policy",
    "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "service_documentation",
    "shipping_address", "shipping_carrier", "shipping_date", "shipping_documentation",
    "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip
NETWORK_REASON_CODES = {"fraudulent": "10.4", "product_not_received": "13.1", "duplicate": "12.6.1"}


def card_fee(amount: int) -> int:
    """2.9 % and 30, half up, in integers."""
    return (amount * 29 + 500) // 1000 + 30


def new_balance_transaction(
    created: int,
    source: StripeObject,
    *,
    amount: int,
    kind: str,
    category: str,
    fee: int = 0,
    description: str | None = None,
    available_at_once: bool = False,
) -> StripeObject:
    fee_details = [
        {
            "amount": fee,
            "application": None,
            "currency": source["currency"],
            "description": "Stripe processing fees" if category == "charge" else "Dispute fee",
            "type": "stripe_fee",
        }
    ]
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created if available_at_once else created + PENDING_SECONDS,
        "balance_type": "payments",
        "created": created,
        "currency": source["currency"],
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fee_details if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "available" if available_at_once else "pending",
        "type": kind,
    }


def new_refund(created: int, charge: StripeObject, amount: int) -> StripeObject:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": refund_destination(charge["payment_method_details"]["type"]),
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def refund_destination(method_type: str) -> dict[str, Any]:
    if method_type != "card":
        return {"type": "us_bank_transfer", "us_bank_transfer": {"reference": None, "reference_status": None}}
    card = {
        "reference": None,
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    return {"card": card, "type": "card"}


def disputed_method(charge: StripeObject, network_code: str, *, inquiry: bool) -> dict[str, Any] | None:
    card = charge["payment_method_details"].get("card")
    if card is None:
        return None
    details = {
        "brand": card["brand"],
        "case_type": "inquiry" if inquiry else "chargeback",
        "network": card["network"],
        "network_reason_code": network_code,
    }
    return {"card": details, "type": "card"}


def new_dispute(created: int, charge: StripeObject, reason: str, *, inquiry: bool) -> StripeObject:
    network_code = NETWORK_REASON_CODES.get(reason, "13.7")
    evidence: dict[str, Any] = dict.fromkeys(EVIDENCE_FIELDS)
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": charge["amount_captured"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": evidence | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": created + EVIDENCE_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "network_reason_code": network_code,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": disputed_method(charge, network_code, inquiry=inquiry),
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
