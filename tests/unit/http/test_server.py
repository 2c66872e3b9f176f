"""What `ecommerce serve` refuses to start with."""

import pytest

from ecommerce.entrypoints.bootstrap.server import ServeOptions, serve_http
from ecommerce.entrypoints.bootstrap.settings import BadSettings

SETTINGS = {
    "ECOMMERCE_ENV": "production",
    "ECOMMERCE_BASE_URL": "https://shop.example.com",
    "ECOMMERCE_ALLOWED_HOSTS": "shop.example.com",
    "ECOMMERCE_SECRET_KEY": "s" * 32,
    "ECOMMERCE_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c",
    "ECOMMERCE_REDIS_URL": "redis://127.0.0.1:1",
    "ECOMMERCE_STRIPE_API_KEY": "sk_live_1",
    "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_live_1",
    "ECOMMERCE_STRIPE_WEBHOOK_SECRETS": "whsec_1",
    "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
    "ECOMMERCE_MAIL_FROM": "shop@example.com",
}


def test_the_sandbox_never_stands_in_for_stripe_in_production() -> None:
    sandbox = {"ECOMMERCE_STRIPE_API_BASE": "http://127.0.0.1:8001"}

    with pytest.raises(BadSettings) as refused:
        serve_http(SETTINGS | sandbox, ServeOptions())

    assert len(refused.value.faults) == 2


def test_a_live_key_never_goes_to_anybody_but_stripe() -> None:
    elsewhere = {"ECOMMERCE_ENV": "dev", "ECOMMERCE_STRIPE_API_BASE": "https://stripe.example.org"}

    with pytest.raises(BadSettings, match="live key"):
        serve_http(SETTINGS | elsewhere, ServeOptions())


def test_what_is_missing_is_named_before_a_process_starts() -> None:
    with pytest.raises(BadSettings, match="ECOMMERCE_DATABASE_URL is missing"):
        serve_http(
            {name: value for name, value in SETTINGS.items() if "DATABASE" not in name}, ServeOptions()
        )
