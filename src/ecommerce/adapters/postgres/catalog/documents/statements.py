"""The statements that make the read model of the products `$1` (ids), in the order they run."""

LOCK = "SELECT FROM product WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"

FORGET = (
    "DELETE FROM product_doc WHERE product_id = ANY($1::uuid[])",
    "DELETE FROM product_page WHERE product_id = ANY($1::uuid[])",
    "DELETE FROM product_search WHERE product_id = ANY($1::uuid[])",
)

# A product may have left any list; the lists are few, and each is asked by its primary key.
FORGET_LISTINGS = """
DELETE FROM product_listing l USING listing_scope s
WHERE l.scope = s.id AND l.product_id = ANY($1::uuid[])
RETURNING l.scope
"""

SCOPES = """
INSERT INTO listing_scope (category_id, currency)
SELECT w.category_id, w.currency
FROM (
  SELECT DISTINCT c.category_id, x.currency
  FROM product p
  JOIN category home ON home.id = p.category_id
  CROSS JOIN LATERAL unnest(home.path || NULL::uuid) AS c (category_id)
  JOIN variant v ON v.product_id = p.id
  JOIN variant_price x ON x.variant_id = v.id
  WHERE p.id = ANY($1::uuid[]) AND p.status = 'active' AND v.active
) w
WHERE NOT EXISTS (
  SELECT FROM listing_scope s
  WHERE s.currency = w.currency AND s.category_id IS NOT DISTINCT FROM w.category_id
)
ORDER BY w.currency, w.category_id NULLS FIRST
ON CONFLICT DO NOTHING
RETURNING currency, category_id
"""

# Stands for the list of everything where categories are joined by equality.
_ALL = "'00000000-0000-0000-0000-000000000000'::uuid"

# A path of our own gets the mark of the shop's origin, after it was made JSON: no text can hold a raw U+0001.
_URL = """
CASE WHEN i.url LIKE '/%' THEN concat('"', chr(1), substr(to_json(i.url)::text, 2))
ELSE to_json(i.url)::text END
"""

_IMAGE = f"""
concat('{{"url":', {_URL}, ',"alt":', to_json(i.alt), ',"width":', i.width, ',"height":', i.height, '}}')
"""


def _money(amount: str, currency: str) -> str:
    return f"""
    CASE WHEN {amount} IS NULL THEN 'null'
    ELSE concat('{{"amount":', {amount}, ',"currency":"', {currency}, '"}}') END
    """


_CANONICAL = """concat('"', chr(1), '/products/', substr(to_json(p.slug)::text, 2))"""

LISTINGS = f"""
WITH image AS MATERIALIZED (
  SELECT i.product_id, i.variant_id, i.position, {_IMAGE} AS text
  FROM product_image i WHERE i.product_id = ANY($1::uuid[])
), shot AS (
  SELECT variant_id, string_agg(text, ',' ORDER BY position) AS text
  FROM image WHERE variant_id IS NOT NULL GROUP BY variant_id
), cover AS (
  SELECT DISTINCT ON (product_id) product_id, text
  FROM image ORDER BY product_id, variant_id IS NOT NULL, position
), sold AS MATERIALIZED (
  SELECT v.id, v.product_id, v.position,
         CASE WHEN NOT v.tracked THEN 'u' WHEN v.backorderable THEN 'b' ELSE 't' END AS kind,
         concat('"id":"', v.id, '","sku":', to_json(v.sku), ',"name":', to_json(v.name),
                ',"options":', v.options, ',"backorderable":', to_json(v.backorderable),
                ',"weight_grams":', COALESCE(v.weight_grams::text, 'null'),
                ',"images":[', shot.text, ']') AS text,
         NOT v.tracked OR v.backorderable OR COALESCE((
           SELECT sum(l.on_hand - l.reserved) FROM stock_level l WHERE l.variant_id = v.id
         ), 0) > 0 AS stocked
  FROM variant v LEFT JOIN shot ON shot.variant_id = v.id
  WHERE v.product_id = ANY($1::uuid[]) AND v.active
), offered AS MATERIALIZED (
  SELECT s.product_id, x.currency, min(x.amount) AS price_min, max(x.amount) AS price_max,
         array_agg(DISTINCT x.amount) AS prices, bool_or(s.stocked) AS in_stock,
         string_agg(concat('{{', chr(2), '"price":', {_money("x.amount", "x.currency")},
                           ',"compare_at_price":', {_money("x.compare_at", "x.currency")},
                           ',', s.text, '}}'), ',' ORDER BY s.position, s.id) AS variants,
         array_agg(s.id ORDER BY s.position, s.id) AS variant_ids,
         string_agg(s.kind, '' ORDER BY s.position, s.id) AS stock_kinds,
         (array_agg(x.compare_at ORDER BY x.amount, s.position))[1] AS compare_at,
         (array_agg(x.lowest_30d ORDER BY x.amount, s.position))[1] AS lowest_30d
  FROM sold s JOIN variant_price x ON x.variant_id = s.id
  GROUP BY s.product_id, x.currency
), shown AS MATERIALIZED (
  SELECT p.id, c.path, left(catalogue_fold(p.name), 200) AS name_key, p.featured, p.popularity, p.created_at,
         COALESCE((p.rating_average * 100)::smallint, 0::smallint) AS rating,
         COALESCE((p.rating_average * 100)::smallint, 32767::smallint) AS rating_up,
         concat('"id":"', p.id, '","slug":', to_json(p.slug), ',"name":', to_json(p.name),
                ',"rating":{{"average":', COALESCE(p.rating_average::text, 'null'),
                ',"count":', p.rating_count, '}},"image":', COALESCE(cover.text, 'null'),
                ',"category":{{"slug":', to_json(c.slug), ',"name":', to_json(c.name),
                '}},"tags":', to_json(p.tags)) AS text
  FROM product p
  JOIN category c ON c.id = p.category_id
  LEFT JOIN cover ON cover.product_id = p.id
  WHERE p.id = ANY($1::uuid[]) AND p.status = 'active'
), documents AS (
  INSERT INTO product_doc (product_id, currency, card, variants, variant_ids, stock_kinds)
  SELECT s.id, o.currency,
         concat(s.text, ',"currency":"', o.currency,
                '","price_min":', {_money("o.price_min", "o.currency")},
                ',"price_max":', {_money("o.price_max", "o.currency")},
                ',"compare_at_price":', {_money("o.compare_at", "o.currency")},
                ',"lowest_price_30d":', {_money("o.lowest_30d", "o.currency")}),
         o.variants, o.variant_ids, o.stock_kinds
  FROM shown s JOIN offered o ON o.product_id = s.id
)
INSERT INTO product_listing (scope, product_id, price_min, price_max, prices, created_at, popularity, rating,
                             rating_up, in_stock, featured, name_key)
SELECT l.id, s.id, o.price_min, o.price_max,
       CASE WHEN cardinality(o.prices) > 2 THEN o.prices END,
       s.created_at, s.popularity, s.rating, s.rating_up, o.in_stock, s.featured, s.name_key
FROM shown s
CROSS JOIN unnest(s.path || {_ALL}) AS c (id)
JOIN offered o ON o.product_id = s.id
JOIN listing_scope l ON l.currency = o.currency AND COALESCE(l.category_id, {_ALL}) = c.id
ORDER BY l.id, s.id
"""

PAGES = f"""
INSERT INTO product_page (product_id, slug, images, rest)
SELECT p.id, p.slug, COALESCE(i.text, ''), concat(
  '"description":', to_json(p.description), ',"attributes":', p.attributes, ',"options":', p.options,
  ',"breadcrumbs":', b.text,
  ',"created_at":', to_json(to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
  ',"updated_at":', to_json(to_char(p.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
  ',"seo":{{"title":', to_json(COALESCE(p.seo_title, p.name)),
  ',"description":', to_json(COALESCE(p.seo_description, left(p.description, 160))),
  ',"canonical":', {_CANONICAL},
  ',"json_ld":{{"@context":"https://schema.org","@type":"Product","name":', to_json(p.name),
  ',"description":', to_json(p.description), ',"url":', {_CANONICAL},
  ',"image":[', i.urls, '],"category":', to_json(b.trail),
  CASE WHEN p.rating_count > 0 THEN concat(
    ',"aggregateRating":{{"@type":"AggregateRating","ratingValue":', p.rating_average,
    ',"reviewCount":', p.rating_count, '}}') END,
  ',"offers":')
FROM product p
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_object('slug', c.slug, 'name', c.name) ORDER BY step.depth)::text AS text,
         string_agg(c.name, ' > ' ORDER BY step.depth) AS trail
  FROM category home
  CROSS JOIN LATERAL unnest(home.path) WITH ORDINALITY AS step (id, depth)
  JOIN category c ON c.id = step.id
  WHERE home.id = p.category_id
) b
LEFT JOIN LATERAL (
  SELECT string_agg({_IMAGE}, ',' ORDER BY i.position) AS text,
         string_agg({_URL}, ',' ORDER BY i.position) AS urls
  FROM product_image i WHERE i.product_id = p.id
) i ON true
WHERE p.id = ANY($1::uuid[]) AND p.status = 'active'
  AND EXISTS (SELECT FROM product_doc d WHERE d.product_id = p.id)
"""

# A tag is a value without a name; an attribute that is an array has several.
_VALUES = """
SELECT p.id AS product_id, '' AS name, left(tag, 200) AS value
FROM product p CROSS JOIN unnest(p.tags) AS tag
WHERE p.id = ANY($1::uuid[]) AND p.status = 'active'
UNION
SELECT p.id, left(each.key, 200), left(one.value, 200)
FROM product p CROSS JOIN jsonb_each(p.attributes) AS each
CROSS JOIN LATERAL jsonb_array_elements_text(
  CASE WHEN jsonb_typeof(each.value) = 'array' THEN each.value ELSE jsonb_build_array(each.value) END
) AS one (value)
WHERE p.id = ANY($1::uuid[]) AND p.status = 'active'
"""

FACETS = f"""
INSERT INTO facet (name, value)
SELECT DISTINCT v.name, v.value FROM ({_VALUES}) v
WHERE NOT EXISTS (SELECT FROM facet f WHERE f.name = v.name AND f.value = v.value)
  AND EXISTS (SELECT FROM product_doc d WHERE d.product_id = v.product_id)
ORDER BY v.name, v.value
ON CONFLICT DO NOTHING
"""

ENTERED = f"""
SELECT DISTINCT l.id AS scope
FROM product p
JOIN category home ON home.id = p.category_id
CROSS JOIN unnest(home.path || {_ALL}) AS c (id)
JOIN product_doc d ON d.product_id = p.id
JOIN listing_scope l ON l.currency = d.currency AND COALESCE(l.category_id, {_ALL}) = c.id
WHERE p.id = ANY($1::uuid[])
"""

# `p:` is the number of digits of the popularity (up to 4): a tier holds about ten times what the one above
# it holds. A word too short to be mistyped by a hair, or with a digit in it, is no term.
SEARCH = f"""
WITH shown AS MATERIALIZED (
  SELECT p.id, p.category_id, p.popularity, c.path, left(catalogue_fold(p.name), 200) AS name_key,
         catalogue_words(p.name) AS name,
         catalogue_words(concat_ws(' ', p.description, array_to_string(p.tags, ' '), above.names,
                                   given.text, chosen.text)) AS text,
         chosen.skus
  FROM product p
  JOIN category c ON c.id = p.category_id
  LEFT JOIN LATERAL (
    SELECT string_agg(a.name, ' ') AS names FROM category a WHERE a.id = ANY (c.path)
  ) above ON true
  LEFT JOIN LATERAL (
    SELECT string_agg(each.value, ' ') AS text FROM jsonb_each_text(p.attributes) each
  ) given ON true
  JOIN LATERAL (
    SELECT string_agg(concat_ws(' ', v.sku, v.name), ' ') AS text, array_agg('k:' || lower(v.sku)) AS skus
    FROM variant v WHERE v.product_id = p.id AND v.active
  ) chosen ON true
  WHERE p.id = ANY($1::uuid[]) AND p.status = 'active'
    AND EXISTS (SELECT FROM product_doc d WHERE d.product_id = p.id)
), known AS (
  SELECT v.product_id, array_agg(f.id) AS facets,
         array_agg(CASE v.name WHEN '' THEN 't:' ELSE 'a:' || v.name || '=' END || v.value) AS terms
  FROM ({_VALUES}) v JOIN facet f ON f.name = v.name AND f.value = v.value
  GROUP BY v.product_id
), listed AS (
  SELECT s.id AS product_id, array_agg('s:' || l.id) AS terms
  FROM shown s
  CROSS JOIN unnest(s.path || {_ALL}) AS c (id)
  JOIN product_doc d ON d.product_id = s.id
  JOIN listing_scope l ON l.currency = d.currency AND COALESCE(l.category_id, {_ALL}) = c.id
  GROUP BY s.id
), word AS (
  SELECT DISTINCT unnest(tsvector_to_array(to_tsvector('simple', s.name || ' ' || s.text))) AS word
  FROM shown s
), terms AS (
  INSERT INTO search_term (word, lexeme, variants)
  SELECT w.word, COALESCE((tsvector_to_array(to_tsvector('english', w.word)))[1], w.word),
         w.word || ARRAY(
           SELECT overlay(w.word PLACING '' FROM i FOR 1) FROM generate_series(1, length(w.word)) AS i
         )
  FROM word w
  WHERE length(w.word) BETWEEN 3 AND 40 AND w.word !~ '[0-9]'
    AND NOT EXISTS (SELECT FROM search_term t WHERE t.word = w.word)
  ORDER BY w.word
  ON CONFLICT DO NOTHING
)
INSERT INTO product_search (product_id, category_id, popularity, terms, facets)
SELECT s.id, s.category_id, s.popularity,
       array_to_tsvector(
         tsvector_to_array(to_tsvector('english', s.name || ' ' || s.text))
         || ARRAY(SELECT 'n:' || word FROM unnest(tsvector_to_array(to_tsvector('english', s.name))) AS word
                  WHERE length(word) <= 200)
         || s.skus || COALESCE(k.terms, '{{}}') || COALESCE(l.terms, '{{}}')
         || ARRAY(SELECT 'x:' || a.currency FROM listing_scope a WHERE a.category_id IS NULL AND NOT EXISTS (
              SELECT FROM product_doc d WHERE d.product_id = s.id AND d.currency = a.currency))
         || ('e:' || s.name_key) || ('p:' || least(length(greatest(s.popularity, 0)::text), 4))
       ),
       COALESCE(k.facets, '{{}}')
FROM shown s
LEFT JOIN known k ON k.product_id = s.id
LEFT JOIN listed l ON l.product_id = s.id
"""

WRITE = (LISTINGS, PAGES, FACETS, SEARCH)

# When the first price in a new currency comes, all other products lack it.
LACK = """
UPDATE product_search s SET terms = array_to_tsvector(tsvector_to_array(s.terms) || ('x:' || $1::text))
WHERE NOT s.terms @@ quote_literal('x:' || $1::text)::tsquery
  AND NOT EXISTS (SELECT FROM product_doc d WHERE d.product_id = s.product_id AND d.currency = $1)
"""

# How often a word stands in names: it ranks what is suggested, and may lag behind.
NAMES = """
UPDATE search_term t SET names = n.products
FROM (
  SELECT word, count(*) AS products
  FROM product p
  CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('simple', catalogue_words(p.name)))) AS word
  WHERE p.status = 'active' AND EXISTS (SELECT FROM product_page g WHERE g.product_id = p.id)
  GROUP BY word
) n
WHERE t.word = n.word AND t.names <> n.products
"""

COUNTS = """
UPDATE listing_scope s SET product_count = n.products
FROM (
  SELECT id, (SELECT count(*) FROM product_listing l WHERE l.scope = listing_scope.id) AS products
  FROM listing_scope WHERE id = ANY($1::int[])
) n
WHERE s.id = n.id AND s.product_count <> n.products
"""

# What stands in the lists against what should: a product is listed in a currency with its lowest price.
WRONG = """
SELECT count(*)
FROM (
  SELECT v.product_id, x.currency, min(x.amount) AS price_min, max(x.amount) AS price_max
  FROM product p
  JOIN variant v ON v.product_id = p.id
  JOIN variant_price x ON x.variant_id = v.id
  WHERE p.status = 'active' AND v.active
  GROUP BY v.product_id, x.currency
) wanted
FULL JOIN (
  SELECT l.product_id, s.currency, l.price_min, l.price_max, l.in_stock, k.in_stock AS stocked
  FROM product_listing l
  JOIN listing_scope s ON s.id = l.scope
  LEFT JOIN catalogue_in_stock(ARRAY(SELECT id FROM product)) k
    ON k.product_id = l.product_id AND k.currency = s.currency
  WHERE s.category_id IS NULL
) listed USING (product_id, currency)
WHERE (wanted.price_min, wanted.price_max) IS DISTINCT FROM (listed.price_min, listed.price_max)
   OR listed.in_stock IS DISTINCT FROM listed.stocked
"""
