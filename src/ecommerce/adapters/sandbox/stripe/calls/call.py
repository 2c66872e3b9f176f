"""What a function that serves one of Stripe's calls is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.wire.errors import no_such
from ecommerce.adapters.sandbox.stripe.wire.params import Params


@dataclass(frozen=True, slots=True)
class Call:
    """`has_secret_key` is False for a publishable key, which must show an intent's client secret."""

    books: Books
    params: Params
    ids: dict[str, str]
    has_secret_key: bool

    def owned(self, kind: str) -> StripeObject:
        """The object in the path, if the caller may see it. Raises `StripeError`."""
        thing = self.books.get(kind, self.ids["id"])
        given = self.params.text("client_secret")
        if given is None and self.has_secret_key:
            return thing
        if given != thing.get("client_secret"):
            # The same answer as for an intent that doesn't exist.
            raise no_such(kind, self.ids["id"])
        return thing


Endpoint: TypeAlias = Callable[[Call], StripeObject]


@dataclass(frozen=True, slots=True)
class Operation:
    """One of Stripe's calls; `public` ones may be made with the publishable key."""

    method: str
    path: str
    serve: Endpoint
    public: bool = False
