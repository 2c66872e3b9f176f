"""Who is told of what: the one table of all subscriptions."""

from ecommerce.entrypoints.worker import notifications, payments, privacy, promotions
from ecommerce.entrypoints.worker.delivery import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    *payments.SUBSCRIPTIONS,
    *promotions.SUBSCRIPTIONS,
    *notifications.SUBSCRIPTIONS,
    *privacy.SUBSCRIPTIONS,
)
