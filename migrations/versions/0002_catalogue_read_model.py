"""The catalogue as it is read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# Cases and accents fold alike in what is indexed and in what is asked.
FOLD = """
CREATE FUNCTION catalogue_fold(text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN lower(unaccent(normalize($1, NFKC)))
"""

# A text as runs of letters and digits, so that the parser of the full text search has nothing to guess.
WORDS = """
CREATE FUNCTION catalogue_words(text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN regexp_replace(catalogue_fold($1), '[^[:alnum:]]+', ' ', 'g')
"""

IN_STOCK = """
CREATE FUNCTION catalogue_in_stock(products uuid[])
RETURNS TABLE (product_id uuid, currency text, in_stock boolean) LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT v.product_id, x.currency,
         bool_or(NOT v.tracked OR v.backorderable OR COALESCE(s.available, 0) > 0)
  FROM variant v
  JOIN variant_price x ON x.variant_id = v.id
  LEFT JOIN LATERAL (
    SELECT sum(l.on_hand - l.reserved) AS available FROM stock_level l WHERE l.variant_id = v.id
  ) s ON true
  WHERE v.product_id = ANY (products) AND v.active
  GROUP BY v.product_id, x.currency;
END
"""

# The lists know at once when the last unit goes or the first one comes. The product's row is locked before
# the stock is summed: two buyers who empty two warehouses at once would each still see the other's.
REFRESH = """
CREATE FUNCTION catalogue_stock_turned() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  turned uuid;
BEGIN
  SELECT v.product_id INTO turned FROM variant v
  WHERE v.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.variant_id ELSE NEW.variant_id END;
  PERFORM 1 FROM product p WHERE p.id = turned FOR NO KEY UPDATE;
  UPDATE product_listing l SET in_stock = f.in_stock
  FROM product p
  JOIN category c ON c.id = p.category_id
  JOIN listing_scope s ON s.category_id = ANY (c.path) OR s.category_id IS NULL
  JOIN catalogue_in_stock(ARRAY[turned]) f ON f.currency = s.currency
  WHERE p.id = turned AND l.scope = s.id AND l.product_id = p.id AND l.in_stock <> f.in_stock;
  RETURN NULL;
END
$$
"""

TRIGGERS = (
    """
    CREATE TRIGGER stock_turned AFTER UPDATE ON stock_level FOR EACH ROW
    WHEN ((OLD.on_hand > OLD.reserved) <> (NEW.on_hand > NEW.reserved))
    EXECUTE FUNCTION catalogue_stock_turned()
    """,
    """
    CREATE TRIGGER stock_arrived AFTER INSERT ON stock_level FOR EACH ROW
    WHEN (NEW.on_hand > NEW.reserved) EXECUTE FUNCTION catalogue_stock_turned()
    """,
    """
    CREATE TRIGGER stock_removed AFTER DELETE ON stock_level FOR EACH ROW
    WHEN (OLD.on_hand > OLD.reserved) EXECUTE FUNCTION catalogue_stock_turned()
    """,
)

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "bought_together",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "other_id", name=op.f("pk_bought_together")),
    )
    op.create_index("ix_bought_together_times", "bought_together", ["product_id", "times"], unique=False)
    op.create_table(
        "facet",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facet")),
    )
    op.create_index("uq_facet", "facet", ["name", "value"], unique=True)
    op.create_table(
        "product_doc",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("variants", sa.Text(), nullable=False),
        sa.Column("variant_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("stock_kinds", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "currency", name=op.f("pk_product_doc")),
    )
    op.create_table(
        "product_listing",
        sa.Column("scope", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("price_min", sa.BigInteger(), nullable=False),
        sa.Column("price_max", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("popularity", sa.Integer(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("rating_up", sa.SmallInteger(), nullable=False),
        sa.Column("in_stock", sa.Boolean(), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("prices", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.PrimaryKeyConstraint("scope", "product_id", name=op.f("pk_product_listing")),
    )
    op.create_index(
        "ix_product_listing_created_at",
        "product_listing",
        ["scope", "created_at", "product_id"],
        unique=False,
        postgresql_include=["price_min", "price_max", "rating", "in_stock", "featured"],
    )
    op.create_index(
        "ix_product_listing_name",
        "product_listing",
        ["scope", "name_key", "product_id"],
        unique=False,
        postgresql_include=["price_min", "price_max", "rating", "in_stock", "featured"],
    )
    op.create_index(
        "ix_product_listing_popularity",
        "product_listing",
        ["scope", "popularity", "product_id"],
        unique=False,
        postgresql_include=["price_min", "price_max", "rating", "in_stock", "featured"],
    )
    op.create_index(
        "ix_product_listing_price",
        "product_listing",
        ["scope", "price_min", "product_id"],
        unique=False,
        postgresql_include=["price_max", "rating", "in_stock", "featured"],
    )
    op.create_index(
        "ix_product_listing_rating",
        "product_listing",
        ["scope", "rating", "product_id"],
        unique=False,
        postgresql_include=["price_min", "price_max", "in_stock", "featured"],
    )
    op.create_index(
        "ix_product_listing_rating_up",
        "product_listing",
        ["scope", "rating_up", "product_id"],
        unique=False,
        postgresql_include=["price_min", "price_max", "rating", "in_stock", "featured"],
    )
    op.create_table(
        "product_page",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("images", sa.Text(), nullable=False),
        sa.Column("rest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_page")),
    )
    op.create_index(op.f("ix_product_page_slug"), "product_page", ["slug"], unique=False)
    op.create_table(
        "product_search",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("popularity", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.TSVECTOR(), nullable=False),
        sa.Column("facets", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_search")),
    )
    op.create_index(
        "ix_product_search_terms", "product_search", ["terms"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "search_term",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("lexeme", sa.Text(), nullable=False),
        sa.Column("names", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("variants", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_term")),
    )
    op.create_index("ix_search_term_lexeme", "search_term", ["lexeme"], unique=False)
    op.create_index(
        "ix_search_term_prefix",
        "search_term",
        ["word"],
        unique=False,
        postgresql_ops={"word": "text_pattern_ops"},
    )
    op.create_index(
        "ix_search_term_variants", "search_term", ["variants"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "listing_scope",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("product_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["category.id"],
            name=op.f("fk_listing_scope_category_id_category"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_scope")),
    )
    op.create_index(
        "uq_listing_scope",
        "listing_scope",
        ["currency", "category_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "former_slug",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_former_slug_product_id_product"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_former_slug")),
    )
    op.add_column("variant_price", sa.Column("lowest_30d", sa.BigInteger(), nullable=True))
    for statement in (FOLD, WORDS, IN_STOCK, REFRESH, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for trigger in ("stock_turned", "stock_arrived", "stock_removed"):
        op.execute(f"DROP TRIGGER {trigger} ON stock_level")
    for function in ("stock_turned()", "in_stock(uuid[])", "words(text)", "fold(text)"):
        op.execute(f"DROP FUNCTION catalogue_{function}")
    op.drop_column("variant_price", "lowest_30d")
    for table in (
        "former_slug",
        "listing_scope",
        "search_term",
        "product_search",
        "product_page",
        "product_listing",
        "product_doc",
        "facet",
        "bought_together",
    ):
        op.drop_table(table)
