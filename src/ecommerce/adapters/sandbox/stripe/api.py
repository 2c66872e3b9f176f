"""The door of /v1: credentials, parameters, idempotency, transaction, answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.stripe.books import Books, Origin
from ecommerce.adapters.sandbox.stripe.calls import (
    customers,
    disputes,
    payment_intents,
    payment_methods,
    records,
    refunds,
    setup_intents,
)
from ecommerce.adapters.sandbox.stripe.calls.call import Call, Operation
from ecommerce.adapters.sandbox.stripe.objects.events import API_VERSION
from ecommerce.adapters.sandbox.stripe.objects.ids import random_text
from ecommerce.adapters.sandbox.stripe.wire.credentials import Keys, secret_key_required
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError
from ecommerce.adapters.sandbox.stripe.wire.expanding import expand
from ecommerce.adapters.sandbox.stripe.wire.forms import read_form
from ecommerce.adapters.sandbox.stripe.wire.idempotency import Idempotency, Outcome, fingerprint
from ecommerce.adapters.sandbox.stripe.wire.params import Params
from ecommerce.adapters.sandbox.web.messages import Headers, Request, Response
from ecommerce.adapters.sandbox.web.router import Router

MODULES = (customers, disputes, payment_intents, payment_methods, records, refunds, setup_intents)
# Browsers talk to Stripe directly, with the publishable key.
CORS: Headers = [
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "Request-Id, Idempotent-Replayed"),
]
PREFLIGHT: Headers = [
    *CORS,
    ("access-control-allow-methods", "GET, POST, DELETE"),
    ("access-control-allow-headers", "Authorization, Content-Type, Idempotency-Key, Stripe-Version"),
    ("access-control-max-age", "600"),
]


@dataclass(frozen=True, slots=True)
class Task:
    """A request that was understood."""

    operation: Operation
    call: Call
    expansions: list[str]


class StripeApi:
    def __init__(
        self,
        database: Database,
        books: Books,
        idempotency: Idempotency,
        keys: Keys,
        committed: Callable[[], None],
    ) -> None:
        self._database = database
        self._books = books
        self._idempotency = idempotency
        self._keys = keys
        self._committed = committed
        self._router: Router[Operation] = Router()
        for module in MODULES:
            for operation in module.OPERATIONS:
                self._router.add(operation.method, operation.path, operation)

    async def answer(self, request: Request, delay: float = 0.0) -> Response:
        """Serve one call. A delay falls after the idempotency key is claimed and before the work."""
        if request.method == "OPTIONS":
            return Response(204, headers=list(PREFLIGHT))
        request_id = f"req_{random_text(14)}"
        try:
            task = self._understand(request)
        except StripeError as error:
            await asyncio.sleep(delay)
            return respond(request, failure(request_id, error))
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        origin = Origin(request_id, key or None)
        if key:
            return await self._answer_once(request, task, origin, key, delay)
        await asyncio.sleep(delay)
        return respond(request, self._work(task, origin, None))

    async def _answer_once(
        self, request: Request, task: Task, origin: Origin, key: str, delay: float
    ) -> Response:
        mark = fingerprint(request.path, request.body, has_secret_key=task.call.has_secret_key)
        try:
            kept = self._idempotency.begin(key, mark)
        except StripeError as error:
            return respond(request, failure(origin.request_id, error))
        if kept is not None:
            await asyncio.sleep(delay)
            return respond(request, kept, replay_id=origin.request_id)
        try:
            await asyncio.sleep(delay)
            return respond(request, self._work(task, origin, mark))
        finally:
            self._idempotency.end(key)

    def _understand(self, request: Request) -> Task:
        encoded = request.body if request.method == "POST" else request.query.encode()
        form = read_form(encoded)
        is_secret = self._keys.is_secret(request.headers.get("authorization"), form)
        found = self._router.find(request.path)
        operation = found[0].get(request.method) if found else None
        if found is None or operation is None:
            message = f"Unrecognized request URL ({request.method}: {request.path[:200]})."
            raise StripeError(message, status=404, began=False)
        if not is_secret and not operation.public:
            raise secret_key_required()
        params = Params(form)
        expansions = params.texts("expand")
        return Task(operation, Call(self._books, params, found[1], is_secret), expansions)

    def _work(self, task: Task, origin: Origin, mark: str | None) -> Outcome:
        """Do the work and keep its outcome in one transaction. Never awaits, so never interleaves."""
        self._books.origin = origin
        try:
            with self._database.transaction():
                outcome = self._attempt(task, origin.request_id)
                self._keep(origin, mark, outcome)
        except StripeError as error:
            outcome = failure(origin.request_id, error)
            if error.began:
                with self._database.transaction():
                    self._keep(origin, mark, outcome)
        self._committed()
        return outcome

    def _keep(self, origin: Origin, mark: str | None, outcome: Outcome) -> None:
        if origin.idempotency_key is not None and mark is not None:
            self._idempotency.keep(origin.idempotency_key, mark, outcome)

    def _attempt(self, task: Task, request_id: str | None) -> Outcome:
        try:
            result = task.operation.serve(task.call)
        except StripeError as error:
            if not error.keeps_work:
                raise
            return failure(request_id, error)
        if task.expansions:
            expand(self._books, result, task.expansions)
        return Outcome(request_id or "", 200, msgspec.json.encode(result))


def failure(request_id: str | None, error: StripeError) -> Outcome:
    return Outcome(request_id or "", error.status, msgspec.json.encode(error.body()))


def respond(request: Request, outcome: Outcome, replay_id: str | None = None) -> Response:
    headers: Headers = [
        ("request-id", replay_id or outcome.request_id),
        ("stripe-version", request.headers.get("stripe-version", API_VERSION)),
        ("cache-control", "no-cache, no-store"),
        *CORS,
    ]
    key = request.headers.get("idempotency-key")
    if key and request.method == "POST":
        headers.append(("idempotency-key", key))
        headers.append(("original-request", outcome.request_id))
    if replay_id is not None:
        headers.append(("idempotent-replayed", "true"))
    if outcome.status == 401:
        headers.append(("www-authenticate", 'Bearer realm="Stripe"'))
    return Response(outcome.status, outcome.body, headers=headers)
