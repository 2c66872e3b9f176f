"""3-D Secure: the customer is sent to a page of the sandbox to agree or to fail."""

import hmac

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.objects.ids import random_text
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError, invalid_parameter

PAGE = "/3ds"
FAILURE_MESSAGE = "The customer could not be authenticated. Choose another payment method and try again."


def ask_for_authentication(books: Books, intent: StripeObject, return_url: str | None) -> None:
    """Works on payment and setup intents alike; the unguessable link is what lets one answer."""
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "redirect_to_url": {
            "return_url": return_url,
            "url": f"{books.base_url}{PAGE}/{intent['id']}/{random_text(32)}",
        },
        "type": "redirect_to_url",
    }


def may_answer(intent: StripeObject, ticket: str) -> bool:
    """Whether the link with this ticket is the one that the intent waits on."""
    if intent["status"] != "requires_action" or intent["next_action"] is None:
        return False
    expected = intent["next_action"]["redirect_to_url"]["url"].rpartition("/")[2]
    return hmac.compare_digest(expected.encode(), ticket.encode())


def check_return_url(url: str | None) -> str | None:
    if url is not None and not url.startswith(("http://", "https://")):
        raise invalid_parameter("return_url must be an http or https address.", "return_url", "url_invalid")
    return url


def authentication_failure(kind: str, method: StripeObject) -> StripeError:
    return StripeError(
        FAILURE_MESSAGE,
        code=f"{kind}_authentication_failure",
        details={"payment_method": method},
    )
