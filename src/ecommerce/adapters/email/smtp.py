"""Mail by SMTP."""

import asyncio
import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from typing import Self
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from ecommerce.adapters.email.templates import LANGUAGE, Templates
from ecommerce.application.notifications.ports import Letter, UndeliverableMessage
from ecommerce.domain.shared.kernel import Unavailable

# The fault of our settings or of the server as a whole: no reason to give up on a single message.
_NOT_THE_MESSAGE = (SMTPAuthenticationError, SMTPConnectError, SMTPHeloError)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """`smtps` speaks TLS from the start; `smtp` changes to it where the server offers, and before a password
    leaves this machine it must.
    """

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("a mail server's URL is smtp://[user:password@]host[:port], or smtps://")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587 if parts.username else 25),
            tls=tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    @property
    def start_tls(self) -> bool | None:
        if self.tls:
            return False
        return True if self.password and not _is_loopback(self.host) else None


class SmtpSender:
    """One connection a message. `timeout` bounds every step, and five times that all of them."""

    def __init__(self, server: MailServer, sender: str, templates: Templates, timeout: float) -> None:
        name, address = parseaddr(sender)
        self._from = Address(name, addr_spec=address)
        self._server = server
        self._templates = templates
        self._timeout = timeout

    async def send(self, letter: Letter) -> str:
        message = self._message(letter)
        try:
            async with asyncio.timeout(5 * self._timeout), self._client() as client:
                await client.send_message(message)
        except (SMTPException, OSError, TimeoutError) as error:
            raise _translated(error) from error
        return str(message["Message-ID"])

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.tls,
            start_tls=server.start_tls,
            local_hostname=self._from.domain,
            timeout=self._timeout,
        )

    def _message(self, letter: Letter) -> EmailMessage:
        rendered = self._templates.render(letter)
        message = EmailMessage(policy=WIRE)
        message["From"] = self._from
        message["To"] = _recipient(letter.recipient)
        message["Subject"] = rendered.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{letter.id}@{self._from.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = LANGUAGE
        message.set_content(rendered.text, cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        return message


def _recipient(address: str) -> Address:
    """The parser of the standard library refuses what could end the header, or start another."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
        if not local.isascii():  # by SMTPUTF8, where the server can
            return Address(username=local, domain=ascii_domain)
        return Address(addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError, MessageError) as error:
        raise UndeliverableMessage("the address can't be written to", said=f"{address!r}: {error}") from error


def _translated(error: Exception) -> Exception:
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, SMTPNotSupported):
        return UndeliverableMessage("the mail server can't carry this message", said=str(error))
    if not isinstance(error, SMTPResponseException):
        return Unavailable(f"the mail server does not answer ({type(error).__name__})", retry_after=30)
    if 500 <= error.code < 600 and not isinstance(error, _NOT_THE_MESSAGE):
        return UndeliverableMessage(f"the mail server refused it with {error.code}", said=error.message)
    return Unavailable(f"the mail server answered {error.code}", retry_after=30, said=error.message)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
