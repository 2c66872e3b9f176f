"""`expand[]`: ids replaced by the objects they name."""

from ecommerce.adapters.sandbox.state.objects import Page, StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.objects.shapes import list_of
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError, invalid_parameter

EXPANDABLE = frozenset(
    {
        "balance_transaction", "charge", "customer", "failure_balance_transaction", "latest_charge",
        "payment_intent", "payment_method", "refunds", "source",
    }
)  # fmt: skip
DEPTH_LIMIT = 4


def expand(books: Books, thing: StripeObject, paths: list[str]) -> None:
    """Raises `StripeError` for a path that leads nowhere."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEPTH_LIMIT:
            raise invalid_parameter(f"You cannot expand more than {DEPTH_LIMIT} levels.", "expand")
        if thing.get("object") == "list":
            if steps[0] != "data" or len(steps) == 1:
                raise cannot_expand(path)
            for item in thing["data"]:
                expand_one(books, item, steps[1:], path)
        else:
            expand_one(books, thing, steps, path)


def expand_one(books: Books, thing: StripeObject, steps: list[str], path: str) -> None:
    name = steps[0]
    if name not in EXPANDABLE or name not in thing:
        raise cannot_expand(path)
    if name == "refunds":
        page = Page(limit=10, where={"charge": (thing["id"],)})
        refunds = books.objects.page("refund", page)
        thing[name] = list_of(refunds[:10], f"/v1/charges/{thing['id']}/refunds", has_more=len(refunds) > 10)
        return
    if isinstance(thing[name], str):
        thing[name] = books.objects.find(thing[name])
    if isinstance(thing[name], dict) and len(steps) > 1:
        expand_one(books, thing[name], steps[1:], path)


def cannot_expand(path: str) -> StripeError:
    return invalid_parameter(f"This property cannot be expanded: {path[:100]}", "expand")
