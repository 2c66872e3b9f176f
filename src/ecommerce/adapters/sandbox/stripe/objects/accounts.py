"""The shop's own account and balance as Stripe shows them."""

from collections import defaultdict
from typing import Any

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.objects.shapes import empty_address, list_of

ACCOUNT_ID = "acct_1SandboxShop0000"
OPENED = 1_735_689_600


def the_account() -> StripeObject:
    return {
        "id": ACCOUNT_ID,
        "object": "account",
        "business_profile": business_profile(),
        "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": OPENED,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "owner@shop.test",
        "external_accounts": list_of([], f"/v1/accounts/{ACCOUNT_ID}/external_accounts"),
        "future_requirements": no_requirements(),
        "metadata": {},
        "payouts_enabled": True,
        "requirements": no_requirements(),
        "settings": account_settings(),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
    }


def business_profile() -> dict[str, Any]:
    return {
        "annual_revenue": None,
        "estimated_worker_count": None,
        "mcc": "5999",
        "minority_owned_business_designation": None,
        "name": "Sandbox Shop",
        "product_description": None,
        "support_address": empty_address(),
        "support_email": None,
        "support_phone": None,
        "support_url": None,
        "url": None,
    }


def no_requirements() -> dict[str, Any]:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }


def account_settings() -> dict[str, Any]:
    descriptors = ("statement_descriptor", "statement_descriptor_kana", "statement_descriptor_kanji")
    prefixes = tuple(f"statement_descriptor_prefix{script}" for script in ("", "_kana", "_kanji"))
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {"decline_on": {"avs_failure": False, "cvc_failure": False}}
        | dict.fromkeys(prefixes),
        "dashboard": {"display_name": "Sandbox Shop", "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
        "payments": dict.fromkeys((*descriptors, *prefixes[1:])),
        "payouts": {
            "debit_negative_balances": True,
            "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }


def the_balance(transactions: list[StripeObject]) -> StripeObject:
    sums: dict[str, dict[str, int]] = {"available": defaultdict(int), "pending": defaultdict(int)}
    for transaction in transactions:
        sums[transaction["status"]][transaction["currency"]] += transaction["net"]
    currencies = sorted({"usd", *sums["available"], *sums["pending"]})
    return {
        "object": "balance",
        "available": [amount_of(currency, sums["available"][currency]) for currency in currencies],
        "connect_reserved": [{"amount": 0, "currency": "usd"}],
        "livemode": False,
        "pending": [amount_of(currency, sums["pending"][currency]) for currency in currencies],
    }


def amount_of(currency: str, amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}
