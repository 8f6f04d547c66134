"""Runs migrations on the connection that smsdesk.adapters.migrate opens."""

from typing import Any

from alembic import context

from smsdesk.models import Base
from smsdesk.models.base import Length, Moment, Word

PLAIN = {Moment: "sa.DateTime(timezone=True)", Length: "sa.Integer()", Word: "sa.String(24)"}


def plain(kind: str, item: Any, _context: Any) -> str | bool:
    """Migrations are written without our column types: those may change, a migration may not."""
    return PLAIN.get(type(item), False) if kind == "type" else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
    transactional_ddl=True,  # SQLite can, too: whoever is killed half-way leaves no half behind
    render_item=plain,
)
with context.begin_transaction():
    context.run_migrations()
