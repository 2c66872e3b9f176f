"""What is kept and checked over all products: counts, terms, marks."""

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
