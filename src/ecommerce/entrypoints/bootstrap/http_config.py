"""The part of the settings that the HTTP door needs."""

import hmac
from collections.abc import Callable
from dataclasses import asdict

from ecommerce.entrypoints.bootstrap.settings import Settings
from ecommerce.entrypoints.http.config import HttpConfig, to_stdout


def http_config(settings: Settings, write_log: Callable[[bytes], None] = to_stdout) -> HttpConfig:
    return HttpConfig(
        env=settings.env,
        base_url=settings.base_url,
        cursor_key=hmac.digest(settings.secret_key.encode(), b"cursors", "sha256"),
        rate_limits=asdict(settings.rate_limits),
        allowed_hosts=settings.allowed_hosts,
        cors_origins=settings.cors_origins,
        trusted_proxies=settings.trusted_proxies,
        currency=settings.store.currency,
        currencies=settings.store.currencies,
        country=settings.store.country,
        language=settings.store.language,
        write_log=write_log,
    )
