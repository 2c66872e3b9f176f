"""The bank's page of 3-D Secure: agree or fail, by button or by a test's POST."""

from collections.abc import Callable
from html import escape
from urllib.parse import urlencode, urlsplit, urlunsplit

from ecommerce.adapters.sandbox.pages.assets import CHALLENGE_PAGE, page_response
from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books, Origin
from ecommerce.adapters.sandbox.stripe.calls import confirming, setup_intents
from ecommerce.adapters.sandbox.stripe.calls.authentication import PAGE, may_answer
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError
from ecommerce.adapters.sandbox.web.doors import Door, Refused
from ecommerce.adapters.sandbox.web.messages import Request, Response, json_response


class ChallengeDoors:
    def __init__(self, database: Database, books: Books, committed: Callable[[], None]) -> None:
        self._database = database
        self._books = books
        self._committed = committed

    def doors(self) -> list[Door]:
        base = f"{PAGE}/{{intent}}/{{ticket}}"
        return [
            Door("GET", base, self.show),
            # The unguessable link is what allows these, as it would at a bank.
            Door("POST", f"{base}/complete", self.complete),
            Door("POST", f"{base}/fail", self.fail),
        ]

    def show(self, request: Request, values: dict[str, str]) -> Response:
        intent = self._waiting(values)
        what = f"{intent['amount']} {intent['currency'].upper()}" if "amount" in intent else "a saved card"
        page = CHALLENGE_PAGE.substitute(
            what=escape(what), intent=escape(intent["id"]), action=escape(request.path.rstrip("/"))
        )
        # The answer sends the browser back to the shop, wherever that is.
        return page_response(page, form_action="'self' http: https:")

    def complete(self, request: Request, values: dict[str, str]) -> Response:
        return self._answer(request, values, agreed=True)

    def fail(self, request: Request, values: dict[str, str]) -> Response:
        return self._answer(request, values, agreed=False)

    def _waiting(self, values: dict[str, str]) -> StripeObject:
        intent = self._books.objects.find(values["intent"])
        if intent is None or "next_action" not in intent or not may_answer(intent, values["ticket"]):
            raise Refused("This authentication is over, or never was.", 404)
        return intent

    def _answer(self, request: Request, values: dict[str, str], *, agreed: bool) -> Response:
        intent = self._waiting(values)
        return_url = intent["next_action"]["redirect_to_url"]["return_url"]
        self._books.origin = Origin()
        with self._database.transaction():
            try:
                if intent["object"] == "payment_intent":
                    confirming.answer_challenge(self._books, intent, agreed=agreed)
                else:
                    setup_intents.answer_challenge(self._books, intent, agreed=agreed)
            except StripeError as error:
                # A card that the bank declines after all; its intent says so.
                if not error.keeps_work:
                    raise
        self._committed()
        if return_url is not None and "text/html" in request.headers.get("accept", ""):
            return Response(303, headers=[("location", back_to_shop(return_url, intent))])
        return json_response({"id": intent["id"], "status": intent["status"], "return_url": return_url})


def back_to_shop(return_url: str, intent: StripeObject) -> str:
    """The shop's address with what Stripe adds to it."""
    parts = urlsplit(return_url)
    succeeded = intent["status"] in ("succeeded", "requires_capture", "processing")
    added = urlencode(
        {
            intent["object"]: intent["id"],
            f"{intent['object']}_client_secret": intent["client_secret"],
            "redirect_status": "succeeded" if succeeded else "failed",
        }
    )
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit(parts._replace(query=query))
