"""whoever is erased is erased at the carrier, too; also whoever was before"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
INTO = """
INSERT INTO carrier_removal (carrier_sid, carrier_account, erasure_id, has_media, asked_at, state, tries, not_before)
SELECT {sid}, {account}, {erasure}, {has_media}, :now, 'waiting', 0, :now FROM {where}
ON CONFLICT DO NOTHING"""
THEIRS = "SELECT e.id FROM erasure e WHERE e.customer_id = c.customer_id ORDER BY e.asked_at DESC LIMIT 1"
ERASED = (
    INTO.format(
        sid="m.carrier_sid",
        account="coalesce(m.carrier_account, '')",
        erasure=f"({THEIRS})",
        has_media="m.media_count > 0",
        where="message m JOIN conversation c ON c.id = m.conversation_id JOIN customer u ON u.id = c.customer_id "
        "WHERE u.erased_at IS NOT NULL AND m.carrier_sid IS NOT NULL",
    ),
    *(
        INTO.format(sid="q.carrier_sid", account="q.carrier_account", erasure="NULL", has_media="true", where=where)
        for where in ("erased_text q WHERE 1 = 1", "quarantined_text q WHERE q.sender LIKE 'erased:%'")
    ),
)


def upgrade() -> None:
    op.create_table(
        "carrier_removal",
        sa.Column("carrier_sid", sa.String(), nullable=False),
        sa.Column("carrier_account", sa.String(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=True),
        sa.Column("has_media", sa.Boolean(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasure.id"], name="fk_carrier_removal_erasure_id"),
        sa.PrimaryKeyConstraint("carrier_sid", "carrier_account", name="pk_carrier_removal"),
    )
    op.create_index("ix_carrier_removal_state", "carrier_removal", ["state", "not_before"])
    op.create_index("ix_carrier_removal_erasure_id", "carrier_removal", ["erasure_id", "state"])
    for statement in ERASED:
        now = sa.bindparam("now", datetime.now(UTC), MOMENT)
        op.get_bind().execute(sa.text(statement).bindparams(now))


def downgrade() -> None:
    """What is still to be removed at the carrier is forgotten: it stays there."""
    op.drop_table("carrier_removal")
