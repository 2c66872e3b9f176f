"""Rules that decide prices: promotions, price lists, tax and shipping zones."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# A change of a rule is seen by every process with its next read of a cart. Counting a promotion's uses is
# none, or each sale would be one.
MOVE_REVISION = """
CREATE FUNCTION pricing_rules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE pricing_revision SET revision = revision + 1;
  RETURN NULL;
END
$$
"""
TRIGGERS = (
    *(
        f"CREATE TRIGGER rules_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION pricing_rules_changed()"
        for table in ("tax_zone", "shipping_zone", "price_list")
    ),
    "CREATE TRIGGER rules_changed AFTER INSERT OR DELETE OR UPDATE OF name, definition, archived_at"
    " ON promotion FOR EACH STATEMENT EXECUTE FUNCTION pricing_rules_changed()",
)


def upgrade() -> None:
    op.create_table(
        "price_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
    )
    op.create_table(
        "pricing_revision",
        sa.Column("singleton", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_pricing_revision_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_pricing_revision")),
    )
    op.create_table(
        "promotion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "max_uses",
            sa.Integer(),
            sa.Computed("(definition ->> 'max_uses')::integer", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "budget",
            sa.BigInteger(),
            sa.Computed("(definition -> 'budget' ->> 'amount')::bigint", persisted=True),
            nullable=True,
        ),
        sa.Column("used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("archived_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("spent <= budget", name=op.f("ck_promotion_spent_within_budget")),
        sa.CheckConstraint("used <= max_uses", name=op.f("ck_promotion_used_within_limit")),
        sa.CheckConstraint("used >= 0 AND spent >= 0", name=op.f("ck_promotion_nothing_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
    )
    op.create_table(
        "shipping_zone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_zone")),
    )
    op.create_table(
        "tax_zone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_zone")),
    )
    op.create_table(
        "coupon_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("promotion_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("used BETWEEN 0 AND max_uses", name=op.f("ck_coupon_code_used_within_limit")),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_coupon_code_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_code")),
    )
    op.create_index(
        "uq_coupon_code_code_hash",
        "coupon_code",
        ["code_hash"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_index("ix_coupon_code_promotion", "coupon_code", ["promotion_id", "id"], unique=False)
    op.create_table(
        "promotion_customer",
        sa.Column("promotion_id", sa.Uuid(), nullable=False),
        sa.Column("customer_key", postgresql.BYTEA(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_promotion_customer_nothing_negative")),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_promotion_customer_promotion_id_promotion")
        ),
        sa.PrimaryKeyConstraint("promotion_id", "customer_key", name=op.f("pk_promotion_customer")),
    )
    op.create_table(
        "cart_coupon",
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("coupon_code_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["cart.id"], name=op.f("fk_cart_coupon_cart_id_cart"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["coupon_code_id"],
            ["coupon_code.id"],
            name=op.f("fk_cart_coupon_coupon_code_id_coupon_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cart_id", "coupon_code_id", name=op.f("pk_cart_coupon")),
    )
    op.create_index(op.f("ix_cart_coupon_coupon_code_id"), "cart_coupon", ["coupon_code_id"], unique=False)
    op.create_table(
        "price_list_entry",
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("price_list_id", sa.Uuid(), nullable=False),
        sa.Column("min_quantity", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount >= 0 AND min_quantity BETWEEN 1 AND 999", name=op.f("ck_price_list_entry_makes_sense")
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["price_list.id"],
            name=op.f("fk_price_list_entry_price_list_id_price_list"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["variant.id"],
            name=op.f("fk_price_list_entry_variant_id_variant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "variant_id", "price_list_id", "min_quantity", name=op.f("pk_price_list_entry")
        ),
    )
    op.create_index(
        "ix_price_list_entry_list",
        "price_list_entry",
        ["price_list_id", "variant_id", "min_quantity"],
        unique=False,
    )
    op.create_table(
        "promotion_redemption",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("promotion_id", sa.Uuid(), nullable=False),
        sa.Column("coupon_code_id", sa.Uuid(), nullable=True),
        sa.Column("customer_keys", postgresql.ARRAY(postgresql.BYTEA()), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'claimed'"), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "status IN ('claimed', 'consumed', 'released')", name=op.f("ck_promotion_redemption_status_known")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_promotion_redemption_nothing_negative")),
        sa.ForeignKeyConstraint(
            ["coupon_code_id"],
            ["coupon_code.id"],
            name=op.f("fk_promotion_redemption_coupon_code_id_coupon_code"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_promotion_redemption_order_id_sales_order")
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_promotion_redemption_promotion_id_promotion")
        ),
        sa.PrimaryKeyConstraint("order_id", "promotion_id", name=op.f("pk_promotion_redemption")),
    )
    op.create_index(
        "ix_promotion_redemption_coupon", "promotion_redemption", ["coupon_code_id"], unique=False
    )
    op.create_index(
        "ix_promotion_redemption_promotion", "promotion_redemption", ["promotion_id"], unique=False
    )
    op.add_column(
        "account",
        sa.Column(
            "customer_groups", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column("cart", sa.Column("vat_number", sa.Text(), nullable=True))
    op.add_column("cart", sa.Column("email_key", postgresql.BYTEA(), nullable=True))
    op.add_column(
        "product", sa.Column("tax_class", sa.Text(), server_default=sa.text("'standard'"), nullable=False)
    )
    op.add_column("sales_order", sa.Column("email_key", postgresql.BYTEA(), nullable=True))
    op.add_column("sales_order", sa.Column("vat_number", sa.Text(), nullable=True))
    op.add_column(
        "sales_order",
        sa.Column(
            "taxes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
    )
    op.add_column(
        "sales_order",
        sa.Column(
            "promotions",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column("variant", sa.Column("length_mm", sa.Integer(), nullable=True))
    op.add_column("variant", sa.Column("width_mm", sa.Integer(), nullable=True))
    op.add_column("variant", sa.Column("height_mm", sa.Integer(), nullable=True))
    op.execute("INSERT INTO pricing_revision DEFAULT VALUES")
    op.execute(MOVE_REVISION)
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    op.drop_column("variant", "height_mm")
    op.drop_column("variant", "width_mm")
    op.drop_column("variant", "length_mm")
    op.drop_column("sales_order", "promotions")
    op.drop_column("sales_order", "taxes")
    op.drop_column("sales_order", "vat_number")
    op.drop_column("sales_order", "email_key")
    op.drop_column("product", "tax_class")
    op.drop_column("cart", "email_key")
    op.drop_column("cart", "vat_number")
    op.drop_column("account", "customer_groups")
    op.drop_index("ix_promotion_redemption_promotion", table_name="promotion_redemption")
    op.drop_index("ix_promotion_redemption_coupon", table_name="promotion_redemption")
    op.drop_table("promotion_redemption")
    op.drop_index("ix_price_list_entry_list", table_name="price_list_entry")
    op.drop_table("price_list_entry")
    op.drop_index(op.f("ix_cart_coupon_coupon_code_id"), table_name="cart_coupon")
    op.drop_table("cart_coupon")
    op.drop_table("promotion_customer")
    op.drop_index("ix_coupon_code_promotion", table_name="coupon_code")
    op.drop_index(
        "uq_coupon_code_code_hash", table_name="coupon_code", postgresql_where=sa.text("retired_at IS NULL")
    )
    op.drop_table("coupon_code")
    op.drop_table("tax_zone")
    op.drop_table("shipping_zone")
    op.drop_table("promotion")
    op.drop_table("pricing_revision")
    op.drop_table("price_list")
    op.execute("DROP FUNCTION pricing_rules_changed()")
