"""The SMTP server; every mail ends in the mailbox."""

import asyncio
import hmac
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ecommerce.adapters.sandbox.faults import SMTP_CONTENT, SMTP_RECIPIENT, Faults, RequestFaults
from ecommerce.adapters.sandbox.mail.mailbox import Mailbox

SIZE_LIMIT = 10 * 1024 * 1024


class MailHandler:
    """Answers MAIL, RCPT and DATA, or does what an injected fault says."""

    def __init__(self, mailbox: Mailbox, faults: Faults, *, login_needed: bool) -> None:
        self._mailbox = mailbox
        self._faults = faults
        self._login_needed = login_needed

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name, like those below)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._login_needed and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        faults = self._faults.for_mail(SMTP_RECIPIENT)
        refusal = await strike(server, faults)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return hang_up(server) if faults.drop_reply else "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        faults = self._faults.for_mail(SMTP_CONTENT)
        refusal = await strike(server, faults)
        if refusal is not None:
            return refusal
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        self._mailbox.store(envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        return hang_up(server) if faults.drop_reply else "250 OK"


async def strike(server: SMTP, faults: RequestFaults) -> str | None:
    await asyncio.sleep(faults.delay)
    if faults.refuse:
        return hang_up(server)
    return None if faults.status is None else f"{faults.status} Injected by the sandbox"


def hang_up(server: SMTP) -> str:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
    return "421 closed"


class Refusal(asyncio.Protocol):
    """A mail server that isn't there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.abort()


class MailServer:
    """The SMTP port. A user name and password, when set, are demanded before any mail."""

    def __init__(
        self, handler: MailHandler, faults: Faults, username: str | None, password: str | None
    ) -> None:
        self._handler = handler
        self._faults = faults
        self._username = username
        self._password = password
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen, and tell on which port. Raises `OSError` when it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, host, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    def _session(self) -> asyncio.Protocol:
        if self._faults.refuses_mail():
            return Refusal()
        return SMTP(
            self._handler,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="sandbox",
            ident="sandbox",
            loop=asyncio.get_running_loop(),
            # Loopback only. The handler demands the login: aiosmtpd would warn that there is no TLS.
            auth_require_tls=False,
            authenticator=self._authenticate,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if self._username is None:
            return AuthResult(success=True)
        expected = f"{self._username}\0{self._password}".encode()
        given = data.login + b"\0" + data.password if isinstance(data, LoginPassword) else b""
        return AuthResult(success=hmac.compare_digest(expected, given), handled=False)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
