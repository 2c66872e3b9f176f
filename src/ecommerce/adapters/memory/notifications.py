"""Messages in memory, for tests of use cases: the same promises as the adapters."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ecommerce.application.notifications.contracts import Message
from ecommerce.application.notifications.ports import Letter
from ecommerce.domain.shared.kernel import NotFound, Unavailable


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class KeptLetter:
    letter: Letter
    effect_key: str
    status: str = "queued"
    claimed_until: datetime | None = None
    message_id: str | None = None
    last_error: str | None = None


@dataclass
class MemoryLetterBox:
    now: Callable[[], datetime] = _now
    kept: dict[UUID, KeptLetter] = field(default_factory=dict)

    async def post(self, letter_id: UUID, message: Message) -> bool:
        if any(each.effect_key == message.effect_key for each in self.kept.values()):
            return False
        letter = Letter(
            id=letter_id,
            template=message.template,
            channel=message.channel,
            recipient=message.recipient,
            locale=message.locale,
            context=message.context,
            attempts=0,
            created_at=self.now(),
        )
        self.kept[letter_id] = KeptLetter(letter, message.effect_key)
        return True

    async def claim(self, letter_id: UUID, seconds: float) -> Letter | None:
        kept = self.kept.get(letter_id)
        if kept is None:
            raise NotFound(f"there is no message {letter_id}")
        if kept.status != "queued":
            return None
        if kept.claimed_until is not None and kept.claimed_until > self.now():
            raise Unavailable("another attempt to send this message is not over")
        kept.claimed_until = self.now() + timedelta(seconds=seconds)
        kept.letter = replace(kept.letter, attempts=kept.letter.attempts + 1)
        return kept.letter

    async def mark_sent(self, letter: Letter, message_id: str) -> None:
        kept = self.kept[letter.id]
        kept.status, kept.message_id, kept.claimed_until, kept.last_error = "sent", message_id, None, None

    async def mark_failed(self, letter: Letter, error: str) -> None:
        kept = self.kept[letter.id]
        if self._is_own(kept, letter):
            kept.status, kept.last_error, kept.claimed_until = "failed", error, None

    async def put_back(self, letter: Letter, error: str) -> None:
        kept = self.kept[letter.id]
        if self._is_own(kept, letter):
            kept.last_error, kept.claimed_until = error, None

    @staticmethod
    def _is_own(kept: KeptLetter, letter: Letter) -> bool:
        return kept.status == "queued" and kept.letter.attempts == letter.attempts


@dataclass
class MemorySender:
    """Keeps what was sent; `failures` are raised first, one a call."""

    sent: list[Letter] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def send(self, letter: Letter) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(letter)
        return f"<{letter.id}@memory>"
