"""The SQL that tells what a variant is today, as one JSON object."""

# Wants the variant as `v` and the currency as the text expression `{currency}`.
OFFER = """
json_build_object(
  'variant_id', v.id, 'product_id', p.id, 'product_slug', p.slug, 'sku', v.sku, 'name', p.name,
  'options', v.options, 'tracked', v.tracked, 'backorderable', v.backorderable,
  'on_sale', v.active AND p.status = 'active',
  'price', (SELECT amount FROM variant_price WHERE variant_id = v.id AND currency = {currency}),
  'categories', (SELECT path FROM category WHERE id = p.category_id), 'tags', p.tags,
  'tax_class', p.tax_class, 'weight_grams', v.weight_grams,
  'sides_mm', ARRAY[v.length_mm, v.width_mm, v.height_mm],
  'list_prices', COALESCE((
    SELECT json_agg(json_build_object(
      'price_list_id', e.price_list_id, 'min_quantity', e.min_quantity, 'amount', e.amount))
    FROM price_list_entry e WHERE e.variant_id = v.id
  ), '[]'::json),
  'image', (
    SELECT json_build_object('url', i.url, 'alt', i.alt, 'width', i.width, 'height', i.height)
    FROM product_image i
    WHERE i.product_id = p.id AND (i.variant_id = v.id OR i.variant_id IS NULL)
    ORDER BY i.variant_id IS NULL, i.position LIMIT 1
  ),
  'stock', COALESCE((
    SELECT json_agg(json_build_object(
      'variant_id', s.variant_id, 'warehouse_id', s.warehouse_id, 'priority', w.priority,
      'on_hand', s.on_hand, 'reserved', s.reserved, 'backorderable', s.backorderable))
    FROM stock_level s JOIN warehouse w ON w.id = s.warehouse_id WHERE s.variant_id = v.id
  ), '[]'::json)
)
"""
