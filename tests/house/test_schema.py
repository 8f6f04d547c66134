"""The migrations have one head, and lead to what the models say."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from smsdesk.adapters.migrate import FOLDER
from smsdesk.models import Base


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(FOLDER)).get_heads()) == 1


def test_the_migrations_lead_to_the_models(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()

    assert differences == []
