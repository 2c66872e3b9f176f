"""The part of Twilio's message API that sends a text message.

See https://www.twilio.com/docs/messaging/api/message-resource.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from ecommerce.adapters.sandbox.state.database import Database
from ecommerce.adapters.sandbox.web.doors import Door
from ecommerce.adapters.sandbox.web.messages import Request, Response, json_response

API = "/2010-04-01"
PHONE = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_BODY = 1600
SEGMENT = 160
# Twilio's magic numbers and what each is refused with.
MAGIC = {
    "+15005550001": (21211, "The 'To' number is not a valid phone number."),
    "+15005550002": (21612, "The 'To' number can't be reached from the 'From' number."),
    "+15005550003": (21408, "Permission to send to this region is not enabled."),
    "+15005550004": (21610, "The recipient has unsubscribed."),
    "+15005550009": (21614, "The 'To' number is not a mobile number."),
}


def refusal(status: int, code: int, message: str) -> Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return json_response({"code": code, "message": message, "more_info": more, "status": status}, status)


class Twilio:
    def __init__(self, database: Database) -> None:
        self._database = database

    def doors(self) -> list[Door]:
        account = f"{API}/Accounts/{{account}}"
        return [
            Door("POST", f"{account}/Messages.json", self.send),
            Door("GET", f"{account}/Messages/{{message}}", self.show),
            Door("GET", "/_sms/messages", self.list),
            Door("DELETE", "/_sms/messages", self.clear, guarded=True),
        ]

    def send(self, request: Request, values: dict[str, str]) -> Response:
        if not is_account(request, values["account"]):
            return refusal(401, 20003, "Authenticate")
        try:
            form = dict(parse_qsl(request.body.decode("ascii"), keep_blank_values=True, errors="strict"))
        except ValueError:
            return refusal(400, 20001, "The body is not a readable form.")
        complaint = check_message(form)
        if complaint is not None:
            return refusal(400, *complaint)
        message = new_message(values["account"], form)
        self._database.execute(
            "INSERT INTO sms (sid, body) VALUES (?, ?)", (message["sid"], msgspec.json.encode(message))
        )
        return json_response(message, 201)

    def show(self, request: Request, values: dict[str, str]) -> Response:
        if not is_account(request, values["account"]):
            return refusal(401, 20003, "Authenticate")
        sid = values["message"].removesuffix(".json")
        row = self._database.row("SELECT body FROM sms WHERE sid = ?", (sid,))
        if row is None:
            return refusal(404, 20404, "The requested resource was not found")
        return json_response(msgspec.json.decode(row[0]) | {"status": "delivered"})

    def messages(self) -> Sequence[dict[str, Any]]:
        """Newest last, in the sandbox's own short form."""
        rows = self._database.rows("SELECT id, body FROM sms ORDER BY id")
        return [shown(str(row[0]), msgspec.json.decode(row[1])) for row in rows]

    def list(self, request: Request, values: dict[str, str]) -> Response:
        return json_response(self.messages())

    def clear(self, request: Request, values: dict[str, str]) -> Response:
        self._database.execute("DELETE FROM sms")
        return json_response([])


def is_account(request: Request, account: str) -> bool:
    """Any password will do: the sandbox only sees to it that the client sends credentials."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        user, _, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return bool(password) and (user == account or user.startswith("SK"))


def check_message(form: dict[str, str]) -> tuple[int, str] | None:
    """Twilio's error code and message for what it would not send."""
    to, body = form.get("To", ""), form.get("Body", "")
    if to in MAGIC:
        return MAGIC[to]
    complaints = (
        (not to, 21604, "A 'To' phone number is required."),
        (not PHONE.fullmatch(to), 21211, "The 'To' number is not a valid phone number."),
        (not (form.get("From") or form.get("MessagingServiceSid")), 21603, "A 'From' number is required."),
        (not (body or form.get("MediaUrl")), 21602, "Message body is required."),
        (len(body) > LONGEST_BODY, 21617, f"The message body exceeds {LONGEST_BODY} characters."),
    )
    return next(((code, message) for wrong, code, message in complaints if wrong), None)


def new_message(account: str, form: dict[str, str]) -> dict[str, Any]:
    sid = f"SM{secrets.token_hex(16)}"
    now = format_datetime(datetime.now(UTC))
    body = form.get("Body", "")
    uri = f"{API}/Accounts/{account}/Messages/{sid}"
    return {
        "account_sid": account,
        "api_version": API.removeprefix("/"),
        "body": body,
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form.get("From") or None,
        "messaging_service_sid": form.get("MessagingServiceSid") or None,
        "num_media": "0",
        "num_segments": str(max(1, -(-len(body) // SEGMENT))),
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": form["To"],
        "uri": f"{uri}.json",
    }


def shown(number: str, message: dict[str, Any]) -> dict[str, Any]:
    sender = message["from"] or message["messaging_service_sid"]
    fields = {"id": number, "sid": message["sid"], "to": message["to"], "from": sender}
    return fields | {"body": message["body"], "at": message["date_created"]}
