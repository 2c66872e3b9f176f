"""Two ways to the same answer."""

from ecommerce.entrypoints.bootstrap import migrations
from ecommerce.entrypoints.bootstrap.schema_head import schema_head


def test_the_newest_revision_is_the_one_alembic_finds() -> None:
    assert schema_head() == migrations.head()
