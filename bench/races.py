"""Many at the same moment: what is sold must be there, and what was added must be kept."""

import asyncio
import json

from bench.buyers import API, Offer, Shopper, expect
from bench.client import request
from bench.figures import Race
from bench.load import connect
from bench.shop import Shop

_STOCK, _BUYERS, _ADDS = 20, 60, 50


async def few_units(shop: Shop, offer: Offer) -> Race:
    """All carts first, then all orders at once."""
    sku = offer.scarce["sku"]
    shop.command("stock", "adjust", sku, "--to", str(_STOCK), "--reason", "bench")
    before = json.loads(shop.command("stock", "show", sku, "--json"))["reserved"]
    shopper, connections = Shopper(offer), await connect(shop.origin, _BUYERS)
    tokens = [await shopper.add(each, offer.scarce["id"]) for each in connections]
    option = await shopper.quote(connections[0], tokens[0])
    answers = await asyncio.gather(
        *(
            shopper.place(each, token, option, "manual")
            for each, token in zip(connections, tokens, strict=True)
        )
    )
    for each in connections:
        each.close()
    after = json.loads(shop.command("stock", "show", sku, "--json"))["reserved"]
    taken = sum(answer.status == 201 for answer in answers)
    refused = sum(answer.status == 409 for answer in answers)
    return Race(_STOCK, _BUYERS, taken, refused, after - before)


async def one_cart(shop: Shop, offer: Offer) -> tuple[int, int]:
    """How many units are in a cart after so many adds of one at once."""
    shopper, connections = Shopper(offer), await connect(shop.origin, _ADDS)
    token = await shopper.add(connections[0], shopper.variant(0))
    variant = shopper.variant(1)
    await asyncio.gather(*(shopper.add(each, variant, token) for each in connections))
    shown = await connections[0].send(request("GET", f"{API}/cart", headers={"X-Cart-Token": token}))
    for each in connections:
        each.close()
    items = expect(shown, 200).json["items"]
    return sum(item["quantity"] for item in items if item["variant_id"] == variant), _ADDS
