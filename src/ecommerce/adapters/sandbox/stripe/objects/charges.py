"""The Charge as Stripe shows it."""

from typing import Any

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.objects.bank_accounts import bank_account_charged
from ecommerce.adapters.sandbox.stripe.objects.ids import new_id
from ecommerce.adapters.sandbox.stripe.objects.payment_methods import test_method_of
from ecommerce.adapters.sandbox.stripe.rules.payment_means import decline_message, error_code

STATEMENT_DESCRIPTOR = "SANDBOX SHOP"


def new_charge(
    created: int,
    intent: StripeObject,
    method: StripeObject,
    *,
    authenticated: bool,
    decline_code: str | None = None,
) -> StripeObject:
    """An attempt to charge `method` for `intent`: authorised, or failed where there is a decline code."""
    suffix = intent["statement_descriptor_suffix"]
    declined = decline_code is not None
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "authorization_code": None if decline_code else "123456",
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": f"{STATEMENT_DESCRIPTOR}* {suffix}"
        if suffix
        else STATEMENT_DESCRIPTOR,
        "captured": False,
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": error_code(decline_code) if decline_code else None,
        "failure_message": decline_message(decline_code) if decline_code else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": outcome(decline_code, blocked=test_method_of(method).blocked),
        "paid": decline_code is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            method["type"]: method_charged(intent, method, authenticated=authenticated, declined=declined),
            "type": method["type"],
        },
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "refunds": None,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": suffix,
        "status": "failed" if decline_code else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def outcome(decline_code: str | None, *, blocked: bool) -> dict[str, Any]:
    if decline_code is None:
        seller_message, network_status, kind = "Payment complete.", "approved_by_network", "authorized"
    elif blocked:
        seller_message, network_status, kind = "Blocked as too risky.", "not_sent_to_network", "blocked"
    else:
        seller_message, network_status, kind = "The bank declined.", "declined_by_network", "issuer_declined"
    return {
        "advice_code": "do_not_try_again" if decline_code in ("lost_card", "stolen_card") else None,
        "network_advice_code": None,
        "network_decline_code": None if decline_code is None or blocked else "01",
        "network_status": network_status,
        "reason": "highest_risk_level" if blocked else decline_code,
        "risk_level": "highest" if blocked else "normal",
        "risk_score": 95 if blocked else 25,
        "seller_message": seller_message,
        "type": kind,
    }


def method_charged(
    intent: StripeObject, method: StripeObject, *, authenticated: bool, declined: bool
) -> dict[str, Any]:
    if method["type"] == "us_bank_account":
        return bank_account_charged(method["us_bank_account"])
    amount, card = intent["amount"], method["card"]
    checks = dict(card["checks"])
    if checks["cvc_check"] is not None:
        checks["cvc_check"] = "fail" if test_method_of(method).decline_code == "incorrect_cvc" else "pass"
    return {
        "amount_authorized": None if declined else amount,
        "authorization_code": None if declined else "123456",
        "brand": card["brand"],
        "checks": checks,
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card["last4"],
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None if declined else "109710971097109",
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": card["regulated_status"],
        "three_d_secure": three_d_secure() if authenticated else None,
        "transaction_link_id": None,
        "wallet": None,
    }


def three_d_secure() -> dict[str, Any]:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "exemption_indicator_applied": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": "4f1c7a2e-9a53-4d0b-8f8e-2c6d1b7e0a11",
        "version": "2.2.0",
    }
