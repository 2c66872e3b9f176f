"""What buyers do, and what they must be answered. Made from what the shop offers, by its public contract."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from bench.client import Answer, Connection, request
from bench.load import Step, WrongAnswer

API = "/api/v1"
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Buyer",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "SW1A 1AA",
    "country": "GB",
}
UNCACHED = {"Cache-Control": "no-cache"}
PAGE = 24
_PLENTY = 40


@dataclass(slots=True)
class Offer:
    """What there is to ask for: a category with a full page up to 500, a product, a word, variants."""

    category: str = ""
    slug: str = ""
    word: str = ""
    variants: list[str] = field(default_factory=list)
    scarce: dict[str, Any] = field(default_factory=dict)

    @property
    def list_path(self) -> str:
        return (
            f"{API}/products?category={quote(self.category)}&price_max=500&ordering=-rating"
            f"&page_size={PAGE}&expand=variants,images"
        )

    @property
    def detail_path(self) -> str:
        return f"{API}/products/{self.slug}"

    @property
    def search_path(self) -> str:
        return f"{API}/products?q={quote(self.word)}&page_size={PAGE}&expand=variants,images"


async def look_around(connection: Connection) -> Offer:
    async def get(path: str) -> Any:
        answer = await connection.send(request("GET", API + path))
        return expect(answer, 200).json

    offer = Offer()
    todo = (await get("/categories"))["results"]
    while todo:
        node = todo.pop(0)
        todo += node["children"]
        found = await get(f"/products?category={node['slug']}&price_max=500&page_size=1")
        if not node["children"] and found["count"] >= PAGE:
            offer.category = node["slug"]
            break
    page = await get("/products?in_stock=true&page_size=100&expand=variants")
    offer.slug = page["results"][0]["slug"]
    words = {word for product in page["results"] for word in product["name"].lower().split() if len(word) > 4}
    for word in sorted(words):
        if (await get(f"/products?q={quote(word)}&page_size=1"))["count"] >= PAGE:
            offer.word = word
            break
    for product in page["results"]:
        plenty = [each for each in product["variants"] if (each["available"] or 0) >= _PLENTY]
        offer.variants += [each["id"] for each in plenty if not each["backorderable"]]
        offer.scarce = offer.scarce or next(iter(plenty), {})
    offer.variants.remove(offer.scarce["id"])
    random.Random(1).shuffle(offer.variants)  # which mug it is, is no secret
    return offer


def expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise WrongAnswer(f"{answer.status} instead of {status}: {answer.body[:120]!r}")
    return answer


def asking(raw: bytes, right: Callable[[Answer], bool]) -> Step:
    """Send the same request again and again. The first answer is looked at closely, all by their status."""
    looked: list[bool] = []

    async def step(connection: Connection, _: int) -> None:
        answer = expect(await connection.send(raw), 200)
        if not looked:
            if not right(answer):
                raise WrongAnswer(f"not what was asked for: {answer.body[:120]!r}")
            looked.append(True)

    return step


def is_full_list(answer: Answer) -> bool:
    rows = answer.json["results"]
    return len(rows) == PAGE and all(row["variants"] and row["price_min"]["amount"] > 0 for row in rows)


def is_detail(answer: Answer) -> bool:
    return bool(answer.json["variants"]) and "description" in answer.json


@dataclass(slots=True)
class Shopper:
    """Buys with one connection as a guest; every step raises `WrongAnswer` unless it worked."""

    offer: Offer

    def variant(self, number: int) -> str:
        return self.offer.variants[number % len(self.offer.variants)]

    async def add(self, connection: Connection, variant: str, token: str = "") -> str:
        body = {"variant_id": variant, "quantity": 1}
        raw = request("POST", f"{API}/cart/items", body, _holding(token))
        answer = expect(await connection.send(raw), 201)
        return token or str(answer.json["token"])

    async def fill(self, connection: Connection, number: int) -> str:
        token = await self.add(connection, self.variant(2 * number))
        return await self.add(connection, self.variant(2 * number + 1), token)

    async def quote(self, connection: Connection, token: str) -> str:
        raw = request("POST", f"{API}/cart/quote", {"shipping_address": ADDRESS}, _holding(token))
        options = expect(await connection.send(raw), 200).json["shipping_options"]
        return str(options[0]["id"])

    async def place(self, connection: Connection, token: str, option: str, method: str) -> Answer:
        """The bare answer: some are refused on purpose."""
        body = {
            "email": "bench@example.com",
            "shipping_address": ADDRESS,
            "shipping_option_id": option,
            "payment_method": method,
        }
        return await connection.send(request("POST", f"{API}/orders", body, _holding(token)))

    async def new_cart(self, connection: Connection, number: int) -> None:
        await self.add(connection, self.variant(number))

    async def check_out(self, connection: Connection, number: int) -> None:
        token = await self.fill(connection, number)
        option = await self.quote(connection, token)
        expect(await self.place(connection, token, option, "manual"), 201)


def _holding(token: str) -> dict[str, str]:
    return {"X-Cart-Token": token} if token else {"X-Request-ID": uuid4().hex}
