"""The catalogue, for anybody: categories, products, search."""

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath

from ecommerce.application.catalog.products import (
    CategoryQueries,
    Edge,
    Moved,
    ProductPage,
    ProductQueries,
    Suggestions,
)
from ecommerce.domain.shared.kernel import InvalidValue, NotFound
from ecommerce.entrypoints.http.binding import AnyRequest
from ecommerce.entrypoints.http.catalog_views import (
    CategoryTreeView,
    CategoryView,
    ProductDetailView,
    ProductListView,
    SuggestionsView,
)
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.operation import PUBLIC
from ecommerce.entrypoints.http.pages import Links
from ecommerce.entrypoints.http.product_query import (
    ProductQuery,
    StoreQuery,
    SuggestQuery,
    currency_of,
    cursor_of,
    search_of,
)
from ecommerce.entrypoints.http.public_answer import public
from ecommerce.entrypoints.http.query import pairs
from ecommerce.entrypoints.http.replies import RawReply
from ecommerce.entrypoints.http.routing import Query, get

MOST_RELATED = 12
MOST_SUGGESTED = 10
_json = msgspec.json.encode


class CategoryController(Controller):
    path = "/categories"
    tags = ("Catalogue",)

    @get("/", policy=PUBLIC, cacheable=True, raises=(InvalidValue,))
    async def tree(
        self,
        query: Query[StoreQuery],
        request: AnyRequest,
        categories: FromDishka[CategoryQueries],
        config: FromDishka[HttpConfig],
    ) -> CategoryTreeView | RawReply:
        """Show the whole tree of categories."""
        tree = await categories.tree(currency_of(query, config))
        return public(request, b'{"results":%s}' % tree)

    @get("/{slug:str}", policy=PUBLIC, cacheable=True, raises=(InvalidValue, NotFound))
    async def show(
        self,
        slug: FromPath[str],
        query: Query[StoreQuery],
        request: AnyRequest,
        categories: FromDishka[CategoryQueries],
        config: FromDishka[HttpConfig],
    ) -> CategoryView | RawReply:
        """Show one category with what is above and below it."""
        return public(request, await categories.show(slug, currency_of(query, config)))


class ProductController(Controller):
    path = "/products"
    tags = ("Catalogue",)

    @get("/", policy=PUBLIC, cacheable=True, raises=(InvalidValue,))
    async def find(
        self,
        query: Query[ProductQuery],
        request: AnyRequest,
        products: FromDishka[ProductQueries],
        config: FromDishka[HttpConfig],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> ProductListView | RawReply:
        """List, filter and search products."""
        search, fingerprint = search_of(query, config, cursors)
        page = await products.find(search)
        given = pairs(request.scope["query_string"])

        def link(edge: Edge | None) -> str | None:
            return links.page("/api/v1/products", given, cursor_of(edge, cursors, fingerprint))

        return public(request, _envelope(page, link(page.following), link(page.preceding)))

    @get(
        "/{slug:str}",
        policy=PUBLIC,
        cacheable=True,
        also={308: "Permanent Redirect: the product has another slug now"},
        raises=(InvalidValue, NotFound),
    )
    async def show(
        self,
        slug: FromPath[str],
        query: Query[StoreQuery],
        request: AnyRequest,
        products: FromDishka[ProductQueries],
        config: FromDishka[HttpConfig],
    ) -> ProductDetailView | RawReply:
        """Show one product. A slug that it had before leads to the one it has now (308)."""
        shown = await products.show(slug, currency_of(query, config))
        if isinstance(shown, Moved):
            return _moved(request, shown.slug)
        return public(request, shown)

    @get("/{slug:str}/related", policy=PUBLIC, cacheable=True, raises=(InvalidValue, NotFound))
    async def related(
        self,
        slug: FromPath[str],
        query: Query[StoreQuery],
        request: AnyRequest,
        products: FromDishka[ProductQueries],
        config: FromDishka[HttpConfig],
    ) -> ProductListView | RawReply:
        """List what is bought together with a product, then others of its category; at most 12."""
        rows = await products.related(slug, currency_of(query, config), MOST_RELATED)
        page = ProductPage(
            results=f"[{','.join(rows)}]",
            count=len(rows),
            more_than_counted=False,
            following=None,
            preceding=None,
        )
        return public(request, _envelope(page, None, None))


class SearchController(Controller):
    path = "/search"
    tags = ("Catalogue",)

    @get("/suggest", policy=PUBLIC, rate_limit="search", cacheable=True, raises=(InvalidValue,))
    async def suggest(
        self,
        query: Query[SuggestQuery],
        request: AnyRequest,
        suggestions: FromDishka[Suggestions],
        config: FromDishka[HttpConfig],
    ) -> SuggestionsView | RawReply:
        """Complete what is being typed, forgiving a slip; at most 10."""
        found = await suggestions.complete(query.q, currency_of(query, config), MOST_SUGGESTED)
        return public(request, _json({"results": found}))


def _envelope(page: ProductPage, following: str | None, preceding: str | None) -> bytes:
    more = ',"count_is_minimum":true' if page.more_than_counted else ""
    facets = "" if page.facets is None else f',"facets":{page.facets}'
    head = f'{{"count":{page.count}{more},"next":{_quoted(following)},"previous":{_quoted(preceding)}'
    return f'{head},"results":{page.results}{facets}}}'.encode()


def _quoted(url: str | None) -> str:
    return _json(url).decode()


def _moved(request: AnyRequest, slug: str) -> RawReply:
    query = request.scope["query_string"].decode("latin-1")
    location = f"/api/v1/products/{slug}{'?' if query else ''}{query}"
    return RawReply(308, b"", {"Location": location, "Cache-Control": "public, max-age=60"})
