"""Messages as rows."""

from uuid import UUID

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.notifications.contracts import Message
from ecommerce.application.notifications.ports import Letter
from ecommerce.domain.shared.kernel import NotFound, Unavailable

POST = """
INSERT INTO notification (id, effect_key, template, channel, recipient, locale, context, account_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (effect_key) DO NOTHING
RETURNING true
"""
CLAIM = """
UPDATE notification SET attempts = attempts + 1, claimed_until = now() + make_interval(secs => $2)
WHERE id = $1 AND status = 'queued' AND (claimed_until IS NULL OR claimed_until <= now())
RETURNING id, template, channel, recipient, locale, context, attempts, created_at
"""
STATUS = "SELECT status FROM notification WHERE id = $1"
# Success is true whoever reports it; a failure only while the claim is the reporter's own.
MARK_SENT = """
UPDATE notification
SET status = 'sent', message_id = $2, sent_at = now(), claimed_until = NULL, last_error = NULL
WHERE id = $1 AND status <> 'sent'
"""
MARK_FAILED = """
UPDATE notification SET status = 'failed', last_error = $3, claimed_until = NULL
WHERE id = $1 AND attempts = $2 AND status = 'queued'
"""
PUT_BACK = """
UPDATE notification SET last_error = $3, claimed_until = NULL
WHERE id = $1 AND attempts = $2 AND status = 'queued'
"""
LONGEST_ERROR = 2_000


class PgLetterBox:
    def __init__(self, uow: PgUnitOfWork) -> None:
        self._uow = uow

    async def post(self, letter_id: UUID, message: Message) -> bool:
        posted = await self._uow.connection.fetchval(
            POST,
            letter_id,
            message.effect_key,
            message.template,
            message.channel,
            message.recipient,
            message.locale,
            message.context,
            message.account_id,
        )
        return bool(posted)

    async def claim(self, letter_id: UUID, seconds: float) -> Letter | None:
        row = await self._uow.connection.fetchrow(CLAIM, letter_id, seconds)
        if row is not None:
            return Letter(**dict(row))
        status = await self._uow.connection.fetchval(STATUS, letter_id)
        if status is None:
            raise NotFound(f"there is no message {letter_id}")
        if status == "queued":
            raise Unavailable("another attempt to send this message is not over")
        return None

    async def mark_sent(self, letter: Letter, message_id: str) -> None:
        await self._uow.connection.execute(MARK_SENT, letter.id, message_id)

    async def mark_failed(self, letter: Letter, error: str) -> None:
        await self._uow.connection.execute(MARK_FAILED, letter.id, letter.attempts, error[:LONGEST_ERROR])

    async def put_back(self, letter: Letter, error: str) -> None:
        await self._uow.connection.execute(PUT_BACK, letter.id, letter.attempts, error[:LONGEST_ERROR])
