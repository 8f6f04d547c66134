"""the law is obeyed: wishes to be left alone, the house's rules of sending, and a ledger of consent that only grows"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEALED = "consent_event_only_grows"
FACTS = ("address_id", "number_id", "kind", "at", "source")  # an erasure may empty the words


def upgrade() -> None:
    op.add_column("message", sa.Column("purpose", sa.String(24), nullable=True))
    op.add_column("customer", sa.Column("time_zone", sa.String(), nullable=True))
    with op.batch_alter_table("stop") as batch:
        batch.add_column(sa.Column("source", sa.String(), nullable=False, server_default="keyword"))
        batch.add_column(sa.Column("asked_number_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_stop_asked_number_id", "number", ["asked_number_id"], ["id"])
    with op.batch_alter_table("consent_event") as batch:
        batch.add_column(sa.Column("actor_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_consent_event_actor_id", "agent", ["actor_id"], ["id"])
    _wishes()
    op.create_table(
        "house_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["agent.id"], name="fk_house_rules_changed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_house_rules"),
    )
    _seal()


def _wishes() -> None:
    op.create_table(
        "stop_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_stop_wish_conversation_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_stop_wish_message_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["agent.id"], name="fk_stop_wish_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stop_wish"),
        sa.UniqueConstraint("message_id", name="uq_stop_wish_message_id"),
    )
    undecided = sa.text("outcome IS NULL")
    for name, column, unique in (
        ("uq_stop_wish_undecided", "conversation_id", True),
        ("ix_stop_wish_due", "due_at", False),
    ):
        op.create_index(name, "stop_wish", [column], unique=unique, postgresql_where=undecided, sqlite_where=undecided)


def _seal() -> None:
    """What customers said is only ever added to."""
    facts = ", ".join(FACTS)
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("DELETE", f"UPDATE OF {facts}"):
            op.execute(
                f"CREATE TRIGGER {SEALED}_{deed.split()[0].lower()} BEFORE {deed} ON consent_event "
                "BEGIN SELECT RAISE(ABORT, 'the ledger of consent only grows'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {SEALED}() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger of consent only grows'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {SEALED} BEFORE DELETE OR UPDATE OF {facts} ON consent_event "
        f"FOR EACH ROW EXECUTE FUNCTION {SEALED}()"
    )


def _unseal() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("delete", "update"):
            op.execute(f"DROP TRIGGER {SEALED}_{deed}")
        return
    op.execute(f"DROP TRIGGER {SEALED} ON consent_event")
    op.execute(f"DROP FUNCTION {SEALED}()")


def downgrade() -> None:
    """Stops stay in force; the version before does not know who else read them so."""
    _unseal()
    op.drop_table("house_rules")
    op.drop_table("stop_wish")
    with op.batch_alter_table("consent_event") as batch:
        batch.drop_constraint("fk_consent_event_actor_id", type_="foreignkey")
        batch.drop_column("actor_id")
    with op.batch_alter_table("stop") as batch:
        batch.drop_constraint("fk_stop_asked_number_id", type_="foreignkey")
        batch.drop_column("asked_number_id")
        batch.drop_column("source")
    op.drop_column("customer", "time_zone")
    op.drop_column("message", "purpose")
