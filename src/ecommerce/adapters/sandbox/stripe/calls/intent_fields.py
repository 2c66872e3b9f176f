"""Reads what a caller may set on a payment intent."""

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.objects.payment_intents import card_options
from ecommerce.adapters.sandbox.stripe.objects.shapes import read_shipping
from ecommerce.adapters.sandbox.stripe.wire.errors import invalid_parameter
from ecommerce.adapters.sandbox.stripe.wire.params import Params

CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
METHOD_TYPES = (
    "affirm", "afterpay_clearpay", "alipay", "amazon_pay", "bancontact", "blik", "card", "cashapp", "eps",
    "ideal", "klarna", "link", "mobilepay", "p24", "paypal", "revolut_pay", "sepa_debit", "swish", "twint",
    "us_bank_account",
)  # fmt: skip
DESCRIPTOR_LENGTH = 22


def read_common(books: Books, params: Params, intent: StripeObject) -> None:
    """Apply what create, update and confirm share; absent parameters leave their fields alone."""
    for field in ("description", "receipt_email", "transfer_group"):
        if params.has(field):
            intent[field] = params.text(field, limit=1000)
    for field in ("statement_descriptor", "statement_descriptor_suffix"):
        if params.has(field):
            intent[field] = params.text(field, limit=DESCRIPTOR_LENGTH)
    if params.has("customer"):
        customer = params.text("customer")
        intent["customer"] = customer and books.get("customer", customer, "customer")["id"]
    if params.has("shipping"):
        intent["shipping"] = read_shipping(params)
    if params.has("setup_future_usage"):
        intent["setup_future_usage"] = params.choice("setup_future_usage", ("off_session", "on_session"))
    if params.has("capture_method"):
        chosen = params.choice("capture_method", CAPTURE_METHODS)
        intent["capture_method"] = chosen or intent["capture_method"]
    intent["metadata"] = params.metadata(intent["metadata"])
    read_method_types(params, intent)
    read_options(params, intent)


def read_method_types(params: Params, intent: StripeObject) -> None:
    automatic = params.group("automatic_payment_methods")
    types = params.texts("payment_method_types")
    if automatic is not None:
        enabled = automatic.flag("enabled")
        if enabled is None:
            raise invalid_parameter("enabled must be true or false.", automatic.name("enabled"))
        redirects = automatic.choice("allow_redirects", ("always", "never")) or "always"
        automatic.done()
        if enabled and types:
            raise invalid_parameter(
                "Give automatic_payment_methods or payment_method_types, not both.", "payment_method_types"
            )
        intent["automatic_payment_methods"] = (
            {"allow_redirects": redirects, "enabled": True} if enabled else None
        )
    if types:
        unknown = [name for name in types if name not in METHOD_TYPES]
        if unknown:
            raise invalid_parameter(f"Unknown payment method type: {unknown[0][:40]}", "payment_method_types")
        intent["payment_method_types"] = types
        intent["automatic_payment_methods"] = None


def read_options(params: Params, intent: StripeObject) -> None:
    options = params.group("payment_method_options")
    if options is None:
        return
    card = options.group("card")
    options.done()
    if card is None:
        return
    wish = card.choice("request_three_d_secure", ("any", "automatic", "challenge"))
    card.accept("network", "setup_future_usage", "cvc_token", "moto", "request_extended_authorization")
    card.done()
    if wish is not None:
        intent["payment_method_options"] = {"card": card_options(wish)}
