"""Who is told of what: the one table of all subscriptions."""

from ecommerce.entrypoints.worker import accounts, mfa, notifications, payments, privacy, promotions
from ecommerce.entrypoints.worker.delivery import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    *payments.SUBSCRIPTIONS,
    *promotions.SUBSCRIPTIONS,
    *accounts.SUBSCRIPTIONS,
    *notifications.SUBSCRIPTIONS,
    *mfa.SUBSCRIPTIONS,
    *privacy.SUBSCRIPTIONS,
)
