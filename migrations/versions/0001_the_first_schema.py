"""the first schema"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("availability", sa.String(24), nullable=False),
        sa.Column("availability_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("email", name=op.f("uq_agent_email")),
    )
    op.create_table(
        "customer",
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_table(
        "event",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_conversation", ["conversation_id", "id"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "quarantined_text",
        sa.Column("carrier_account", sa.String(), nullable=False),
        sa.Column("carrier_sid", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_text")),
        sa.UniqueConstraint(
            "carrier_sid", "carrier_account", name=op.f("uq_quarantined_text_carrier_sid_carrier_account")
        ),
    )
    op.create_table(
        "team",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_table(
        "address",
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_address_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("value", name=op.f("uq_address_value")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scope", sa.String(24), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_api_token_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_membership_agent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_membership_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agent_id", "team_id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_team_id"), ["team_id"], unique=False)

    op.create_table(
        "number",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("texts_per_second", sa.Integer(), nullable=False),
        sa.Column("next_send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_number_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number")),
        sa.UniqueConstraint("address", name=op.f("uq_number_address")),
    )
    with op.batch_alter_table("number", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_number_team_id"), ["team_id"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_sign_in_link_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_link_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "sign_in_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("csrf_token", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_sign_in_session_agent_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_session_token_hash")),
    )
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_session_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "conversation",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("last_helper_id", sa.Uuid(), nullable=True),
        sa.Column("episode_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("queue_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("placement_reason", sa.String(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_inbound_seq", sa.Integer(), nullable=False),
        sa.Column("last_preview", sa.String(), nullable=False),
        sa.Column("last_is_ours", sa.Boolean(), nullable=False),
        sa.Column("has_failure", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_conversation_address_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name=op.f("fk_conversation_assignee_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_conversation_customer_id")),
        sa.ForeignKeyConstraint(["last_helper_id"], ["agent.id"], name=op.f("fk_conversation_last_helper_id")),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_conversation_number_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_conversation_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("customer_id", "number_id", name=op.f("uq_conversation_customer_id_number_id")),
        postgresql_with={"fillfactor": 70},
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_assignee_queue",
            ["assignee_id", "queue_at", "id"],
            unique=False,
            postgresql_where=sa.text("state <> 'resolved'"),
            sqlite_where=sa.text("state <> 'resolved'"),
        )
        batch_op.create_index("ix_conversation_queue", ["queue_at", "id"], unique=False)
        batch_op.create_index(
            "ix_conversation_team_queue",
            ["team_id", "queue_at", "id"],
            unique=False,
            postgresql_where=sa.text("state <> 'resolved'"),
            sqlite_where=sa.text("state <> 'resolved'"),
        )
        batch_op.create_index(
            "ix_conversation_waiting_room",
            ["reply_due_at", "id"],
            unique=False,
            postgresql_where=sa.text("assignee_id IS NULL AND state = 'waiting_for_us'"),
            sqlite_where=sa.text("assignee_id IS NULL AND state = 'waiting_for_us'"),
        )

    op.create_table(
        "stop",
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_stop_address_id")),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_stop_number_id")),
        sa.PrimaryKeyConstraint("address_id", "number_id", name=op.f("pk_stop")),
    )
    op.create_table(
        "draft",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_draft_agent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_draft_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "conversation_id", name=op.f("pk_draft")),
    )
    op.create_table(
        "episode",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.Column("times_reopened", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_episode_conversation_id")),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_episode_number_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["agent.id"], name=op.f("fk_episode_resolved_by_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_episode_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode")),
    )
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_episode_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(
            "uq_episode_open",
            ["conversation_id"],
            unique=True,
            postgresql_where=sa.text("resolved_at IS NULL"),
            sqlite_where=sa.text("resolved_at IS NULL"),
        )

    op.create_table(
        "note",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["agent.id"], name=op.f("fk_note_author_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_note_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "read_mark",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_read_mark_agent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_read_mark_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "conversation_id", name=op.f("pk_read_mark")),
    )
    op.create_table(
        "message",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(24), nullable=False),
        sa.Column("author_kind", sa.String(24), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("block_reason", sa.String(), nullable=True),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("media_count", sa.Integer(), nullable=False),
        sa.Column("carrier_account", sa.String(), nullable=True),
        sa.Column("carrier_sid", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("client_token", sa.String(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_through", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["agent.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_message_conversation_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_message_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("carrier_sid", "carrier_account", name=op.f("uq_message_carrier_sid_carrier_account")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_message_conversation_id_seq")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_came_in",
            ["created_at", "conversation_id"],
            unique=False,
            postgresql_where=sa.text("direction = 'in'"),
            sqlite_where=sa.text("direction = 'in'"),
        )
        batch_op.create_index(
            "ix_message_in_doubt",
            ["created_at"],
            unique=False,
            postgresql_where=sa.text("state = 'unconfirmed'"),
            sqlite_where=sa.text("state = 'unconfirmed'"),
        )
        batch_op.create_index(
            "ix_message_in_flight",
            ["accepted_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('accepted', 'sent')"),
            sqlite_where=sa.text("state IN ('accepted', 'sent')"),
        )
        batch_op.create_index(
            "ix_message_sending",
            ["conversation_id", "seq"],
            unique=False,
            postgresql_where=sa.text("state IN ('ready', 'retry_wait', 'sending', 'unknown')"),
            sqlite_where=sa.text("state IN ('ready', 'retry_wait', 'sending', 'unknown')"),
        )
        batch_op.create_index(
            "ix_message_to_be_sent",
            ["not_before"],
            unique=False,
            postgresql_where=sa.text("state IN ('ready', 'retry_wait', 'sending', 'unknown')"),
            sqlite_where=sa.text("state IN ('ready', 'retry_wait', 'sending', 'unknown')"),
        )
        batch_op.create_index(
            "uq_message_approval",
            ["author_id", "client_token"],
            unique=True,
            postgresql_where=sa.text("client_token IS NOT NULL"),
            sqlite_where=sa.text("client_token IS NOT NULL"),
        )

    op.create_table(
        "clock",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_seq", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fulfilled_by_id", sa.Uuid(), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_step", sa.String(24), nullable=True),
        sa.Column("next_alert_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_clock_conversation_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_clock_episode_id")),
        sa.ForeignKeyConstraint(["fulfilled_by_id"], ["message.id"], name=op.f("fk_clock_fulfilled_by_id")),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_clock_number_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_clock_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index("ix_clock_conversation", ["conversation_id", "started_seq"], unique=False)
        batch_op.create_index("ix_clock_due", ["due_at", "number_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_clock_episode_id"), ["episode_id"], unique=False)
        batch_op.create_index("ix_clock_fulfilled", ["fulfilled_at", "number_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_clock_fulfilled_by_id"), ["fulfilled_by_id"], unique=False)
        batch_op.create_index(
            "ix_clock_next_alert",
            ["next_alert_at"],
            unique=False,
            postgresql_where=sa.text("next_alert_at IS NOT NULL"),
            sqlite_where=sa.text("next_alert_at IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_clock_running",
            ["conversation_id"],
            unique=True,
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "consent_event",
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_consent_event_address_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_consent_event_message_id")),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_consent_event_number_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
    )
    with op.batch_alter_table("consent_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_event_address_id"), ["address_id"], unique=False)

    op.create_table(
        "delivery_report",
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("carrier_sid", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_message_id", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_delivery_report_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_report")),
        sa.UniqueConstraint(
            "carrier_sid", "word", "error_code", name=op.f("uq_delivery_report_carrier_sid_word_error_code")
        ),
    )
    with op.batch_alter_table("delivery_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_report_message_id"), ["message_id"], unique=False)
        batch_op.create_index(
            "ix_delivery_report_parked",
            ["received_at"],
            unique=False,
            postgresql_where=sa.text("message_id IS NULL"),
            sqlite_where=sa.text("message_id IS NULL"),
        )

    op.create_table(
        "media",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("carrier_media_sid", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_media_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("message_id", "position", name=op.f("uq_media_message_id_position")),
    )
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.create_index(
            "ix_media_waiting",
            ["not_before"],
            unique=False,
            postgresql_where=sa.text("state = 'waiting'"),
            sqlite_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "send_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_send_attempt_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_attempt")),
    )
    with op.batch_alter_table("send_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_send_attempt_message_id"), ["message_id"], unique=False)

    op.create_table(
        "alert",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("step", sa.String(24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["acknowledged_by_id"], ["agent.id"], name=op.f("fk_alert_acknowledged_by_id")),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_alert_clock_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_alert_conversation_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_alert_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("clock_id", "step", name=op.f("uq_alert_clock_id_step")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index("ix_alert_told", ["told_at", "id"], unique=False)
        batch_op.create_index(
            "ix_alert_untold",
            ["claimed_at"],
            unique=False,
            postgresql_where=sa.text("told_at IS NULL"),
            sqlite_where=sa.text("told_at IS NULL"),
        )

    op.create_table(
        "clock_event",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_clock_event_clock_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_event")),
    )
    with op.batch_alter_table("clock_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_event_clock_id"), ["clock_id"], unique=False)

    op.create_table(
        "alert_recipient",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_alert_recipient_agent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_recipient_alert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "agent_id", name=op.f("pk_alert_recipient")),
    )
    with op.batch_alter_table("alert_recipient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_recipient_agent_id"), ["agent_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("alert_recipient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_recipient_agent_id"))

    op.drop_table("alert_recipient")
    with op.batch_alter_table("clock_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clock_event_clock_id"))

    op.drop_table("clock_event")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_alert_untold", postgresql_where=sa.text("told_at IS NULL"), sqlite_where=sa.text("told_at IS NULL")
        )
        batch_op.drop_index("ix_alert_told")
        batch_op.drop_index(batch_op.f("ix_alert_conversation_id"))

    op.drop_table("alert")
    with op.batch_alter_table("send_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_send_attempt_message_id"))

    op.drop_table("send_attempt")
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_media_waiting", postgresql_where=sa.text("state = 'waiting'"), sqlite_where=sa.text("state = 'waiting'")
        )

    op.drop_table("media")
    with op.batch_alter_table("delivery_report", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_report_parked",
            postgresql_where=sa.text("message_id IS NULL"),
            sqlite_where=sa.text("message_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_delivery_report_message_id"))

    op.drop_table("delivery_report")
    with op.batch_alter_table("consent_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_event_address_id"))

    op.drop_table("consent_event")
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_clock_running", postgresql_where=sa.text("state = 'running'"), sqlite_where=sa.text("state = 'running'")
        )
        batch_op.drop_index(
            "ix_clock_next_alert",
            postgresql_where=sa.text("next_alert_at IS NOT NULL"),
            sqlite_where=sa.text("next_alert_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_clock_fulfilled_by_id"))
        batch_op.drop_index("ix_clock_fulfilled")
        batch_op.drop_index(batch_op.f("ix_clock_episode_id"))
        batch_op.drop_index("ix_clock_due")
        batch_op.drop_index("ix_clock_conversation")

    op.drop_table("clock")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_message_approval",
            postgresql_where=sa.text("client_token IS NOT NULL"),
            sqlite_where=sa.text("client_token IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_message_to_be_sent",
            postgresql_where=sa.text("state IN ('ready', 'retry_wait', 'sending', 'unknown')"),
            sqlite_where=sa.text("state IN ('ready', 'retry_wait', 'sending', 'unknown')"),
        )
        batch_op.drop_index(
            "ix_message_sending",
            postgresql_where=sa.text("state IN ('ready', 'retry_wait', 'sending', 'unknown')"),
            sqlite_where=sa.text("state IN ('ready', 'retry_wait', 'sending', 'unknown')"),
        )
        batch_op.drop_index(
            "ix_message_in_flight",
            postgresql_where=sa.text("state IN ('accepted', 'sent')"),
            sqlite_where=sa.text("state IN ('accepted', 'sent')"),
        )
        batch_op.drop_index(
            "ix_message_in_doubt",
            postgresql_where=sa.text("state = 'unconfirmed'"),
            sqlite_where=sa.text("state = 'unconfirmed'"),
        )
        batch_op.drop_index(
            "ix_message_came_in", postgresql_where=sa.text("direction = 'in'"), sqlite_where=sa.text("direction = 'in'")
        )

    op.drop_table("message")
    op.drop_table("read_mark")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_conversation_id"))

    op.drop_table("note")
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_episode_open",
            postgresql_where=sa.text("resolved_at IS NULL"),
            sqlite_where=sa.text("resolved_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_episode_conversation_id"))

    op.drop_table("episode")
    op.drop_table("draft")
    op.drop_table("stop")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_conversation_waiting_room",
            postgresql_where=sa.text("assignee_id IS NULL AND state = 'waiting_for_us'"),
            sqlite_where=sa.text("assignee_id IS NULL AND state = 'waiting_for_us'"),
        )
        batch_op.drop_index(
            "ix_conversation_team_queue",
            postgresql_where=sa.text("state <> 'resolved'"),
            sqlite_where=sa.text("state <> 'resolved'"),
        )
        batch_op.drop_index("ix_conversation_queue")
        batch_op.drop_index(
            "ix_conversation_assignee_queue",
            postgresql_where=sa.text("state <> 'resolved'"),
            sqlite_where=sa.text("state <> 'resolved'"),
        )

    op.drop_table("conversation")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_session_agent_id"))

    op.drop_table("sign_in_session")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_agent_id"))

    op.drop_table("sign_in_link")
    with op.batch_alter_table("number", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_number_team_id"))

    op.drop_table("number")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_team_id"))

    op.drop_table("membership")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_agent_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_customer_id"))

    op.drop_table("address")
    op.drop_table("team")
    op.drop_table("quarantined_text")
    op.drop_table("heartbeat")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_conversation")

    op.drop_table("event")
    op.drop_table("customer")
    op.drop_table("agent")
