"""Every table in one metadata: what migrations are compared with."""

from sqlalchemy import MetaData

from ecommerce.adapters.postgres.tables import (
    cart,
    catalog,
    catalog_read,
    identity,
    inventory,
    kernel,
    orders,
    payments,
    pricing,
    privacy,
)

MODULES = (kernel, identity, catalog, catalog_read, inventory, cart, orders, payments, pricing, privacy)
METADATA: MetaData = kernel.OutboxRow.metadata
