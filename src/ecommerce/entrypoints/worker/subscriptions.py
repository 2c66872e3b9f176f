"""Who is told of what: the one table of all subscriptions."""

from ecommerce.entrypoints.worker import notifications, payments
from ecommerce.entrypoints.worker.delivery import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = (*payments.SUBSCRIPTIONS, *notifications.SUBSCRIPTIONS)
