"""The statement of a page: which products, in which order. Three shapes, chosen by how many there are.

- walked: along the index of the order, row by row, until the page is full: for many matches
- gathered: all matches first, then sorted: for few
- tiered: along relevance, which has no index; the most popular products are looked through first, then the
  next tenfold, until the page is full
"""

from ecommerce.adapters.postgres.catalog.reads.matching import SCOPE, Matching, in_list
from ecommerce.adapters.postgres.catalog.reads.ordering import ORDERS
from ecommerce.adapters.postgres.catalog.reads.parameters import Parameters
from ecommerce.adapters.postgres.catalog.reads.words import Words
from ecommerce.application.catalog.products import COUNTED, Edge, ProductSearch

# Digits of the popularity, the most popular first: each tier holds about ten times what those before hold.
TIERS = (4, 3, 2, 1)
EXACT, IN_NAME, ANYWHERE = 3, 2, 1


def _where(*groups: list[str]) -> str:
    conditions = [condition for group in groups for condition in group if condition]
    return "WHERE " + " AND ".join(conditions) if conditions else ""


def walked(parameters: Parameters, wanted: ProductSearch, match: Matching) -> str:
    order, edge = ORDERS[wanted.ordering], wanted.edge
    searched = ""
    if match.terms:
        terms = f"({parameters.add(match.terms)}::text)::tsquery"
        searched = f"JOIN product_search s ON s.product_id = l.product_id AND s.terms @@ {terms}"
    return f"""
    SELECT {order.shown} AS k1, 0 AS k2, l.product_id, l.in_stock
    FROM product_listing l {searched}
    {_where([f"l.scope = {SCOPE}", match.rows], order.beyond(parameters, edge))}
    {order.clause(_backwards(edge))} {_limit(parameters, wanted)}
    """


def gathered(parameters: Parameters, wanted: ProductSearch, match: Matching) -> str:
    order, edge = ORDERS[wanted.ordering], wanted.edge
    return f"""
    SELECT {order.shown} AS k1, 0 AS k2, l.product_id, l.in_stock
    FROM ({_matches(parameters, match)}) l
    {_where(order.beyond(parameters, edge))}
    {order.clause(_backwards(edge))} {_limit(parameters, wanted)}
    """


def _matches(parameters: Parameters, match: Matching) -> str:
    """OFFSET 0 keeps the planner from walking an index along the order after all."""
    if not match.terms:
        return f"""
        SELECT l.* FROM product_listing l {_where([f"l.scope = {SCOPE}", match.rows])} OFFSET 0
        """
    found = in_list(parameters, match.lacking, match.terms)
    return f"""
    SELECT l.*, s.terms
    FROM (SELECT s.product_id, s.terms FROM product_search s WHERE {found} OFFSET 0) s
    CROSS JOIN LATERAL {_listed("s", match.rows, "l.*")}
    OFFSET 0
    """


def _and(conditions: str) -> str:
    return f"AND {conditions}" if conditions else ""


def by_relevance(parameters: Parameters, wanted: ProductSearch, match: Matching, words: Words) -> str:
    """For few matches: each is looked at."""
    exact, names = (f"({parameters.add(terms)}::text)::tsquery" for terms in (words.exact, words.in_name))
    way, sign = ("ASC", ">") if _backwards(wanted.edge) else ("DESC", "<")
    beyond = []
    if wanted.edge and wanted.edge.id:
        keys = ", ".join(f"{parameters.add(key)}::int" for key in wanted.edge.keys)
        beyond = [f"(l.k1, l.k2, l.product_id) {sign} ({keys}, {parameters.add(wanted.edge.id)}::uuid)"]
    return f"""
    SELECT l.k1, l.k2, l.product_id, l.in_stock
    FROM (
      SELECT CASE WHEN m.terms @@ {exact} THEN {EXACT} WHEN m.terms @@ {names} THEN {IN_NAME}
             ELSE {ANYWHERE} END AS k1, m.popularity AS k2, m.product_id, m.in_stock
      FROM ({_matches(parameters, match)}) m
    ) l
    {_where(beyond)}
    ORDER BY l.k1 {way}, l.k2 {way}, l.product_id {way} {_limit(parameters, wanted)}
    """


def tiered(parameters: Parameters, wanted: ProductSearch, match: Matching, words: Words) -> str:
    """Arms of a UNION ALL run one after the other, and the later ones not at all once the page is full."""
    edge = wanted.edge if wanted.edge and wanted.edge.id else None
    backwards = _backwards(wanted.edge)
    way, sign = ("ASC", ">") if backwards else ("DESC", "<")
    arms = []
    for rank, tier, terms in _arms(words, edge, backwards):
        lexemes = "&".join(part for part in (terms, tier, match.choices) if part)
        beyond = []
        if edge and edge.keys[0] == rank:
            keys = f"{parameters.add(edge.keys[1])}::int, {parameters.add(edge.id)}::uuid"
            beyond = [f"(s.popularity, s.product_id) {sign} ({keys})"]
        arms.append(f"""(
        SELECT {rank} AS k1, s.popularity AS k2, s.product_id
        FROM product_search s {f"CROSS JOIN LATERAL {_listed('s', match.rows)}" if match.rows else ""}
        {_where([in_list(parameters, match.lacking, lexemes)], beyond)}
        ORDER BY s.popularity {way}, s.product_id {way} LIMIT {wanted.offset + wanted.size + 1}
        )""")
    return f"""
    SELECT found.*, l.in_stock
    FROM (SELECT * FROM ({" UNION ALL ".join(arms)}) arms {_limit(parameters, wanted)}) found
    CROSS JOIN LATERAL {_listed("found")}
    """


def _listed(of: str, conditions: str = "", columns: str = "l.in_stock") -> str:
    """The row of the list for one product. OFFSET 0 keeps it a look at the primary key for each, where the
    planner, which can't know how few there are, would rather read the whole list and hash it.
    """
    return f"""(
    SELECT {columns} FROM product_listing l
    WHERE l.scope = {SCOPE} AND l.product_id = {of}.product_id {_and(conditions)} OFFSET 0
    ) l"""


def _arms(words: Words, edge: Edge | None, backwards: bool) -> list[tuple[int, str, str]]:
    """Rank, tier and terms of each arm, in the order they are walked, from the edge on."""
    ranked = (
        (IN_NAME, f"({words.in_name})&!{words.exact}"),
        (ANYWHERE, f"({words.anywhere})&!({words.in_name})&!{words.exact}"),
    )
    arms = [(EXACT, 99, "", words.exact)]
    for rank, terms in ranked:
        arms += [(rank, tier, f"'p:{tier}'", terms) for tier in TIERS]
    if backwards:
        arms.reverse()
    if edge is not None:
        here = (int(edge.keys[0]), _tier_of(int(edge.keys[1])) if edge.keys[0] != EXACT else 99)
        arms = [arm for arm in arms if ((arm[0], arm[1]) >= here if backwards else (arm[0], arm[1]) <= here)]
    return [(rank, tier, terms) for rank, _, tier, terms in arms]


def _tier_of(popularity: int) -> int:
    return min(len(str(max(popularity, 0))), TIERS[0])


def _backwards(edge: Edge | None) -> bool:
    return edge is not None and edge.backwards


def _limit(parameters: Parameters, wanted: ProductSearch) -> str:
    """One more than is shown: it tells whether there is more. The number stands in the text: a plan made
    for any number expects a tenth of all rows.
    """
    skip = f" OFFSET {parameters.add(wanted.offset)}" if wanted.offset else ""
    return f"LIMIT {wanted.size + 1}{skip}"


def counted(parameters: Parameters, match: Matching) -> str:
    """Up to one more than is counted exactly."""
    if not match.terms:
        rows = f"SELECT FROM product_listing l {_where([f'l.scope = {SCOPE}', match.rows])}"
    elif not match.rows:
        rows = f"SELECT FROM product_search s WHERE {in_list(parameters, match.lacking, match.terms)}"
    else:
        rows = f"""
        SELECT FROM product_search s
        JOIN product_listing l ON l.scope = {SCOPE} AND l.product_id = s.product_id AND {match.rows}
        WHERE {in_list(parameters, match.lacking, match.terms)}
        """
    return f"SELECT count(*) FROM ({rows} LIMIT {COUNTED + 1}) counted"
