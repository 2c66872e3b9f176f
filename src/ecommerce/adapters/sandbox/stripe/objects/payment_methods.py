"""The PaymentMethod as Stripe shows it: a card or a US bank account."""

import hashlib
from typing import Any

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.objects.bank_accounts import bank_account
from ecommerce.adapters.sandbox.stripe.objects.ids import new_id
from ecommerce.adapters.sandbox.stripe.rules.payment_means import BY_NUMBER, TestMethod

EXPIRY_MONTH = 12
EXPIRY_YEAR = 2034


def fingerprint_of(number: str) -> str:
    return hashlib.blake2b(number.encode(), digest_size=8).hexdigest()


BY_FINGERPRINT = {fingerprint_of(number): card for number, card in BY_NUMBER.items()}


def test_method_of(method: StripeObject) -> TestMethod:
    """The number is never kept, as at Stripe; the fingerprint tells which test card it was."""
    return BY_FINGERPRINT[method[method["type"]]["fingerprint"]]


def new_payment_method(
    created: int,
    means: TestMethod,
    billing_details: dict[str, Any],
    *,
    expiry: tuple[int, int] = (EXPIRY_MONTH, EXPIRY_YEAR),
    cvc_given: bool = True,
) -> StripeObject:
    fingerprint = fingerprint_of(means.number)
    if means.kind == "card":
        details = card_details(means, fingerprint, expiry, cvc_given=cvc_given)
    else:
        details = bank_account(means, fingerprint)
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details,
        means.kind: details,
        "created": created,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": means.kind,
    }


def card_details(
    card: TestMethod, fingerprint: str, expiry: tuple[int, int], *, cvc_given: bool
) -> dict[str, Any]:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "unchecked" if cvc_given else None,
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": fingerprint,
        "funding": card.funding,
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
