"""Custom roles, API keys, and the chain that seals the audit log."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Told inside the transaction: roles and keys are changed now and then, not by every request.
REVISION = """
CREATE FUNCTION identity_rules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE identity_revision SET revision = revision + 1;
  PERFORM pg_notify('ecommerce_identity', '');
  RETURN NULL;
END
$$
"""
# A new key need not be told: nobody remembers that it wasn't there. That one was used is no change.
MOVE_REVISION = (
    "CREATE TRIGGER rules_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON role"
    " FOR EACH STATEMENT EXECUTE FUNCTION identity_rules_changed()",
    "CREATE TRIGGER rules_changed AFTER UPDATE OF hash, scopes, expires_at, revoked_at OR DELETE OR TRUNCATE"
    " ON api_key FOR EACH STATEMENT EXECUTE FUNCTION identity_rules_changed()",
)

# The canonical form of an entry, which its hash is taken of, behind the hash before it.
CONTENT = """
convert_to(jsonb_build_array(
  {entry}.id, to_char({entry}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), {entry}.actor,
  {entry}.action, {entry}.target, {entry}.before, {entry}.after, {entry}.request_id)::text, 'UTF8')
"""
# Runs when the entry's transaction commits, so that the lock is held for as long as a commit takes and links
# are in the order of the commits. Each statement here sees what was committed before it began.
LINK = f"""
CREATE FUNCTION audit_chain_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last_seq bigint := 0;
  last_hash bytea := decode(repeat('00', 32), 'hex');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('ecommerce.audit_chain', 0));
  SELECT seq, hash INTO last_seq, last_hash FROM audit_chain ORDER BY seq DESC LIMIT 1;
  IF NOT FOUND THEN
    last_seq := 0;
    last_hash := decode(repeat('00', 32), 'hex');
  END IF;
  INSERT INTO audit_chain (seq, entry_id, previous, hash)
  VALUES (last_seq + 1, NEW.id, last_hash, sha256(last_hash || {CONTENT.format(entry="NEW").strip()}));
  RETURN NULL;
END
$$
"""
LINK_TRIGGER = """
CREATE CONSTRAINT TRIGGER chained AFTER INSERT ON audit_log DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION audit_chain_link()
"""
# What was written before there was a chain.
BACKFILL = f"""
DO $$
DECLARE
  entry audit_log%ROWTYPE;
  n bigint := 0;
  last_hash bytea := decode(repeat('00', 32), 'hex');
  this_hash bytea;
BEGIN
  FOR entry IN SELECT * FROM audit_log ORDER BY id LOOP
    n := n + 1;
    this_hash := sha256(last_hash || {CONTENT.format(entry="entry").strip()});
    INSERT INTO audit_chain (seq, entry_id, previous, hash) VALUES (n, entry.id, last_hash, this_hash);
    last_hash := this_hash;
  END LOOP;
END
$$
"""
APPEND_ONLY = """
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$$
"""
GUARDS = (
    *(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
        for table in ("audit_log", "audit_chain")
    ),
    # Links are made by the trigger above, and by nobody else.
    "CREATE TRIGGER linked_by_itself BEFORE INSERT ON audit_chain"
    " FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_append_only()",
)

# On tables that are full already: without keeping anybody from writing to them.
INDEXES = (
    ("ix_account_staff", "account", ["id"], sa.text("roles <> '{}'")),
    ("ix_audit_log_actor", "audit_log", ["actor", "id"], None),
    ("ix_audit_log_action", "audit_log", ["action", "id"], None),
    ("ix_audit_log_at", "audit_log", ["at"], None),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, columns, where in INDEXES:
            op.create_index(
                name,
                table,
                columns,
                if_not_exists=True,
                postgresql_concurrently=True,
                postgresql_where=where,
            )
    op.create_table(
        "role",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_role")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("hash", postgresql.BYTEA(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_api_key_hash_is_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_key_hash")),
    )
    op.create_index("ix_api_key_created_at", "api_key", ["created_at", "id"], unique=False)
    op.create_table(
        "identity_revision",
        sa.Column("singleton", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("ck_identity_revision_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_identity_revision")),
    )
    op.execute("INSERT INTO identity_revision DEFAULT VALUES")
    op.create_table(
        "audit_chain",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("previous", postgresql.BYTEA(), nullable=False),
        sa.Column("hash", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("length(hash) = 32 AND length(previous) = 32", name=op.f("ck_audit_chain_sha256")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_log.id"], name=op.f("fk_audit_chain_entry_id_audit_log")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_chain")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_chain_entry_id")),
    )
    # The trigger's lock keeps others from writing entries until all that is there is linked.
    for statement in (REVISION, *MOVE_REVISION, LINK, LINK_TRIGGER, BACKFILL, APPEND_ONLY, *GUARDS):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER chained ON audit_log")
    op.execute("DROP TRIGGER append_only ON audit_log")
    op.drop_table("audit_chain")
    op.drop_table("identity_revision")
    op.drop_table("api_key")
    op.drop_table("role")
    for function in ("audit_chain_link", "audit_append_only", "identity_rules_changed"):
        op.execute(f"DROP FUNCTION {function}()")
    with op.get_context().autocommit_block():
        for name, table, _, _ in INDEXES:
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
