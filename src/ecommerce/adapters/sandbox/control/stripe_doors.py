"""`/_control/stripe`: the ledger, and what only banks and Stripe's dashboard can do."""

from collections.abc import Callable
from typing import Annotated

import msgspec

from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books, Origin
from ecommerce.adapters.sandbox.stripe.calls.disputing import close_dispute, open_dispute
from ecommerce.adapters.sandbox.stripe.ledger import read_ledger
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError
from ecommerce.adapters.sandbox.web.doors import Door, Refused, read_json
from ecommerce.adapters.sandbox.web.messages import Request, Response, json_response
from ecommerce.adapters.sandbox.webhooks.endpoints import Endpoints
from ecommerce.adapters.sandbox.webhooks.outbox import Outbox

DISPUTE_REASONS = (
    "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated",
    "debit_not_authorized", "duplicate", "fraudulent", "general", "incorrect_account_details",
    "insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable",
    "subscription_canceled", "unrecognized",
)  # fmt: skip


class DisputeBody(msgspec.Struct, forbid_unknown_fields=True):
    payment_intent: str | None = None
    charge: str | None = None
    reason: str = "fraudulent"


class VerdictBody(msgspec.Struct, forbid_unknown_fields=True):
    status: str


class EndpointBody(msgspec.Struct, forbid_unknown_fields=True):
    url: Annotated[str, msgspec.Meta(pattern=r"^https?://\S+$", max_length=2048)]
    enabled_events: Annotated[list[str], msgspec.Meta(min_length=1, max_length=100)] = msgspec.field(
        default_factory=lambda: ["*"]
    )
    secret: Annotated[str, msgspec.Meta(min_length=1)] | None = None


class StripeDoors:
    def __init__(
        self,
        database: Database,
        books: Books,
        endpoints: Endpoints,
        outbox: Outbox,
        committed: Callable[[], None],
    ) -> None:
        self._database = database
        self._books = books
        self._endpoints = endpoints
        self._outbox = outbox
        self._committed = committed

    def doors(self) -> list[Door]:
        base = "/_control/stripe"
        return [
            Door("GET", f"{base}/ledger", self.ledger),
            Door("POST", f"{base}/disputes", self.open_dispute, guarded=True),
            Door("POST", f"{base}/disputes/{{id}}/close", self.close_dispute, guarded=True),
            Door("POST", f"{base}/events/{{id}}/resend", self.resend, guarded=True),
            Door("GET", f"{base}/webhook_endpoints", self.list_endpoints),
            Door("POST", f"{base}/webhook_endpoints", self.add_endpoint, guarded=True),
            Door("DELETE", f"{base}/webhook_endpoints/{{id}}", self.remove_endpoint, guarded=True),
        ]

    def ledger(self, request: Request, values: dict[str, str]) -> Response:
        return json_response(read_ledger(self._books.objects))

    def open_dispute(self, request: Request, values: dict[str, str]) -> Response:
        body = read_json(request, DisputeBody)
        if body.reason not in DISPUTE_REASONS:
            raise Refused(f"reason must be one of {', '.join(DISPUTE_REASONS)}.")
        return self._do(lambda: open_dispute(self._books, self._charge(body), body.reason))

    def _charge(self, body: DisputeBody) -> StripeObject:
        if (body.payment_intent is None) == (body.charge is None):
            raise Refused("Give either payment_intent or charge.")
        charge_id = body.charge
        if body.payment_intent is not None:
            charge_id = self._books.get("payment_intent", body.payment_intent)["latest_charge"]
        if charge_id is None:
            raise Refused("The payment intent has no charge.")
        return self._books.get("charge", charge_id)

    def close_dispute(self, request: Request, values: dict[str, str]) -> Response:
        verdict = read_json(request, VerdictBody).status
        if verdict not in ("won", "lost"):
            raise Refused("status must be won or lost.")

        def close() -> StripeObject:
            dispute = self._books.get("dispute", values["id"])
            close_dispute(self._books, dispute, won=verdict == "won")
            return dispute

        return self._do(close)

    def _do(self, work: Callable[[], StripeObject]) -> Response:
        self._books.origin = Origin()
        try:
            with self._database.transaction():
                result = work()
        except StripeError as error:
            return json_response(error.body(), error.status)
        self._committed()
        return json_response(result)

    def resend(self, request: Request, values: dict[str, str]) -> Response:
        event = self._books.objects.find(values["id"])
        if event is None or event["object"] != "event":
            raise Refused("There is no such event.", 404)
        with self._database.transaction():
            queued = self._outbox.resend(event["id"])
        self._committed()
        return json_response({"event": event["id"], "queued": queued})

    def list_endpoints(self, request: Request, values: dict[str, str]) -> Response:
        shown = [
            {"id": endpoint.id, "url": endpoint.url, "enabled_events": endpoint.enabled_events}
            for endpoint in self._endpoints.all()
        ]
        return json_response(shown)

    def add_endpoint(self, request: Request, values: dict[str, str]) -> Response:
        body = read_json(request, EndpointBody)
        with self._database.transaction():
            stored = self._endpoints.add(self._books.now(), body.url, body.enabled_events, body.secret)
        return json_response(stored)

    def remove_endpoint(self, request: Request, values: dict[str, str]) -> Response:
        with self._database.transaction():
            removed = self._endpoints.remove(values["id"])
            if removed:
                self._outbox.forget(values["id"])
        if not removed:
            raise Refused("There is no such endpoint that can be removed.", 404)
        return json_response({"id": values["id"], "deleted": True})
