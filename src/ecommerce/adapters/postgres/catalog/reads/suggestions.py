"""Completes what is being typed: categories and products whose names go on like it."""

from collections.abc import Sequence

from ecommerce.adapters.postgres.catalog.reads.page import TIERS
from ecommerce.adapters.postgres.catalog.reads.parameters import either, lexeme
from ecommerce.adapters.postgres.catalog.reads.words import WordResolver, one_slip_apart
from ecommerce.adapters.postgres.database import Database
from ecommerce.application.catalog.products import Suggestion

_MOST_ENDINGS = 12
_MOST_GUESSES = 3_000
FOLDED = "SELECT btrim(catalogue_words($1)) AS text"
ENDINGS = """
SELECT lexeme FROM search_term WHERE word LIKE $1 || '%' AND names > 0
ORDER BY word = $1 DESC, names DESC, word LIMIT $2
"""
# The slip is not at both of the first two letters: words that begin with neither are not looked at.
GUESSES = """
SELECT word, lexeme FROM search_term
WHERE (word LIKE left($1, 1) || '%' OR word LIKE substr($1, 2, 1) || '%') AND names > 0
  AND length(word) >= length($1) - 1
ORDER BY names DESC, word LIMIT $2
"""
CATEGORIES = """
SELECT c.slug, c.name, catalogue_words(c.name) AS folded
FROM category c JOIN listing_scope s ON s.category_id = c.id AND s.currency = $1
WHERE s.product_count > 0
ORDER BY s.product_count DESC, c.slug
"""
PRODUCTS = """
SELECT p.slug, p.name
FROM product_search s
JOIN product p ON p.id = s.product_id
JOIN product_doc d ON d.product_id = s.product_id AND d.currency = $1
WHERE s.terms @@ ($2::text)::tsquery AND p.status = 'active'
ORDER BY s.popularity DESC, s.product_id LIMIT $3
"""
_CATEGORIES_SHOWN = 3


class PgSuggestions:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._words = WordResolver(database)

    async def complete(self, text: str, currency: str, most: int) -> Sequence[Suggestion]:
        row = await self._database.fetch_row(FOLDED, text)
        typed = row["text"].split() if row else []
        if not typed:
            return []
        found = await self._categories(" ".join(typed), currency)
        endings = await self._endings(typed[-1])
        if endings:
            names = either([lexeme(f"n:{ending}") for ending in endings])
            if len(typed) > 1:
                words = await self._words.resolve(" ".join(typed[:-1]))
                names = f"{words.in_name}&{names}"
            found += await self._products(names, currency, most - len(found))
        return found

    async def _endings(self, typed: str) -> list[str]:
        rows = await self._database.fetch(ENDINGS, typed, _MOST_ENDINGS)
        if rows or len(typed) < 3:
            return [row["lexeme"] for row in rows]
        guesses = await self._database.fetch(GUESSES, typed, _MOST_GUESSES)
        return [row["lexeme"] for row in guesses if begins_like(typed, row["word"])][:_MOST_ENDINGS]

    async def _categories(self, typed: str, currency: str) -> list[Suggestion]:
        rows = await self._database.fetch(CATEGORIES, currency)
        fits = [row for row in rows if row["folded"].startswith(typed)]
        if not fits and len(typed) >= 3:
            fits = [row for row in rows if begins_like(typed, row["folded"])]
        return [Suggestion("category", row["slug"], row["name"]) for row in fits[:_CATEGORIES_SHOWN]]

    async def _products(self, names: str, currency: str, most: int) -> list[Suggestion]:
        """The most popular tiers first: a common beginning fits half of the catalogue."""
        found: list[Suggestion] = []
        for tier in TIERS:
            query = f"{names}&'p:{tier}'"
            rows = await self._database.fetch(PRODUCTS, currency, query, most - len(found))
            found += [Suggestion("product", row["slug"], row["name"]) for row in rows]
            if len(found) >= most:
                break
        return found


def begins_like(typed: str, word: str) -> bool:
    """Whether the word goes on like what was typed, but for one slip."""
    length = len(typed)
    return any(one_slip_apart(typed, word[:end]) for end in (length - 1, length, length + 1))
