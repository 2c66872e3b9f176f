"""The OpenAPI document without a running shop."""

import msgspec
from dishka import make_async_container
from litestar import Litestar

from ecommerce.entrypoints.bootstrap.settings import RateLimits
from ecommerce.entrypoints.http.app import create_app
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.openapi import document


def documented_app() -> Litestar:
    """All routes, and nothing behind them."""
    limits = dict.fromkeys(RateLimits.__slots__, 1)
    config = HttpConfig(env="test", base_url="http://localhost", cursor_key=b"", rate_limits=limits)
    return create_app(make_async_container(), config)


def openapi_json() -> bytes:
    """The same document as `/api/schema`: no setting has a say in it, and no server is asked."""
    return msgspec.json.format(msgspec.json.encode(document(documented_app())))
