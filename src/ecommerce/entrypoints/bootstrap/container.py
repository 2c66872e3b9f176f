"""The one place where ports meet adapters. A missing provider fails here, when the process starts."""

from dishka import AsyncContainer, Provider, make_async_container

from ecommerce.entrypoints.bootstrap.providers.audit import AuditProvider
from ecommerce.entrypoints.bootstrap.providers.catalog import CatalogProvider
from ecommerce.entrypoints.bootstrap.providers.core import CoreProvider
from ecommerce.entrypoints.bootstrap.providers.devices import DeviceProvider
from ecommerce.entrypoints.bootstrap.providers.http_shell import HttpShellProvider
from ecommerce.entrypoints.bootstrap.providers.identity import (
    AccountProvider,
    CredentialsProvider,
    ProfileProvider,
)
from ecommerce.entrypoints.bootstrap.providers.mfa import MfaProvider
from ecommerce.entrypoints.bootstrap.providers.notifications import NotificationsProvider
from ecommerce.entrypoints.bootstrap.providers.payments import PaymentsProvider, StripeProvider
from ecommerce.entrypoints.bootstrap.providers.price_lists import PriceListProvider
from ecommerce.entrypoints.bootstrap.providers.pricing import PricingProvider
from ecommerce.entrypoints.bootstrap.providers.privacy import PrivacyProvider
from ecommerce.entrypoints.bootstrap.providers.promotions import PromotionsProvider
from ecommerce.entrypoints.bootstrap.providers.recovery import RecoveryProvider
from ecommerce.entrypoints.bootstrap.providers.selling import CartProvider, CheckoutProvider, OrderProvider
from ecommerce.entrypoints.bootstrap.providers.sql import SqlProvider
from ecommerce.entrypoints.bootstrap.providers.staff import StaffProvider
from ecommerce.entrypoints.bootstrap.providers.worker import WorkerProvider
from ecommerce.entrypoints.bootstrap.providers.zones import ZoneProvider
from ecommerce.entrypoints.bootstrap.settings import Settings

# One provider a context; tests append one of their own to replace a port.
PROVIDERS: tuple[type[Provider], ...] = (
    CoreProvider,
    SqlProvider,
    HttpShellProvider,
    AuditProvider,
    WorkerProvider,
    NotificationsProvider,
    CredentialsProvider,
    AccountProvider,
    DeviceProvider,
    ProfileProvider,
    MfaProvider,
    RecoveryProvider,
    StaffProvider,
    CatalogProvider,
    PricingProvider,
    ZoneProvider,
    PriceListProvider,
    PromotionsProvider,
    CheckoutProvider,
    CartProvider,
    OrderProvider,
    StripeProvider,
    PaymentsProvider,
    PrivacyProvider,
)


def build_container(settings: Settings, *overrides: Provider) -> AsyncContainer:
    """A request's scope wants `Call` as context: `container({Call: Call()})`."""
    providers = [provider() for provider in PROVIDERS]
    return make_async_container(*providers, *overrides, context={Settings: settings})
