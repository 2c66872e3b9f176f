"""Stripe's test cards, by number and by the payment method that stands for each.

See https://docs.stripe.com/testing.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCard:
    """A card and what happens when it is charged."""

    __test__ = False  # the name is Stripe's; it isn't a test case

    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    decline_code: str | None = None
    attachable: bool = True
    blocked: bool = False
    authentication: Literal["never", "unless_set_up", "always"] = "never"
    dispute_reason: str | None = None
    inquiry: bool = False
    refund: Literal["at_once", "pending", "fails"] = "at_once"
    available_at_once: bool = False


# Error codes where they aren't the plain card_declined.
OWN_ERROR_CODES = frozenset({"expired_card", "incorrect_cvc", "processing_error"})
DECLINE_MESSAGES = {
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "insufficient_funds": "Your card has insufficient funds.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


def decline_message(decline_code: str) -> str:
    return DECLINE_MESSAGES.get(decline_code, "Your card was declined.")


def error_code(decline_code: str) -> str:
    if decline_code == "authentication_required" or decline_code in OWN_ERROR_CODES:
        return decline_code
    return "card_declined"


PLAIN: dict[str, TestCard] = {
    "pm_card_visa": TestCard(number="4242424242424242"),
    "pm_card_visa_debit": TestCard(number="4000056655665556", funding="debit"),
    "pm_card_mastercard": TestCard(number="5555555555554444", brand="mastercard"),
    "pm_card_mastercard_debit": TestCard(number="5200828282828210", brand="mastercard", funding="debit"),
    "pm_card_mastercard_prepaid": TestCard(number="5105105105105100", brand="mastercard", funding="prepaid"),
    "pm_card_amex": TestCard(number="378282246310005", brand="amex"),
    "pm_card_discover": TestCard(number="6011111111111117", brand="discover"),
    "pm_card_diners": TestCard(number="3056930009020004", brand="diners"),
    "pm_card_jcb": TestCard(number="3566002020360505", brand="jcb"),
    "pm_card_unionpay": TestCard(number="6200000000000005", brand="unionpay"),
    "pm_card_gb": TestCard(number="4000008260000000", country="GB"),
    "pm_card_de": TestCard(number="4000002760000016", country="DE"),
    "pm_card_fr": TestCard(number="4000002500000003", country="FR"),
    "pm_card_jp": TestCard(number="4000003920000003", country="JP"),
    "pm_card_bypassPending": TestCard(number="4000000000000077", available_at_once=True),
    "pm_card_pendingRefund": TestCard(number="4000000000007726", refund="pending"),
    "pm_card_refundFail": TestCard(number="4000000000005126", refund="fails"),
    "pm_card_createDispute": TestCard(number="4000000000000259", dispute_reason="fraudulent"),
    "pm_card_createDisputeProductNotReceived": TestCard(
        number="4000000000002685", dispute_reason="product_not_received"
    ),
    "pm_card_createDisputeInquiry": TestCard(
        number="4000000000001976", dispute_reason="fraudulent", inquiry=True
    ),
    "pm_card_chargeCustomerFail": TestCard(number="4000000000000341", decline_code="generic_decline"),
    "pm_card_radarBlock": TestCard(number="4100000000000019", decline_code="fraudulent", blocked=True),
}
DECLINES: dict[str, tuple[str, str]] = {
    "chargeDeclined": ("4000000000000002", "generic_decline"),
    "chargeDeclinedInsufficientFunds": ("4000000000009995", "insufficient_funds"),
    "chargeDeclinedLostCard": ("4000000000009987", "lost_card"),
    "chargeDeclinedStolenCard": ("4000000000009979", "stolen_card"),
    "chargeDeclinedExpiredCard": ("4000000000000069", "expired_card"),
    "chargeDeclinedIncorrectCvc": ("4000000000000127", "incorrect_cvc"),
    "chargeDeclinedProcessingError": ("4000000000000119", "processing_error"),
    "chargeDeclinedVelocityLimitExceeded": ("4000000000006975", "card_velocity_exceeded"),
    "chargeDeclinedFraudulent": ("4000000000000010", "fraudulent"),
}
AUTHENTICATING: dict[str, TestCard] = {
    "pm_card_authenticationRequired": TestCard(number="4000002760003184", authentication="always"),
    "pm_card_authenticationRequiredOnSetup": TestCard(
        number="4000002500003155", authentication="unless_set_up"
    ),
    "pm_card_threeDSecure2Required": TestCard(number="4000000000003220", authentication="always"),
    "pm_card_threeDSecureRequired": TestCard(number="4000000000003063", authentication="always"),
    "pm_card_threeDSecureOptional": TestCard(number="4000000000003055"),
    "pm_card_threeDSecureRequiredChargeDeclined": TestCard(
        number="4000008400001629", authentication="always", decline_code="generic_decline"
    ),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": TestCard(
        number="4000008260003178", authentication="always", decline_code="insufficient_funds"
    ),
}


def declining_methods() -> dict[str, TestCard]:
    """Stripe knows each of these both with and without the brand in its name."""
    cards: dict[str, TestCard] = {}
    for name, (number, code) in DECLINES.items():
        card = TestCard(number=number, decline_code=code, attachable=False)
        cards[f"pm_card_{name}"] = card
        cards[f"pm_card_visa_{name}"] = card
    return cards


BY_METHOD: dict[str, TestCard] = PLAIN | AUTHENTICATING | declining_methods()
BY_NUMBER: dict[str, TestCard] = {card.number: card for card in BY_METHOD.values()}
