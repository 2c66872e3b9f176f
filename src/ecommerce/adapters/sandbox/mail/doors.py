"""`/_mail`: what arrived."""

from ecommerce.adapters.sandbox.mail.mailbox import Mailbox
from ecommerce.adapters.sandbox.web.doors import Door, query_value
from ecommerce.adapters.sandbox.web.messages import Request, Response, json_response


class MailDoors:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def doors(self) -> list[Door]:
        return [
            Door("GET", "/_mail/messages", self.list),
            Door("DELETE", "/_mail/messages", self.clear, guarded=True),
        ]

    def list(self, request: Request, values: dict[str, str]) -> Response:
        return json_response(self._mailbox.messages(query_value(request, "to")))

    def clear(self, request: Request, values: dict[str, str]) -> Response:
        self._mailbox.clear()
        return json_response([])
