"""Every table in one metadata: what migrations are compared with."""

from sqlalchemy import MetaData

from ecommerce.adapters.postgres.tables import cart, catalog, identity, inventory, kernel, orders, payments

MODULES = (kernel, identity, catalog, inventory, cart, orders, payments)
METADATA: MetaData = kernel.OutboxRow.metadata
