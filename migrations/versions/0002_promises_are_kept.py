"""promises are kept: terms, policies, calendars, the ladder, channels, watches, audits and roll-ups"""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(24)
RUNNING_BEFORE = sa.text("state = 'running'")
RUNNING = sa.text("state = 'running' AND kind <> 'resolution'")
RESOLUTION = sa.text("kind = 'resolution'")
CANCELLED = sa.text("kind = 'cancel'")
RESOLVED = sa.text("resolved_at IS NOT NULL")
RESOLUTION_OPEN = sa.text("kind = 'resolution' AND state IN ('running', 'paused')")
SNOOZED = sa.text("snoozed_until IS NOT NULL")
FAREWELL = sa.text("farewell_seq IS NOT NULL")
ABOUT_NOBODY = sa.text("conversation_id IS NULL")
WAITING = sa.text("state IN ('waiting', 'sending')")
OUT = sa.text("direction = 'out'")
TO_PROGRAMS = sa.text("webhook_id IS NOT NULL")


def upgrade() -> None:
    _terms()
    _calendars()
    _clocks()
    _policies()
    _watches()
    _alerts()
    _audits()
    _rollups()


def downgrade() -> None:
    op.drop_index("ix_clock_started_at", "clock")
    op.drop_index("ix_clock_event_cancelled", "clock_event", postgresql_where=CANCELLED, sqlite_where=CANCELLED)
    op.drop_index("ix_episode_opened_at", "episode")
    op.drop_index("ix_episode_resolved", "episode", postgresql_where=RESOLVED, sqlite_where=RESOLVED)
    for table in (
        "volume_rollup", "wait_rollup", "rollup_hour", "audit_finding", "audit_run", "alert_delivery", "outgoing_webhook",
        "push_subscription", "phone_proof", "watch_event", "policy_trial", "policy",
    ):  # fmt: skip
        op.drop_table(table)
    # Watches and the ladder did not exist: what they said goes with them
    op.execute(
        "DELETE FROM alert_recipient WHERE alert_id IN (SELECT id FROM alert WHERE kind IN ('watch', 'escalation'))"
    )
    op.execute("UPDATE alert SET overtaken_by_id = NULL")
    op.execute("DELETE FROM alert WHERE kind IN ('watch', 'escalation')")
    with op.batch_alter_table("alert") as batch:
        batch.drop_constraint("uq_alert_watch_id_due_at", type_="unique")
        batch.drop_constraint("fk_alert_watch_id", type_="foreignkey")
        batch.drop_constraint("fk_alert_overtaken_by_id", type_="foreignkey")
        for column in ("watch_id", "words", "overtaken_by_id"):
            batch.drop_column(column)
        for column in ("clock_id", "conversation_id", "team_id"):
            batch.alter_column(column, existing_type=sa.Uuid(), nullable=False)
    op.drop_table("watch")
    op.drop_index("ix_event_subject", "event", postgresql_where=ABOUT_NOBODY, sqlite_where=ABOUT_NOBODY)
    op.drop_index("ix_message_went_out", table_name="message", postgresql_where=OUT, sqlite_where=OUT)
    op.execute("DELETE FROM clock_event WHERE clock_id IN (SELECT id FROM clock WHERE kind = 'resolution')")
    op.execute("DELETE FROM clock WHERE kind = 'resolution'")
    with op.batch_alter_table("clock") as batch:
        batch.drop_index("ix_clock_resolution_open", postgresql_where=RESOLUTION_OPEN, sqlite_where=RESOLUTION_OPEN)
        batch.drop_index("uq_clock_resolution", postgresql_where=RESOLUTION, sqlite_where=RESOLUTION)
        batch.drop_index("uq_clock_running", postgresql_where=RUNNING, sqlite_where=RUNNING)
        batch.drop_constraint("fk_clock_terms_id", type_="foreignkey")
        for column in ("terms_id", "book_version", "since", "spent", "paused_at", "open_wait", "acknowledged_at"):
            batch.drop_column(column)
        batch.create_index("uq_clock_running", ["conversation_id"], unique=True, postgresql_where=RUNNING_BEFORE, sqlite_where=RUNNING_BEFORE)  # fmt: skip
    with op.batch_alter_table("conversation") as batch:
        batch.drop_index("ix_conversation_farewell", postgresql_where=FAREWELL, sqlite_where=FAREWELL)
        batch.drop_index("ix_conversation_snoozed", postgresql_where=SNOOZED, sqlite_where=SNOOZED)
        for column in ("priority", "tags", "is_plain", "farewell_seq", "farewell_at"):
            batch.drop_column(column)
    with op.batch_alter_table("customer") as batch:
        batch.drop_constraint("fk_customer_merged_into_id", type_="foreignkey")
        batch.drop_column("merged_into_id")
        batch.drop_column("segment")
    with op.batch_alter_table("agent") as batch:
        batch.drop_constraint("fk_agent_calendar_id", type_="foreignkey")
        for column in ("phone", "alert_channels", "calendar_id", "time_zone"):
            batch.drop_column(column)
    with op.batch_alter_table("number") as batch:
        batch.drop_constraint("fk_number_calendar_id", type_="foreignkey")
        batch.drop_column("calendar_id")
    for table in ("calendar", "promise_book", "terms"):
        op.drop_table(table)


def _terms() -> None:
    op.create_table(
        "terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
    )
    book = op.create_table(
        "promise_book",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("derived_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise_book")),
    )
    # Clocks that run now are from version 0: the first sweep gives them their terms
    op.bulk_insert(book, [{"id": 1, "version": 1, "derived_version": 0, "changed_at": datetime.now(UTC)}])


def _calendars() -> None:
    op.create_table(
        "calendar",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("open_holidays", sa.JSON(), nullable=False),
        sa.Column("own_days", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("name", name=op.f("uq_calendar_name")),
    )
    with op.batch_alter_table("number") as batch:
        batch.add_column(sa.Column("calendar_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_number_calendar_id", "calendar", ["calendar_id"], ["id"])
    with op.batch_alter_table("agent") as batch:
        batch.add_column(sa.Column("phone", sa.String(), nullable=True))
        batch.add_column(sa.Column("alert_channels", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("calendar_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("time_zone", sa.String(), nullable=False, server_default="UTC"))
        batch.create_foreign_key("fk_agent_calendar_id", "calendar", ["calendar_id"], ["id"])


def _clocks() -> None:
    with op.batch_alter_table("customer") as batch:
        batch.add_column(sa.Column("segment", sa.String(), nullable=True))
        batch.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_customer_merged_into_id", "customer", ["merged_into_id"], ["id"])
    with op.batch_alter_table("conversation") as batch:
        batch.add_column(sa.Column("priority", WORD, nullable=False, server_default="normal"))
        batch.add_column(sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("is_plain", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(sa.Column("farewell_seq", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("farewell_at", MOMENT, nullable=True))
        batch.create_index("ix_conversation_farewell", ["team_id", "queue_at", "id"], postgresql_where=FAREWELL, sqlite_where=FAREWELL)  # fmt: skip
        batch.create_index("ix_conversation_snoozed", ["snoozed_until"], postgresql_where=SNOOZED, sqlite_where=SNOOZED)
    with op.batch_alter_table("clock") as batch:
        batch.drop_index("uq_clock_running", postgresql_where=RUNNING_BEFORE, sqlite_where=RUNNING_BEFORE)
        batch.add_column(sa.Column("terms_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("book_version", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("since", MOMENT, nullable=True))
        batch.add_column(sa.Column("spent", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("paused_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("open_wait", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("acknowledged_at", MOMENT, nullable=True))
        batch.create_foreign_key("fk_clock_terms_id", "terms", ["terms_id"], ["id"])
        batch.create_index("uq_clock_running", ["conversation_id"], unique=True, postgresql_where=RUNNING, sqlite_where=RUNNING)  # fmt: skip
        batch.create_index("uq_clock_resolution", ["episode_id"], unique=True, postgresql_where=RESOLUTION, sqlite_where=RESOLUTION)  # fmt: skip
        batch.create_index("ix_clock_resolution_open", ["conversation_id"], postgresql_where=RESOLUTION_OPEN, sqlite_where=RESOLUTION_OPEN)  # fmt: skip
    _fill_open_waits()


def _fill_open_waits() -> None:
    """Before there were opening hours every hour was open: a wait and a wait in open hours are the same."""
    clock = sa.table(
        "clock",
        sa.column("id", sa.Uuid()),
        sa.column("started_at", MOMENT),
        sa.column("fulfilled_at", MOMENT),
        sa.column("open_wait", sa.Integer()),
    )
    connection = op.get_bind()
    write = clock.update().where(clock.c.id == sa.bindparam("clock")).values(open_wait=sa.bindparam("wait"))
    last = UUID(int=0)
    while True:
        kept = (
            sa.select(clock.c.id, clock.c.started_at, clock.c.fulfilled_at)
            .where(clock.c.id > last)
            .order_by(clock.c.id)
        )
        rows = connection.execute(kept.limit(10_000)).all()
        if not rows:
            return
        waits = [
            {"clock": row.id, "wait": int((row.fulfilled_at - row.started_at).total_seconds())}
            for row in rows
            if row.fulfilled_at is not None
        ]
        if waits:
            connection.execute(write, waits)
        last = rows[-1].id


def _policies() -> None:
    op.create_table(
        "policy",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("counts", WORD, nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("leads", sa.JSON(), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("alerts", WORD, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["updated_by_id"], ["agent.id"], name=op.f("fk_policy_updated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("name", name=op.f("uq_policy_name")),
    )
    op.create_index("ix_policy_position", "policy", ["position"])
    op.create_table(
        "policy_trial",
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("candidate", sa.JSON(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["agent.id"], name=op.f("fk_policy_trial_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_trial")),
    )
    op.create_index("ix_policy_trial_state", "policy_trial", ["state", "asked_at"])
    op.create_index("ix_event_subject", "event", ["subject_id", "id"], postgresql_where=ABOUT_NOBODY, sqlite_where=ABOUT_NOBODY)  # fmt: skip


def _watches() -> None:
    op.create_table(
        "watch",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("figure", WORD, nullable=False),
        sa.Column("percentile", sa.Integer(), nullable=True),
        sa.Column("limit", sa.Double(), nullable=False),
        sa.Column("clears_at", sa.Double(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("only_open", sa.Boolean(), nullable=False),
        sa.Column("owners", sa.JSON(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("muted_until", MOMENT, nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("last_value", sa.Double(), nullable=True),
        sa.Column("next_look_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["agent.id"], name=op.f("fk_watch_created_by_id")),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_watch_number_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_watch_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sa.UniqueConstraint("name", name=op.f("uq_watch_name")),
    )
    op.create_index("ix_watch_next_look", "watch", ["next_look_at"])
    op.create_table(
        "watch_event",
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["agent.id"], name=op.f("fk_watch_event_actor_id")),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name=op.f("fk_watch_event_watch_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_event")),
    )
    op.create_index(op.f("ix_watch_event_watch_id"), "watch_event", ["watch_id"])
    # A share of our texts that failed is looked at all the time
    op.create_index("ix_message_went_out", "message", ["created_at", "conversation_id"], postgresql_where=OUT, sqlite_where=OUT)  # fmt: skip


def _alerts() -> None:
    with op.batch_alter_table("alert") as batch:
        for column in ("clock_id", "conversation_id", "team_id"):
            batch.alter_column(column, existing_type=sa.Uuid(), nullable=True)
        batch.add_column(sa.Column("watch_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("words", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("overtaken_by_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_alert_watch_id", "watch", ["watch_id"], ["id"])
        batch.create_foreign_key("fk_alert_overtaken_by_id", "alert", ["overtaken_by_id"], ["id"])
        batch.create_unique_constraint("uq_alert_watch_id_due_at", ["watch_id", "due_at"])
    _push_subscriptions()
    _outgoing_webhooks()
    op.create_table(
        "alert_delivery",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("webhook_id", sa.Uuid(), nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("digest_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_alert_delivery_agent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_delivery_alert_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["digest_id"], ["alert_delivery.id"], name=op.f("fk_alert_delivery_digest_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_alert_delivery_message_id")),
        sa.ForeignKeyConstraint(["webhook_id"], ["outgoing_webhook.id"], name=op.f("fk_alert_delivery_webhook_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_delivery")),
        sa.UniqueConstraint("alert_id", "channel", "target", name=op.f("uq_alert_delivery_alert_id_channel_target")),
    )  # fmt: skip
    op.create_index("ix_alert_delivery_waiting", "alert_delivery", ["not_before"], postgresql_where=WAITING, sqlite_where=WAITING)  # fmt: skip
    op.create_index(op.f("ix_alert_delivery_agent_id"), "alert_delivery", ["agent_id"])
    op.create_index("ix_alert_delivery_webhook", "alert_delivery", ["webhook_id", "id"], postgresql_where=TO_PROGRAMS, sqlite_where=TO_PROGRAMS)  # fmt: skip
    op.create_table(
        "phone_proof",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("codes_today", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_phone_proof_agent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_phone_proof_message_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_phone_proof")),
    )


def _push_subscriptions() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("auth", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_push_subscription_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscription_endpoint")),
    )  # fmt: skip
    op.create_index(op.f("ix_push_subscription_agent_id"), "push_subscription", ["agent_id"])


def _outgoing_webhooks() -> None:
    op.create_table(
        "outgoing_webhook",
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("style", WORD, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["agent.id"], name=op.f("fk_outgoing_webhook_created_by_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_outgoing_webhook_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_webhook")),
    )


def _audits() -> None:
    op.create_table(
        "audit_run",
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=True),
        sa.Column("gone_through", sa.Uuid(), nullable=True),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["agent.id"], name=op.f("fk_audit_run_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_run")),
        sa.UniqueConstraint("night", name=op.f("uq_audit_run_night")),
    )
    op.create_index("ix_audit_run_state", "audit_run", ["state", "asked_at"])
    op.create_table(
        "audit_finding",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("episode_id", sa.Uuid(), nullable=True),
        sa.Column("clock_id", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["audit_run.id"], name=op.f("fk_audit_finding_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_finding")),
    )
    op.create_index("ix_audit_finding_run", "audit_finding", ["run_id", "kind", "id"])


def _rollups() -> None:
    op.create_table(
        "rollup_hour",
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("is_dirty", sa.Boolean(), nullable=False),
        sa.Column("rolled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_rollup_hour")),
    )
    op.create_index(op.f("ix_rollup_hour_is_dirty"), "rollup_hour", ["is_dirty"])
    op.create_table(
        "wait_rollup",
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("waits", sa.LargeBinary(), nullable=False),
        sa.Column("open_waits", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_rollup")),
    )
    op.create_index("ix_wait_rollup_hour", "wait_rollup", ["hour", "number_id"])
    op.create_table(
        "volume_rollup",
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("texts_in", sa.Integer(), nullable=False),
        sa.Column("texts_out", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("began", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_rollup")),
        sa.UniqueConstraint("hour", "number_id", "team_id", name=op.f("uq_volume_rollup_hour_number_id_team_id")),
    )
    # An hour is added up by moments that had no index before
    op.create_index("ix_clock_started_at", "clock", ["started_at"])
    op.create_index("ix_clock_event_cancelled", "clock_event", ["at", "clock_id"], postgresql_where=CANCELLED, sqlite_where=CANCELLED)  # fmt: skip
    op.create_index("ix_episode_opened_at", "episode", ["opened_at"])
    op.create_index("ix_episode_resolved", "episode", ["resolved_at"], postgresql_where=RESOLVED, sqlite_where=RESOLVED)
