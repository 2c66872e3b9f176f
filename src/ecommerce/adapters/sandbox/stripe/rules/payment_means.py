"""Stripe's test cards and bank accounts, by number and by the payment method that stands for each.

See https://docs.stripe.com/testing.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TestMethod:
    """A card or an account, and what happens when it is charged."""

    __test__ = False  # the name is Stripe's; it isn't a test case

    number: str
    kind: Literal["card", "us_bank_account"] = "card"
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
    never_settles: bool = False


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


PLAIN: dict[str, TestMethod] = {
    "pm_card_visa": TestMethod(number="4242424242424242"),
    "pm_card_visa_debit": TestMethod(number="4000056655665556", funding="debit"),
    "pm_card_mastercard": TestMethod(number="5555555555554444", brand="mastercard"),
    "pm_card_mastercard_debit": TestMethod(number="5200828282828210", brand="mastercard", funding="debit"),
    "pm_card_mastercard_prepaid": TestMethod(
        number="5105105105105100", brand="mastercard", funding="prepaid"
    ),
    "pm_card_amex": TestMethod(number="378282246310005", brand="amex"),
    "pm_card_discover": TestMethod(number="6011111111111117", brand="discover"),
    "pm_card_diners": TestMethod(number="3056930009020004", brand="diners"),
    "pm_card_jcb": TestMethod(number="3566002020360505", brand="jcb"),
    "pm_card_unionpay": TestMethod(number="6200000000000005", brand="unionpay"),
    "pm_card_gb": TestMethod(number="4000008260000000", country="GB"),
    "pm_card_de": TestMethod(number="4000002760000016", country="DE"),
    "pm_card_fr": TestMethod(number="4000002500000003", country="FR"),
    "pm_card_jp": TestMethod(number="4000003920000003", country="JP"),
    "pm_card_bypassPending": TestMethod(number="4000000000000077", available_at_once=True),
    "pm_card_pendingRefund": TestMethod(number="4000000000007726", refund="pending"),
    "pm_card_refundFail": TestMethod(number="4000000000005126", refund="fails"),
    "pm_card_createDispute": TestMethod(number="4000000000000259", dispute_reason="fraudulent"),
    "pm_card_createDisputeProductNotReceived": TestMethod(
        number="4000000000002685", dispute_reason="product_not_received"
    ),
    "pm_card_createDisputeInquiry": TestMethod(
        number="4000000000001976", dispute_reason="fraudulent", inquiry=True
    ),
    "pm_card_chargeCustomerFail": TestMethod(number="4000000000000341", decline_code="generic_decline"),
    "pm_card_radarBlock": TestMethod(number="4100000000000019", decline_code="fraudulent", blocked=True),
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
AUTHENTICATING: dict[str, TestMethod] = {
    "pm_card_authenticationRequired": TestMethod(number="4000002760003184", authentication="always"),
    "pm_card_authenticationRequiredOnSetup": TestMethod(
        number="4000002500003155", authentication="unless_set_up"
    ),
    "pm_card_threeDSecure2Required": TestMethod(number="4000000000003220", authentication="always"),
    "pm_card_threeDSecureRequired": TestMethod(number="4000000000003063", authentication="always"),
    "pm_card_threeDSecureOptional": TestMethod(number="4000000000003055"),
    "pm_card_threeDSecureRequiredChargeDeclined": TestMethod(
        number="4000008400001629", authentication="always", decline_code="generic_decline"
    ),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": TestMethod(
        number="4000008260003178", authentication="always", decline_code="insufficient_funds"
    ),
}


BANK_ACCOUNTS: dict[str, tuple[str, str | None]] = {
    "pm_usBankAccount_success": ("000123456789", None),
    "pm_usBankAccount_accountClosed": ("000111111113", "account_closed"),
    "pm_usBankAccount_noAccount": ("000111111116", "no_account"),
    "pm_usBankAccount_insufficientFunds": ("000222222227", "insufficient_funds"),
    "pm_usBankAccount_debitNotAuthorized": ("000333333335", "debit_not_authorized"),
    "pm_usBankAccount_processing": ("000000000009", None),
}


def bank_accounts() -> dict[str, TestMethod]:
    return {
        name: TestMethod(
            number=number,
            kind="us_bank_account",
            decline_code=code,
            never_settles=name.endswith("_processing"),
        )
        for name, (number, code) in BANK_ACCOUNTS.items()
    }


def declining_methods() -> dict[str, TestMethod]:
    """Stripe knows each of these both with and without the brand in its name."""
    cards: dict[str, TestMethod] = {}
    for name, (number, code) in DECLINES.items():
        card = TestMethod(number=number, decline_code=code, attachable=False)
        cards[f"pm_card_{name}"] = card
        cards[f"pm_card_visa_{name}"] = card
    return cards


BY_METHOD: dict[str, TestMethod] = PLAIN | AUTHENTICATING | declining_methods() | bank_accounts()
BY_NUMBER: dict[str, TestMethod] = {means.number: means for means in BY_METHOD.values()}
