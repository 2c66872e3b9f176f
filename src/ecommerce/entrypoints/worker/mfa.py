"""Events of the second factor that its owner is told of."""

from uuid import UUID

from dishka import AsyncContainer

from ecommerce.application.notifications.tell_about_mfa import MfaTeller, News, TellAboutMfa
from ecommerce.domain.shared.ids import UserId
from ecommerce.entrypoints.worker.delivery import Delivery, Subscriber, Subscription


def _tell(news: News) -> Subscriber:
    async def tell(container: AsyncContainer, delivery: Delivery) -> None:
        teller = await container.get(MfaTeller)
        facts = dict(delivery.payload)
        await teller(
            TellAboutMfa(
                account_id=UserId(UUID(facts.pop("account_id"))),
                news=news,
                event_id=delivery.sequence,
                at=delivery.occurred_at,
                facts=facts,
            )
        )

    return tell


SUBSCRIPTIONS = (
    Subscription("MfaEnabled", "notifications.tell", _tell("mfa_enabled")),
    Subscription("MfaRemoved", "notifications.tell", _tell("mfa_removed")),
    Subscription("RecoveryCodeUsed", "notifications.tell", _tell("recovery_code_used")),
)
