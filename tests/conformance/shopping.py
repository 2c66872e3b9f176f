"""Buys something with a client that was generated from the document. Run as a script, with it on the path.

Its arguments are the API's address and what to look for; it prints the order it read at the end.
"""

# The client exists only while the test runs, and says nothing about its types.
# mypy: ignore-errors
# pyright: basic, reportMissingImports=false

import json
import sys
from http import HTTPStatus
from uuid import uuid4

from shop_client import Client
from shop_client.api.cart import cart_add_item, cart_quote, cart_show
from shop_client.api.orders import order_place, order_show
from shop_client.api.products import product_find, product_show
from shop_client.models import AddItemBody, AddressBody, PlaceOrderBody, ProblemDetails, QuoteBody
from shop_client.models.place_order_body_payment_method import PlaceOrderBodyPaymentMethod


def shop(url: str, words: str) -> dict:
    client = Client(base_url=url, raise_on_unexpected_status=True)
    found = product_find.sync(client=client, q=words, in_stock=True, page_size=5)
    product = product_show.sync(found.results[0].slug, client=client)
    variant = next(each for each in product.variants if each.in_stock)

    added = cart_add_item.sync_detailed(
        client=client,
        body=AddItemBody(quantity=2, variant_id=variant.id),
        idempotency_key=str(uuid4()),
    )
    assert added.status_code == HTTPStatus.CREATED, added
    token = added.parsed.token
    cart = cart_show.sync(client=client, x_cart_token=token)
    assert (cart.item_count, cart.items[0].unit_price.amount) == (2, variant.price.amount)

    address = AddressBody(
        first_name="Ada",
        last_name="Buyer",
        line1="1 High Street",
        city="London",
        postal_code="SW1A 1AA",
        country="GB",
    )
    quote = cart_quote.sync(client=client, x_cart_token=token, body=QuoteBody(shipping_address=address))
    wanted = PlaceOrderBody(
        payment_method=PlaceOrderBodyPaymentMethod.MANUAL,
        email="ada@example.com",
        shipping_address=address,
        shipping_option_id=quote.shipping_options[0].id,
    )
    order = order_place.sync(client=client, x_cart_token=token, body=wanted, idempotency_key=str(uuid4()))
    assert order.totals.total.amount == quote.totals.total.amount

    refused = order_show.sync(order.number, client=client)
    assert isinstance(refused, ProblemDetails)
    assert refused.code == "not-found"
    shown = order_show.sync(order.number, client=client, x_order_token=order.order_token)
    assert shown.created_at.utcoffset().total_seconds() == 0
    return shown.to_dict()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(shop(*sys.argv[1:])))
