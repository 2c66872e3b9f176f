"""Every table in one metadata: what migrations are compared with."""

from sqlalchemy import MetaData

from ecommerce.adapters.postgres.tables import (
    cart,
    catalog,
    catalog_read,
    identity,
    inventory,
    kernel,
    one_time_tokens,
    orders,
    payments,
    pricing,
    privacy,
    second_factor,
    staff,
)

MODULES = (
    kernel,
    identity,
    one_time_tokens,
    catalog,
    catalog_read,
    inventory,
    cart,
    orders,
    payments,
    pricing,
    second_factor,
    privacy,
    staff,
)
METADATA: MetaData = kernel.OutboxRow.metadata
