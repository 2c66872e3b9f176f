"""A caller's filters as conditions: on a row of the list, and as one `tsquery` on the product's lexemes."""

from dataclasses import dataclass

from ecommerce.adapters.postgres.catalog.reads.parameters import Parameters, either, lexeme
from ecommerce.adapters.postgres.catalog.reads.words import Words
from ecommerce.application.catalog.products import ProductFilters

WHOLE_CATALOGUE = "SELECT s.id FROM listing_scope s WHERE s.currency = {currency} AND s.category_id IS NULL"
ONE_CATEGORY = """
SELECT s.id FROM category c JOIN listing_scope s ON s.category_id = c.id AND s.currency = {currency}
WHERE c.slug = {category}
"""


SCOPE = "(SELECT id FROM scope)"


@dataclass(frozen=True, slots=True)
class Matching:
    """`scope` selects the list: `$1` is its currency. `rows` are conditions on `l` (product_listing), joined
    by AND; `choices` is the tsquery of tags and attributes, `terms` that and the words. Each may be empty.
    `lacking` is the lexeme of products without a price in the currency, for a list without a category.
    """

    scope: str
    lacking: str
    rows: str
    choices: str
    terms: str


def scope_of(parameters: Parameters, currency: str, category: str | None) -> str:
    if category is None:
        return WHOLE_CATALOGUE.format(currency=parameters.add(currency))
    return ONE_CATEGORY.format(currency=parameters.add(currency), category=parameters.add(category))


def lacks(currency: str) -> str:
    """The lexeme of products that have no price in it."""
    return lexeme(f"x:{currency}")


def in_list(parameters: Parameters, lacking: str, terms: str) -> str:
    """A condition on `s`. A category is a lexeme like any other, so that one look into one index does for
    all of it. Everything is one, too, but it stands at nearly every product and costs four times the rest:
    what is looked for instead is the mark of the few products that lack the currency.
    """
    if lacking:
        return f"s.terms @@ ({parameters.add(f'({terms})&!{lacking}')}::text)::tsquery"
    query = f"({parameters.add(terms)}::text)::tsquery"
    return f"s.terms @@ (('''s:' || {SCOPE} || '''')::tsquery && {query})"


def matching(parameters: Parameters, currency: str, filters: ProductFilters, words: Words | None) -> Matching:
    scope = scope_of(parameters, currency, filters.category)
    rows = " AND ".join(row_conditions(parameters, filters))
    choices = "&".join(choice_conditions(filters))
    terms = "&".join(part for part in (words.found if words else "", choices) if part)
    lacking = lacks(currency) if filters.category is None else ""
    return Matching(scope, lacking, rows, choices, terms)


def row_conditions(parameters: Parameters, filters: ProductFilters) -> list[str]:
    conditions = price_conditions(parameters, filters.price_min, filters.price_max)
    if filters.in_stock is not None:
        conditions.append("l.in_stock" if filters.in_stock else "NOT l.in_stock")
    if filters.featured is not None:
        conditions.append("l.featured" if filters.featured else "NOT l.featured")
    if filters.rating_min:
        conditions.append(f"l.rating >= {parameters.add(filters.rating_min)}")
    if filters.ids is not None:
        conditions.append(f"l.product_id = ANY({parameters.add(list(filters.ids))}::uuid[])")
    return conditions


def price_conditions(parameters: Parameters, lowest: int | None, highest: int | None) -> list[str]:
    """One of the variants costs something between the two."""
    conditions = []
    least = most = ""
    if highest is not None:
        most = parameters.add(highest)
        conditions.append(f"l.price_min <= {most}")
    if lowest is not None:
        least = parameters.add(lowest)
        conditions.append(f"l.price_max >= {least}")
    if least and most:
        # The cheapest lies below and the dearest above: a variant in between must be looked for.
        conditions.append(
            f"(l.price_min >= {least} OR l.price_max <= {most}"
            f" OR EXISTS (SELECT FROM unnest(l.prices) AS x WHERE x BETWEEN {least} AND {most}))"
        )
    return conditions


def choice_conditions(filters: ProductFilters) -> list[str]:
    conditions = []
    if filters.tags:
        conditions.append(either([lexeme(f"t:{tag[:200]}") for tag in filters.tags]))
    for name, values in filters.attributes:
        conditions.append(either([lexeme(f"a:{name[:200]}={value[:200]}") for value in values]))
    return conditions
