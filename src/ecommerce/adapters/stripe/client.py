"""The way to Stripe: one HTTP client a process, bounded in time, its errors in the application's words."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import stripe
import structlog
from stripe import StripeClient

from ecommerce.domain.payments.payment import PaymentDeclined
from ecommerce.domain.shared.kernel import NotFound, Unavailable

CONNECT_SECONDS = 2.0
RETRIES = 2
# What Stripe says of sums it takes from nobody: no fault of ours, no fault of the card.
_NOT_PAYABLE = ("amount_too_small", "amount_too_large")
log = structlog.get_logger()


class StripeRefused(Exception):
    """A request that Stripe holds to be wrong. Unless an adapter knows better, it is a bug of ours."""

    def __init__(self, error: stripe.StripeError) -> None:
        super().__init__(f"{type(error).__name__} {error.code}: {error}")
        self.code = error.code


class UncertainReplay(Unavailable):
    """Stripe keeps its own failure under the idempotency key: with this key it will say so for a day."""


class StripeConnection:
    """Sandbox and live are the same to it: the key and the base say which."""

    def __init__(self, api_key: str, api_base: str, timeout: float) -> None:
        self.livemode = api_key.startswith(("sk_live", "rk_live"))
        self._timeout = timeout
        self._http = stripe.HTTPXClient(timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS))
        self.api = StripeClient(
            api_key,
            http_client=self._http,
            base_addresses={"api": api_base},
            # The SDK waits 0.5 s and up, with jitter, and repeats with the same idempotency key.
            max_network_retries=RETRIES,
        ).v1

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Bounds a call and its retries together, and translates what goes wrong.

        Raises `Unavailable`, `NotFound`, `PaymentDeclined` and `StripeRefused`.
        """
        try:
            with _translated():
                async with asyncio.timeout(self._timeout):
                    yield
        except TimeoutError as error:
            raise Unavailable("the payment provider does not answer in time") from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except stripe.CardError as error:
        raise declined(error) from error
    except stripe.InvalidRequestError as error:
        if error.http_status == 404 or error.code == "resource_missing":
            raise NotFound("the payment provider knows no such thing") from error
        if error.code in _NOT_PAYABLE:
            raise declined(error) from error
        raise StripeRefused(error) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        # A wrong key must not stop the shop from taking orders, but somebody has to be woken.
        log.critical("stripe.credentials_refused", error=str(error))
        raise Unavailable("the payment provider can't be used at the moment") from error
    except stripe.StripeError as error:
        raise _unavailable(error) from error


def declined(error: stripe.StripeError) -> PaymentDeclined:
    said: Mapping[str, Any] = error.json_body if isinstance(error.json_body, dict) else {}
    details = said.get("error", {})
    code = details.get("decline_code") or error.code or "declined"
    return PaymentDeclined(error.user_message or "the payment was declined", decline_code=code)


def _unavailable(error: stripe.StripeError) -> Exception:
    status = error.http_status
    if isinstance(error, stripe.IdempotencyError) and status != 409:
        return StripeRefused(error)  # the same key for another request: ours to mend
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError) or status in (409, 429):
        return Unavailable("the payment provider does not answer")
    if status is not None and status >= 500:
        replayed = str((error.headers or {}).get("idempotent-replayed", "")).lower() == "true"
        kind = UncertainReplay if replayed else Unavailable
        return kind("the payment provider is at fault")
    return StripeRefused(error)
