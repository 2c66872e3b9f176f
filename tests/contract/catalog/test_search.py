"""What words find: whatever their case and accents, and with one slip in each."""

import msgspec
import pytest

from ecommerce.adapters.postgres.catalog.reads.products import PgProductQueries
from ecommerce.adapters.postgres.catalog.reads.suggestions import PgSuggestions
from ecommerce.adapters.postgres.database import Database
from ecommerce.application.catalog.products import Ordering, ProductFilters, ProductSearch

pytestmark = pytest.mark.anyio


async def names(products: PgProductQueries, q: str) -> list[str]:
    wanted = ProductSearch(currency="USD", filters=ProductFilters(q=q), ordering=Ordering.RELEVANCE, size=100)
    return [row["name"] for row in msgspec.json.decode((await products.find(wanted)).results)]


@pytest.mark.parametrize("word", ["walnut", "oak", "titanium", "silk"])
async def test_one_slip_is_forgiven(products: PgProductQueries, word: str) -> None:
    right = set(await names(products, word))
    assert any(word in name.lower() for name in right)
    slips = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    slips |= {word[:i] + "x" + word[i:] for i in range(len(word) + 1)}
    slips |= {word[:i] + "x" + word[i + 1 :] for i in range(len(word))}
    if len(word) > 3:
        slips |= {word[:i] + word[i + 1 :] for i in range(len(word))}
    for slip in slips - {word}:
        assert right <= set(await names(products, slip)), slip


async def test_two_slips_are_not(products: PgProductQueries) -> None:
    assert await names(products, "wxlnxt") == []


async def test_case_and_accents_do_not_matter(products: PgProductQueries) -> None:
    for typed in ("CAFE creme", "café crème", "Cafe CRÈME"):
        found = await names(products, typed)
        assert found
        assert all("Café Crème" in name for name in found)


async def test_other_alphabets_are_found(products: PgProductQueries, database: Database) -> None:
    rows = await database.fetch(
        "SELECT name FROM product WHERE status = 'active'"
        " AND name LIKE ANY (ARRAY['%日本製%', '%Жар-птица%'])"
    )
    assert rows
    for row in rows:
        word = row["name"].split()[0]
        assert row["name"] in await names(products, word.swapcase())


async def test_all_words_must_fit(products: PgProductQueries) -> None:
    both = await names(products, "walnut lamp")
    assert set(both) <= set(await names(products, "walnut"))
    assert set(both) <= set(await names(products, "lamps"))


async def test_an_exact_sku_is_first(products: PgProductQueries, database: Database) -> None:
    rows = await database.fetch(
        "SELECT v.sku, p.name FROM variant v JOIN product p ON p.id = v.product_id"
        " WHERE p.status = 'active' ORDER BY v.sku LIMIT 5"
    )
    for row in rows:
        assert (await names(products, f" {row['sku'].lower()} "))[0] == row["name"]


async def test_the_whole_name_is_first_and_names_come_before_texts(
    products: PgProductQueries, database: Database
) -> None:
    rows = await database.fetch(
        "SELECT name FROM product WHERE status = 'active' AND name ~ '^[A-Za-z ]+$' ORDER BY id LIMIT 20"
    )
    for row in rows:
        assert (await names(products, row["name"].upper()))[0] == row["name"]
    found = await names(products, "leather")
    named = ["leather" in name.lower() for name in found]
    assert True in named
    assert named == sorted(named, reverse=True)


async def test_words_of_no_letters_find_nothing(products: PgProductQueries) -> None:
    for typed in ("!!!", "'", "\\", "''|&!():*", "the"):
        assert await names(products, typed) == []


async def test_drafts_are_nowhere(products: PgProductQueries, database: Database) -> None:
    rows = await database.fetch("SELECT id, name, slug FROM product WHERE status <> 'active'")
    assert rows
    ids = tuple(row["id"] for row in rows)
    page = await products.find(ProductSearch(currency="USD", filters=ProductFilters(ids=ids)))
    assert page.count == 0
    for row in rows:
        wanted = ProductSearch(currency="USD", filters=ProductFilters(q=row["name"]), size=100)
        found = msgspec.json.decode((await products.find(wanted)).results)
        assert str(row["id"]) not in {each["id"] for each in found}
        suggested = await PgSuggestions(database).complete(row["name"], "USD", 10)
        assert row["slug"] not in {each.slug for each in suggested}


async def test_suggestions_complete_what_is_typed(database: Database) -> None:
    suggestions = PgSuggestions(database)

    async def kinds(typed: str) -> list[tuple[str, str]]:
        found = await suggestions.complete(typed, "USD", 10)
        assert len(found) <= 10
        return [(each.kind, each.name) for each in found]

    assert ("category", "Headphones") in await kinds("headph")
    assert ("category", "Headphones") in await kinds("haedph")
    assert all("walnut" in name.lower() for _, name in await kinds("waln"))
    assert any("walnut" in name.lower() for _, name in await kinds("wlanu"))
    assert all("oak" in name.lower() for kind, name in await kinds("compact oak") if kind == "product")
    assert await kinds("") == []
    assert await kinds("%_'\\") == []
