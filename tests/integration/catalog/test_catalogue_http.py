"""The catalogue as a storefront sees it, through the whole door."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.http_config import http_config
from ecommerce.entrypoints.bootstrap.settings import load
from ecommerce.entrypoints.http.app import create_app
from ecommerce.entrypoints.http.catalog_views import (
    CategoryTreeView,
    CategoryView,
    ProductDetailView,
    ProductListView,
    SuggestionsView,
)
from tests.conftest import PostgresServer
from tests.factories.catalogue import demo_database, execute

pytestmark = pytest.mark.anyio
API = "/api/v1"


@dataclass
class Demo:
    url: str
    data: Path


@pytest.fixture(scope="module")
def demo(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    data = tmp_path_factory.mktemp("data")
    with demo_database(postgres_server, 240, data / "media") as url:
        yield Demo(url, data)


@pytest.fixture
async def http(
    demo: Demo, valkey_server: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("ECOMMERCE_DATA_DIR", str(demo.data))
    settings = load(
        {
            "ECOMMERCE_ENV": "test",
            "ECOMMERCE_BASE_URL": "http://shop.test",
            "ECOMMERCE_SECRET_KEY": "s" * 32,
            "ECOMMERCE_DATABASE_URL": demo.url,
            "ECOMMERCE_REDIS_URL": valkey_server.url,
            "ECOMMERCE_STRIPE_API_KEY": "sk_test_1",
            "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_test_1",
            "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
            "ECOMMERCE_MAIL_FROM": "shop@example.com",
            "ECOMMERCE_STORE_CURRENCIES": "USD,EUR,GBP,JPY",
            "ECOMMERCE_RATE_LIMIT_DEFAULT": "1000000",
            "ECOMMERCE_RATE_LIMIT_FRESH": "1000000",
            "ECOMMERCE_RATE_LIMIT_SEARCH": "1000000",
        }
    )
    app: Any = create_app(build_container(settings), http_config(settings, lambda line: None))
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client,
    ):
        yield client


async def ok(http: httpx.AsyncClient, path: str) -> Any:
    answer = await http.get(path if path.startswith("http") else API + path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_answers_have_the_documented_shape(http: httpx.AsyncClient) -> None:
    listed = await http.get(f"{API}/products?expand=variants,images&facets=true&page_size=100")
    page = msgspec.json.decode(listed.content, type=ProductListView)
    assert all(row.variants and row.images for row in page.results)
    assert not isinstance(page.facets, msgspec.UnsetType)
    assert all(
        row.image and row.image.url.startswith("http://shop.test/api/v1/media/") for row in page.results
    )
    shown = await http.get(f"{API}/products/{page.results[0].slug}")
    detail = msgspec.json.decode(shown.content, type=ProductDetailView)
    assert detail.seo.canonical == f"http://shop.test/products/{detail.slug}"
    assert [crumb.slug for crumb in detail.breadcrumbs][-1] == detail.category.slug
    assert {variant.price.currency for variant in detail.variants if variant.price} == {"USD"}
    tree = msgspec.json.decode((await http.get(f"{API}/categories")).content, type=CategoryTreeView)
    assert sum(root.product_count for root in tree.results) == page.count
    one = await http.get(f"{API}/categories/{detail.category.slug}")
    category = msgspec.json.decode(one.content, type=CategoryView)
    assert len(category.breadcrumbs) == 3
    assert category.children == []
    suggested = await http.get(f"{API}/search/suggest?q=wal")
    assert msgspec.json.decode(suggested.content, type=SuggestionsView).results
    related = await http.get(f"{API}/products/{detail.slug}/related")
    others = msgspec.json.decode(related.content, type=ProductListView)
    assert 0 < others.count <= 12
    assert (others.next, others.previous) == (None, None)


async def test_a_card_has_exactly_what_the_contract_says(http: httpx.AsyncClient) -> None:
    (row,) = (await ok(http, "/products?page_size=1"))["results"]
    assert set(row) == set(
        "id slug name price_min price_max compare_at_price lowest_price_30d currency tax_included rating"
        " in_stock image category tags".split()
    )
    detail = await ok(http, f"/products/{row['slug']}")
    assert row.items() <= detail.items()
    assert set(detail) - set(row) == set(
        "description attributes options images variants breadcrumbs seo created_at updated_at".split()
    )


async def test_next_leads_through_the_whole_list_and_previous_back(http: httpx.AsyncClient) -> None:
    page = await ok(http, "/products?category=home&ordering=-rating&page_size=11&currency=EUR")
    count, seen, last = page["count"], [row["id"] for row in page["results"]], page
    assert page["previous"] is None
    while page["next"]:
        assert page["next"].startswith("http://shop.test/api/v1/products?")
        page = await ok(http, page["next"])
        seen += [row["id"] for row in page["results"]]
        last = page
    assert len(seen) == len(set(seen)) == count
    back = [row["id"] for row in last["results"]]
    while last["previous"]:
        last = await ok(http, last["previous"])
        back = [row["id"] for row in last["results"]] + back
    assert back == seen


async def test_the_same_answer_is_not_sent_twice(http: httpx.AsyncClient) -> None:
    for path in ("/products?ordering=price", "/categories", "/search/suggest?q=oak"):
        first = await http.get(API + path)
        assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
        assert first.headers["content-language"] == "en"
        assert "Accept-Language" in first.headers["vary"]
        tag = first.headers["etag"]
        assert not tag.startswith("W/")
        again = await http.get(API + path, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        other = await http.get(API + path, headers={"If-None-Match": '"other"'})
        assert other.content == first.content
        head = await http.head(API + path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(first.content))


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("category=nowhere", {"/query/category"}),
        ("attr.colour=red&tag=none", {"/query/attr.colour", "/query/tag"}),
        ("attr.material=unobtainium", {"/query/attr.material"}),
        ("ordering=cheapest&page_size=0", {"/query/ordering", "/query/page_size"}),
        ("price_min=-1", {"/query/price_min"}),
        ("page=1000", {"/query/page"}),
        ("sort=price", {"/query/sort"}),
        ("cursor=AAAA", {"/query/cursor"}),
    ],
)
async def test_what_is_not_known_is_422(http: httpx.AsyncClient, query: str, pointers: set[str]) -> None:
    answer = await http.get(f"{API}/products?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers


@pytest.mark.parametrize(
    "path",
    ["/products/nothing", "/categories/nothing", "/products/nothing/related", "/products/%F0%9F%98%80"],
)
async def test_what_is_not_there_is_404(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(API + path)).status_code == 404


async def test_an_old_slug_leads_to_the_new_one(http: httpx.AsyncClient, demo: Demo) -> None:
    (row,) = (await ok(http, "/products?page_size=1"))["results"]
    await execute(
        demo.url, "INSERT INTO former_slug VALUES ('once-upon', $1) ON CONFLICT DO NOTHING", row["id"]
    )
    answer = await http.get(f"{API}/products/once-upon?currency=JPY")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"{API}/products/{row['slug']}?currency=JPY"


async def test_images_are_served_for_ever_and_nothing_else_is(http: httpx.AsyncClient, demo: Demo) -> None:
    (row,) = (await ok(http, "/products?page_size=1"))["results"]
    image = await http.get(row["image"]["url"])
    assert image.status_code == 200
    assert image.content.startswith(b"\x89PNG")
    assert image.headers["content-type"] == "image/png"
    assert "immutable" in image.headers["cache-control"]
    again = await http.get(row["image"]["url"], headers={"If-None-Match": image.headers["etag"]})
    assert again.status_code == 304
    (demo.data / "env.json").write_text("secret")
    (demo.data / "media" / "notes.txt").write_text("secret")
    for name in ("..%2Fenv.json", "%2e%2e/env.json", "notes.txt", "0" * 32 + ".png", "%00", "."):
        answer = await http.get(f"{API}/media/{name}")
        assert answer.status_code == 404, name
        assert b"secret" not in answer.content


async def test_languages_and_countries_are_taken(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{API}/products?lang=de-AT&country=DE", headers={"Accept-Language": "ja"})
    assert answer.status_code == 200
    assert answer.headers["content-language"] == "en"
    assert (await http.get(f"{API}/products/x?nope=1")).status_code == 422
