"""US bank accounts, whose debits take days: the payment method and the charge's details of it."""

from typing import Any

from ecommerce.adapters.sandbox.stripe.rules.payment_means import TestMethod

ROUTING_NUMBER = "110000000"
BANK_NAME = "STRIPE TEST BANK"


def bank_account(account: TestMethod, fingerprint: str) -> dict[str, Any]:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": BANK_NAME,
        "financial_connections_account": None,
        "fingerprint": fingerprint,
        "last4": account.number[-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": ROUTING_NUMBER,
        "status_details": None,
    }


def bank_account_charged(account: dict[str, Any]) -> dict[str, Any]:
    kept = ("account_holder_type", "account_type", "bank_name", "fingerprint", "last4", "routing_number")
    return {field: account[field] for field in kept} | {"mandate": None, "payment_reference": None}
