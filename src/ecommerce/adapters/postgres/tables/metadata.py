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
    staff,
)

MODULES = (kernel, identity, catalog, catalog_read, inventory, cart, orders, payments, pricing, staff)
METADATA: MetaData = kernel.OutboxRow.metadata
