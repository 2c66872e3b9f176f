"""Sends each request to its door, past the guards and the injected faults."""

import asyncio

import msgspec

from ecommerce.adapters.sandbox.faults import Faults
from ecommerce.adapters.sandbox.sms.twilio import API as TWILIO_API
from ecommerce.adapters.sandbox.stripe.api import StripeApi
from ecommerce.adapters.sandbox.stripe.objects.ids import random_text
from ecommerce.adapters.sandbox.web.doors import Door, Refused
from ecommerce.adapters.sandbox.web.guard import refuse_foreign_host, refuse_without_token
from ecommerce.adapters.sandbox.web.messages import HangUp, Request, Response, problem
from ecommerce.adapters.sandbox.web.router import Router

STRIPE_API = "/v1/"


class App:
    def __init__(self, stripe: StripeApi, doors: list[Door], faults: Faults, token: str) -> None:
        self._stripe = stripe
        self._faults = faults
        self._token = token
        self._router: Router[Door] = Router()
        for door in doors:
            self._router.add(door.method, door.path, door)

    async def __call__(self, request: Request) -> Response:
        foreign = refuse_foreign_host(request)
        if foreign is not None:
            return foreign
        path = f"{request.path}/"
        if path.startswith(STRIPE_API):
            return await self._with_faults(request, is_stripe=True)
        if path.startswith(TWILIO_API):
            return await self._with_faults(request, is_stripe=False)
        return self._own(request)

    async def _with_faults(self, request: Request, *, is_stripe: bool) -> Response:
        faults = self._faults.for_request(request.method, request.path)
        if faults.refuse:
            await asyncio.sleep(faults.delay)
            raise HangUp
        if faults.status is not None:
            await asyncio.sleep(faults.delay)
            return injected(faults.status)
        if is_stripe:
            response = await self._stripe.answer(request, faults.delay)
        else:
            await asyncio.sleep(faults.delay)
            response = self._own(request)
        if faults.drop_reply:
            raise HangUp
        return response

    def _own(self, request: Request) -> Response:
        found = self._router.find(request.path)
        if found is None:
            return problem(404, "There is nothing here.")
        targets, values = found
        door = targets.get("GET" if request.method == "HEAD" else request.method)
        if door is None:
            return problem(405, f"Only {', '.join(sorted(targets))} here.")
        if door.guarded:
            refused = refuse_without_token(request, self._token)
            if refused is not None:
                return refused
        try:
            return door.serve(request, values)
        except Refused as error:
            return problem(error.status, str(error))


def injected(status: int) -> Response:
    """An error of Stripe's shape for a fault that was asked for."""
    kind, code = "invalid_request_error", None
    if status >= 500:
        kind = "api_error"
    elif status == 429:
        code = "rate_limit"
    elif status == 409:
        kind, code = "idempotency_error", "idempotency_key_in_use"
    elif status == 402:
        kind, code = "card_error", "card_declined"
    error = {"message": "Injected by the sandbox.", "type": kind} | ({"code": code} if code else {})
    headers = [("request-id", f"req_{random_text(14)}"), ("access-control-allow-origin", "*")]
    return Response(status, msgspec.json.encode({"error": error}), headers=headers)
