"""Settings: read once from the environment, checked all at once, frozen.

`os.environ` is read here and nowhere else. A variable is named `ECOMMERCE_<NAME>`; `.env.example` lists all.
"""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

T = TypeVar("T")
Environment = Literal["dev", "test", "production"]
Rounding = Literal["line", "order"]


class BadSettings(Exception):
    """One line for every missing or malformed variable."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("the settings are not complete:\n" + "\n".join(f"  - {fault}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Every wait has a bound, in seconds: a query, a lock, a free connection, a connection being made."""

    url: str
    pool_size: int = 16
    pool_timeout: float = 2.0
    connect_timeout: float = 5.0
    statement_timeout: float = 5.0
    lock_timeout: float = 3.0

    @property
    def command_timeout(self) -> float:
        """The server's own bound comes first; this one is for a server that says nothing any more."""
        return self.statement_timeout + 3.0


@dataclass(frozen=True, slots=True)
class StripeSettings:
    api_key: str
    publishable_key: str
    webhook_secrets: tuple[str, ...]
    api_base: str = "https://api.stripe.com"
    timeout: float = 8.0


@dataclass(frozen=True, slots=True)
class MailSettings:
    smtp_url: str
    sender: str
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """In seconds: what a worker left behind when it died is taken up after `lease`; at its end it waits for
    what runs for `grace`. `ready_file` is there while it works.
    """

    concurrency: int = 10
    lease: float = 60.0
    grace: float = 20.0
    ready_file: str = ""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The shop itself. Tax is on top of prices unless `tax_included`, and rounded a line or an order.

    The flat tax and shipping hold while the shop has no tax or shipping zones.
    """

    name: str = "Demo Shop"
    currency: str = "USD"
    currencies: tuple[str, ...] = ("USD",)
    country: str = "US"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    language: str = "en"
    tax_included: bool = False
    tax_rounding: Rounding = "line"
    tax_rate_ppm: int = 0
    shipping_flat_amount: int = 0
    shipping_countries: tuple[str, ...] = ("US", "GB", "DE", "FR", "JP")
    manual_payment: bool = False
    unpaid_minutes: int = 15
    manual_unpaid_days: int = 7
    max_unpaid_orders: int = 5
    guest_cart_days: int = 30


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests a minute, by policy."""

    auth: int = 10
    auth_address: int = 30
    checkout: int = 30
    search: int = 120
    fresh: int = 60
    webhook: int = 3_000
    default: int = 600


@dataclass(frozen=True, slots=True)
class Settings:
    env: Environment
    base_url: str
    secret_key: str
    database: DatabaseSettings
    redis_url: str
    stripe: StripeSettings
    mail: MailSettings
    store: StoreSettings
    rate_limits: RateLimits
    allowed_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    require_verified_email: bool = True
    log_level: str = "INFO"
    worker: WorkerSettings = field(default_factory=WorkerSettings)
    # Where links in mails lead; without one, below `base_url`.
    storefront_url: str = ""


_MISSING = object()


class _Reader:
    """Collects every fault, so that the operator mends the environment in one go."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def get(self, name: str, parse: Callable[[str], T], default: T | object = _MISSING) -> T:
        """Read one variable. A fault is noted, and `load` raises it with all others."""
        raw = self.environ.get(f"ECOMMERCE_{name}", "").strip()
        if raw:
            try:
                return parse(raw)
            except (ValueError, KeyError) as error:
                self.faults.append(f"ECOMMERCE_{name} is not usable: {error}")
        elif default is _MISSING:
            self.faults.append(f"ECOMMERCE_{name} is missing")
        return default  # type: ignore[return-value]  # after a fault nobody sees it: load() raises


def _flag(raw: str) -> bool:
    try:
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[raw.lower()]
    except KeyError:
        raise ValueError(f"{raw!r} is neither true nor false") from None


def _words(raw: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in raw.split(",") if word.strip())


def _environment(raw: str) -> Environment:
    if raw not in ("dev", "test", "production"):
        raise ValueError(f"{raw!r} is none of dev, test, production")
    return raw  # type: ignore[return-value]  # narrowed by the line above


def _rounding(raw: str) -> Rounding:
    if raw not in ("line", "order"):
        raise ValueError(f"{raw!r} is neither line nor order")
    return raw  # type: ignore[return-value]  # narrowed by the line above


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        parts = urlsplit(raw)
        if parts.scheme not in schemes or not (parts.netloc or parts.query):
            raise ValueError(f"expected a URL that starts with {' or '.join(s + '://' for s in schemes)}")
        return raw.rstrip("/")

    return parse


def _currency(raw: str) -> str:
    if len(raw) != 3 or not raw.isalpha():
        raise ValueError(f"{raw!r} is not an ISO 4217 code")
    return raw.upper()


def _currencies(raw: str) -> tuple[str, ...]:
    return tuple(_currency(word) for word in _words(raw))


def _zone(raw: str) -> ZoneInfo:
    if raw not in available_timezones():
        raise ValueError(f"{raw!r} is not an IANA time zone")
    return ZoneInfo(raw)


def _secret(raw: str) -> str:
    if len(raw) < 32:
        raise ValueError("at least 32 characters are needed")
    return raw


def _positive(raw: str) -> int:
    number = int(raw)
    if number < 1:
        raise ValueError("must be 1 or more")
    return number


def _natural(raw: str) -> int:
    number = int(raw)
    if number < 0:
        raise ValueError("must not be negative")
    return number


def _networks(raw: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(word, strict=False) for word in _words(raw))


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read all settings. Raises `BadSettings` naming every variable that is missing or malformed."""
    read = _Reader(os.environ if environ is None else environ)
    env = read.get("ENV", _environment, "production")
    base_url = read.get("BASE_URL", _url("http", "https"))
    currency = read.get("STORE_CURRENCY", _currency, "USD")
    store_defaults, limit_defaults = StoreSettings(), RateLimits()
    settings = Settings(
        env=env,
        base_url=base_url,
        secret_key=read.get("SECRET_KEY", _secret),
        database=DatabaseSettings(
            url=read.get("DATABASE_URL", _url("postgresql", "postgres")),
            pool_size=read.get("DATABASE_POOL_SIZE", _positive, 16),
            pool_timeout=read.get("DATABASE_POOL_TIMEOUT_SECONDS", _positive, 2),
            statement_timeout=read.get("DATABASE_STATEMENT_TIMEOUT_SECONDS", _positive, 5),
            lock_timeout=read.get("DATABASE_LOCK_TIMEOUT_SECONDS", _positive, 3),
        ),
        redis_url=read.get("REDIS_URL", _url("redis", "rediss", "unix")),
        stripe=StripeSettings(
            api_key=read.get("STRIPE_API_KEY", str),
            publishable_key=read.get("STRIPE_PUBLISHABLE_KEY", str),
            webhook_secrets=read.get("STRIPE_WEBHOOK_SECRETS", _words, ()),
            api_base=read.get("STRIPE_API_BASE", _url("http", "https"), "https://api.stripe.com"),
        ),
        mail=MailSettings(
            smtp_url=read.get("SMTP_URL", _url("smtp", "smtps")),
            sender=read.get("MAIL_FROM", str),
        ),
        store=StoreSettings(
            name=read.get("STORE_NAME", str, store_defaults.name),
            currency=currency,
            currencies=read.get("STORE_CURRENCIES", _currencies, (currency,)),
            country=read.get("STORE_COUNTRY", str.upper, store_defaults.country),
            time_zone=read.get("STORE_TIME_ZONE", _zone, store_defaults.time_zone),
            language=read.get("STORE_LANGUAGE", str, store_defaults.language),
            tax_included=read.get("STORE_TAX_INCLUDED", _flag, False),
            tax_rounding=read.get("STORE_TAX_ROUNDING", _rounding, "line"),
            tax_rate_ppm=read.get("STORE_TAX_RATE_PPM", _natural, 0),
            shipping_flat_amount=read.get("STORE_SHIPPING_FLAT_AMOUNT", _natural, 0),
            shipping_countries=read.get("STORE_SHIPPING_COUNTRIES", _words, ("US", "GB", "DE", "FR", "JP")),
            manual_payment=read.get("STORE_MANUAL_PAYMENT", _flag, env != "production"),
            unpaid_minutes=read.get("STORE_UNPAID_MINUTES", _positive, 15),
            manual_unpaid_days=read.get("STORE_MANUAL_UNPAID_DAYS", _positive, 7),
            max_unpaid_orders=read.get("STORE_MAX_UNPAID_ORDERS", _positive, 5),
            guest_cart_days=read.get("STORE_GUEST_CART_DAYS", _positive, 30),
        ),
        rate_limits=RateLimits(
            **{
                policy.name: read.get(
                    f"RATE_LIMIT_{policy.name.upper()}", _positive, getattr(limit_defaults, policy.name)
                )
                for policy in fields(RateLimits)
            }
        ),
        allowed_hosts=read.get("ALLOWED_HOSTS", _words, ()),
        cors_origins=read.get("CORS_ORIGINS", _words, ()),
        trusted_proxies=read.get("TRUSTED_PROXIES", _networks, ()),
        require_verified_email=read.get("REQUIRE_VERIFIED_EMAIL", _flag, env == "production"),
        storefront_url=read.get("STOREFRONT_URL", _url("http", "https"), ""),
        log_level=read.get("LOG_LEVEL", str.upper, "INFO"),
        worker=WorkerSettings(
            concurrency=read.get("WORKER_CONCURRENCY", _positive, 10),
            lease=read.get("WORKER_LEASE_SECONDS", _positive, 60),
            grace=read.get("WORKER_GRACE_SECONDS", _positive, 20),
            ready_file=read.get("WORKER_READY_FILE", str, ""),
        ),
    )
    if env == "production" and not settings.stripe.webhook_secrets:
        read.faults.append("ECOMMERCE_STRIPE_WEBHOOK_SECRETS is missing")
    if env == "production" and not settings.allowed_hosts:
        read.faults.append("ECOMMERCE_ALLOWED_HOSTS is missing")
    if read.faults:
        raise BadSettings(read.faults)
    return settings
