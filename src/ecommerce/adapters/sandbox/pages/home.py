"""The page that shows what happens, and the figures it refreshes from."""

from typing import Any

from ecommerce.adapters.sandbox.control.doors import ControlDoors
from ecommerce.adapters.sandbox.mail.mailbox import Mailbox
from ecommerce.adapters.sandbox.pages.assets import HOME_PAGE, SCRIPT, STYLE, page_response
from ecommerce.adapters.sandbox.sms.twilio import Twilio
from ecommerce.adapters.sandbox.state.objects import Objects, Page, StripeObject
from ecommerce.adapters.sandbox.web.doors import Door
from ecommerce.adapters.sandbox.web.messages import Request, Response, json_response
from ecommerce.adapters.sandbox.webhooks.outbox import Outbox

SHOWN = 50
INTENT_FIELDS = ("id", "amount", "currency", "status", "created", "metadata")


class HomeDoors:
    def __init__(
        self, control: ControlDoors, objects: Objects, outbox: Outbox, mailbox: Mailbox, twilio: Twilio
    ) -> None:
        self._control = control
        self._objects = objects
        self._outbox = outbox
        self._mailbox = mailbox
        self._twilio = twilio

    def doors(self) -> list[Door]:
        return [
            Door("GET", "/", self.home),
            Door("GET", "/_page/script.js", self.script),
            Door("GET", "/_page/style.css", self.style),
            Door("GET", "/_page/overview", self.overview),
        ]

    def home(self, request: Request, values: dict[str, str]) -> Response:
        return page_response(HOME_PAGE, form_action="'none'")

    def script(self, request: Request, values: dict[str, str]) -> Response:
        return Response(200, SCRIPT, "text/javascript; charset=utf-8")

    def style(self, request: Request, values: dict[str, str]) -> Response:
        return Response(200, STYLE, "text/css; charset=utf-8")

    def overview(self, request: Request, values: dict[str, str]) -> Response:
        intents = self._newest("payment_intent")
        return json_response(
            {
                "state": self._control.overview(),
                "intents": [{field: intent[field] for field in INTENT_FIELDS} for intent in intents],
                "events": [self._event(event) for event in self._newest("event")],
                "mails": self._mailbox.newest(SHOWN),
                "sms": list(self._twilio.messages())[: -SHOWN - 1 : -1],
            }
        )

    def _newest(self, kind: str) -> list[StripeObject]:
        return self._objects.page(kind, Page(limit=SHOWN, where={}))[:SHOWN]

    def _event(self, event: StripeObject) -> dict[str, Any]:
        return {
            "id": event["id"],
            "type": event["type"],
            "created": event["created"],
            "about": event["data"]["object"]["id"],
            "deliveries": self._outbox.fate(event["id"]),
        }
