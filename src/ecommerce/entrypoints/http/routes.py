"""Every controller of the API in one list, and what stands before them."""

from collections.abc import Callable
from typing import Any

from litestar import Controller
from litestar.types import ASGIApp, ControllerRouterHandler

from ecommerce.entrypoints.http.addresses import AddressController
from ecommerce.entrypoints.http.admin_api_keys import AdminApiKeyController
from ecommerce.entrypoints.http.admin_audit import AdminAuditController
from ecommerce.entrypoints.http.admin_customers import AdminCustomerController
from ecommerce.entrypoints.http.admin_price_lists import AdminListPriceController, AdminPriceListController
from ecommerce.entrypoints.http.admin_promotions import (
    AdminCouponCodeController,
    AdminPromotionController,
    AdminPromotionSimulationController,
)
from ecommerce.entrypoints.http.admin_refunds import AdminRefundController
from ecommerce.entrypoints.http.admin_roles import AdminRoleController
from ecommerce.entrypoints.http.admin_staff import AdminStaffController
from ecommerce.entrypoints.http.admin_variant_prices import AdminVariantPriceController
from ecommerce.entrypoints.http.admin_zones import AdminShippingZoneController, AdminTaxZoneController
from ecommerce.entrypoints.http.auth import AuthController
from ecommerce.entrypoints.http.auth_recovery import AuthRecoveryController
from ecommerce.entrypoints.http.auth_sessions import SessionController
from ecommerce.entrypoints.http.cart import CartController
from ecommerce.entrypoints.http.cart_coupons import CartCouponController
from ecommerce.entrypoints.http.catalog import CategoryController, ProductController, SearchController
from ecommerce.entrypoints.http.docs import DocumentationController
from ecommerce.entrypoints.http.jwks import KeyController
from ecommerce.entrypoints.http.media import MediaController
from ecommerce.entrypoints.http.mfa import MfaController
from ecommerce.entrypoints.http.orders import OrderController
from ecommerce.entrypoints.http.payments import PaymentController
from ecommerce.entrypoints.http.privacy import ArchiveController, PrivacyController
from ecommerce.entrypoints.http.probes import ProbeController
from ecommerce.entrypoints.http.problem_pages import ProblemController
from ecommerce.entrypoints.http.stripe_webhook import StripeWebhookController
from ecommerce.entrypoints.http.users import UserController

# Under /api/v1.
CONTROLLERS: tuple[type[Controller], ...] = (
    AuthController,
    MfaController,
    AuthRecoveryController,
    SessionController,
    UserController,
    PrivacyController,
    ArchiveController,
    AddressController,
    CategoryController,
    ProductController,
    SearchController,
    MediaController,
    CartController,
    CartCouponController,
    OrderController,
    PaymentController,
    StripeWebhookController,
    AdminRefundController,
    AdminTaxZoneController,
    AdminShippingZoneController,
    AdminPriceListController,
    AdminListPriceController,
    AdminVariantPriceController,
    AdminPromotionController,
    AdminPromotionSimulationController,
    AdminCouponCodeController,
    AdminCustomerController,
    AdminRoleController,
    AdminStaffController,
    AdminApiKeyController,
    AdminAuditController,
)
# At the root.
ROOT_CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    ProbeController,
    ProblemController,
    DocumentationController,
    KeyController,
)
# ASGI layers between the gate and the routes, outermost first: see `app.Layer`.
LAYERS: tuple[Callable[[ASGIApp, Callable[[], Any]], ASGIApp], ...] = ()
