"""Events of accounts that their owners get mail about."""

from uuid import UUID

from dishka import AsyncContainer

from ecommerce.application.identity.mail_owner import MailOwner, MailOwnerHandler, News
from ecommerce.domain.shared.ids import UserId
from ecommerce.entrypoints.worker.delivery import Delivery, Subscriber, Subscription


def _mail(news: News) -> Subscriber:
    async def mail(container: AsyncContainer, delivery: Delivery) -> None:
        owner = UserId(delivery.aggregate_id)
        handler = await container.get(MailOwnerHandler)
        await handler(MailOwner(account_id=owner, news=news, cause=delivery.sequence))

    return mail


async def registered(container: AsyncContainer, delivery: Delivery) -> None:
    if delivery.payload["verify"]:
        await _mail("verify_email")(container, delivery)


async def reused(container: AsyncContainer, delivery: Delivery) -> None:
    """One mail a session, however often its tokens come again."""
    handler = await container.get(MailOwnerHandler)
    await handler(
        MailOwner(
            account_id=UserId(delivery.aggregate_id),
            news="session_ended",
            cause=UUID(delivery.payload["session_id"]),
        )
    )


SUBSCRIPTIONS = (
    Subscription("AccountRegistered", "identity.mail_owner", registered),
    Subscription("RegistrationRepeated", "identity.mail_owner", _mail("registration_repeated")),
    Subscription("VerificationAsked", "identity.mail_owner", _mail("verify_email")),
    Subscription("PasswordResetAsked", "identity.mail_owner", _mail("password_reset")),
    Subscription("RefreshTokenReused", "identity.mail_owner", reused),
)
