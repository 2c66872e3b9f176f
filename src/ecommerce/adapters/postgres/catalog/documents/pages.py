"""What makes the lists, documents and pages of the products `$1` (ids), in the order it runs."""

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
EVERYTHING = "'00000000-0000-0000-0000-000000000000'::uuid"

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
CROSS JOIN unnest(s.path || {EVERYTHING}) AS c (id)
JOIN offered o ON o.product_id = s.id
JOIN listing_scope l ON l.currency = o.currency AND COALESCE(l.category_id, {EVERYTHING}) = c.id
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
