"""Stripe's lists: filters, cursors, newest first."""

from ecommerce.adapters.sandbox.state.objects import Page, StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.calls.call import Call
from ecommerce.adapters.sandbox.stripe.objects.shapes import list_of
from ecommerce.adapters.sandbox.stripe.wire.errors import invalid_parameter, no_such
from ecommerce.adapters.sandbox.stripe.wire.params import Params

DEFAULT_LIMIT = 10
LARGEST_LIMIT = 100


def list_objects(
    call: Call, kind: str, url: str, *filters: str, where: dict[str, tuple[str, ...]] | None = None
) -> StripeObject:
    """One page of a kind, by the filters that its call knows. Raises `StripeError`."""
    params = call.params
    limit = params.integer("limit")
    if limit is None:
        limit = DEFAULT_LIMIT
    if not 1 <= limit <= LARGEST_LIMIT:
        raise invalid_parameter(
            f"limit must be from 1 to {LARGEST_LIMIT}.", "limit", "parameter_invalid_integer"
        )
    chosen = dict(where or {})
    for name in filters:
        value = params.text(name)
        if value is not None:
            chosen[name] = (value,)
    created_from, created_to = read_created(params)
    after = cursor(call.books, params, kind, "starting_after")
    before = cursor(call.books, params, kind, "ending_before")
    if after is not None and before is not None:
        raise invalid_parameter("Give starting_after or ending_before, not both.", "ending_before")
    params.done()
    page = Page(
        limit=limit,
        where=chosen,
        created_from=created_from,
        created_to=created_to,
        after=after,
        before=before,
    )
    found = call.books.objects.page(kind, page)
    shown = found[:limit]
    if before is not None:
        shown.reverse()
    return list_of(shown, url, has_more=len(found) > limit)


def cursor(books: Books, params: Params, kind: str, name: str) -> int | None:
    object_id = params.text(name)
    if object_id is None:
        return None
    sequence = books.objects.sequence(kind, object_id)
    if sequence is None:
        raise no_such(kind, object_id, name)
    return sequence


def read_created(params: Params) -> tuple[int | None, int | None]:
    """`created` is one moment, or a range by `gt`, `gte`, `lt` and `lte`."""
    if params.is_text("created"):
        moment = params.integer("created")
        return moment, moment
    bounds = params.group("created")
    if bounds is None:
        return None, None
    lower, upper = bounds.integer("gte"), bounds.integer("lte")
    above, below = bounds.integer("gt"), bounds.integer("lt")
    bounds.done()
    if above is not None:
        lower = above + 1 if lower is None else max(lower, above + 1)
    if below is not None:
        upper = below - 1 if upper is None else min(upper, below - 1)
    return lower, upper
