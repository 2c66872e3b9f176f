"""What makes the products `$1` (ids) findable: their facets, lexemes and terms."""

from ecommerce.adapters.postgres.catalog.documents.pages import EVERYTHING

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
CROSS JOIN unnest(home.path || {EVERYTHING}) AS c (id)
JOIN product_doc d ON d.product_id = p.id
JOIN listing_scope l ON l.currency = d.currency AND COALESCE(l.category_id, {EVERYTHING}) = c.id
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
  CROSS JOIN unnest(s.path || {EVERYTHING}) AS c (id)
  JOIN product_doc d ON d.product_id = s.id
  JOIN listing_scope l ON l.currency = d.currency AND COALESCE(l.category_id, {EVERYTHING}) = c.id
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
