"""What is started, on which ports, with which settings."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import ecommerce
from ecommerce.adapters.embedded.postgres import EmbeddedPostgres
from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from ecommerce.entrypoints.bootstrap.local_shop.failures import WrongUse
from ecommerce.entrypoints.bootstrap.local_shop.kept import Kept
from ecommerce.entrypoints.bootstrap.settings import RateLimits, load

PORTS = ("postgres", "valkey", "smtp")
_HOST = "127.0.0.1"
_ECOMMERCE = (sys.executable, "-P", "-m", "ecommerce")
_AS_GOOD_AS_UNLIMITED = 1_000_000


def _commands() -> dict[str, Sequence[str]]:
    return {
        name: (*_ECOMMERCE, *name.split()) for name in ("serve", "worker", "sandbox", "db upgrade", "seed")
    }


@dataclass(frozen=True, slots=True)
class Options:
    """What `ecommerce up` was asked for. Tests put programs of their own in the place of `commands`."""

    data_dir: Path
    port: int = 8000
    api_workers: int = 1
    products: int = 1000
    seed: bool = True
    commands: Mapping[str, Sequence[str]] = field(default_factory=_commands)
    migrations: Path = Path(ecommerce.__file__).parents[2] / "migrations" / "versions"

    @property
    def api(self) -> str:
        return f"http://{_HOST}:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://{_HOST}:{self.port + 1}"


@dataclass(frozen=True, slots=True)
class Plan:
    """An embedded server is None where the user's environment names another."""

    options: Options
    environment: dict[str, str]
    postgres: EmbeddedPostgres | None
    valkey: EmbeddedValkey | None


def make(options: Options, kept: Kept, users: Mapping[str, str]) -> Plan:
    """Raises `WrongUse` for what belongs to production, `BadSettings` for settings that are not usable."""
    folder, own = options.data_dir, kept.secrets
    postgres = valkey = None
    if "ECOMMERCE_DATABASE_URL" not in users:
        postgres = EmbeddedPostgres(
            folder / "postgres",
            port=kept.ports["postgres"],
            password=own.postgres_password,
            log=folder / "logs" / "postgres.log",
        )
    if "ECOMMERCE_REDIS_URL" not in users:
        valkey = EmbeddedValkey(
            folder / "valkey",
            port=kept.ports["valkey"],
            password=own.valkey_password,
            log=folder / "logs" / "valkey.log",
        )
    servers = {
        "ECOMMERCE_DATABASE_URL": postgres.url if postgres else "",
        "ECOMMERCE_REDIS_URL": valkey.url if valkey else "",
    }
    environment = {**_shop(options, kept), **servers, **users}
    environment |= {**_sandbox(options, kept, environment), **users}
    environment["ECOMMERCE_DATA_DIR"] = str(folder)
    settings = load(environment)
    if settings.env == "production":
        raise WrongUse("`ecommerce up` is not for production: ECOMMERCE_ENV must be dev or test")
    if settings.stripe.api_key.startswith(("sk_live", "rk_live")):
        raise WrongUse("`ecommerce up` takes no live key: unset ECOMMERCE_STRIPE_API_KEY")
    return Plan(options, environment, postgres, valkey)


def _shop(options: Options, kept: Kept) -> dict[str, str]:
    own = kept.secrets
    limits = {
        f"ECOMMERCE_RATE_LIMIT_{policy.name.upper()}": str(
            getattr(RateLimits(), policy.name) * _AS_GOOD_AS_UNLIMITED
        )
        for policy in fields(RateLimits)
        if policy.name != "auth"
    }
    return limits | {
        "ECOMMERCE_ENV": "dev",
        "ECOMMERCE_BASE_URL": options.api,
        "ECOMMERCE_SECRET_KEY": own.secret_key,
        "ECOMMERCE_STRIPE_API_BASE": options.sandbox,
        "ECOMMERCE_STRIPE_API_KEY": own.stripe_secret_key,
        "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": own.stripe_publishable_key,
        "ECOMMERCE_STRIPE_WEBHOOK_SECRETS": own.stripe_webhook_secret,
        "ECOMMERCE_SMTP_URL": f"smtp://shop:{own.smtp_password}@{_HOST}:{kept.ports['smtp']}",
        "ECOMMERCE_MAIL_FROM": "Demo Shop <shop@example.com>",
        "ECOMMERCE_REQUIRE_VERIFIED_EMAIL": "false",
        "ECOMMERCE_STORE_CURRENCY": "USD",
        "ECOMMERCE_STORE_CURRENCIES": "USD,EUR,GBP,JPY",
        "ECOMMERCE_STORE_COUNTRY": "US",
        "ECOMMERCE_STORE_TAX_INCLUDED": "false",
        "ECOMMERCE_STORE_TAX_RATE_PPM": "80000",
        "ECOMMERCE_STORE_SHIPPING_FLAT_AMOUNT": "500",
        "ECOMMERCE_STORE_MANUAL_PAYMENT": "true",
        "ECOMMERCE_STORE_MAX_UNPAID_ORDERS": str(_AS_GOOD_AS_UNLIMITED),
        "ECOMMERCE_DEMO_ADMIN_EMAIL": own.admin_email,
        "ECOMMERCE_DEMO_ADMIN_PASSWORD": own.admin_password,
        "ECOMMERCE_DEMO_CUSTOMER_EMAIL": own.customer_email,
        "ECOMMERCE_DEMO_CUSTOMER_PASSWORD": own.customer_password,
        "ECOMMERCE_WORKER_READY_FILE": str(options.data_dir / "worker.ready"),
        "ECOMMERCE_WORKER_GRACE_SECONDS": "4",
    }


def _sandbox(options: Options, kept: Kept, shop: Mapping[str, str]) -> dict[str, str]:
    """The sandbox knows the keys that the shop will use, the user's own among them."""
    return {
        "ECOMMERCE_SANDBOX_HOST": _HOST,
        "ECOMMERCE_SANDBOX_PORT": str(options.port + 1),
        "ECOMMERCE_SANDBOX_SMTP_PORT": str(kept.ports["smtp"]),
        "ECOMMERCE_SANDBOX_SMTP_USERNAME": "shop",
        "ECOMMERCE_SANDBOX_SMTP_PASSWORD": kept.secrets.smtp_password,
        "ECOMMERCE_SANDBOX_DATA_DIR": str(options.data_dir / "sandbox"),
        "ECOMMERCE_SANDBOX_TOKEN": kept.secrets.sandbox_token,
        "ECOMMERCE_SANDBOX_STRIPE_SECRET_KEY": shop["ECOMMERCE_STRIPE_API_KEY"],
        "ECOMMERCE_SANDBOX_STRIPE_PUBLISHABLE_KEY": shop["ECOMMERCE_STRIPE_PUBLISHABLE_KEY"],
        "ECOMMERCE_SANDBOX_WEBHOOK_URL": f"{options.api}/api/v1/payments/stripe/webhook",
        "ECOMMERCE_SANDBOX_WEBHOOK_SECRET": shop["ECOMMERCE_STRIPE_WEBHOOK_SECRETS"].split(",")[0],
    }
