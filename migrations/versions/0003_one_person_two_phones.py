"""one person, two phones: a conversation belongs to a phone, so that customers can be merged and taken apart"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BY_CUSTOMER, BY_PHONE = "uq_conversation_customer_id_number_id", "uq_conversation_address_id_number_id"


def upgrade() -> None:
    # Until now every customer had one phone, so the one is as unique as the other
    with op.batch_alter_table("conversation") as batch:
        batch.drop_constraint(BY_CUSTOMER, type_="unique")
        batch.create_unique_constraint(BY_PHONE, ["address_id", "number_id"])
    op.create_index("ix_conversation_customer_id", "conversation", ["customer_id"])
    with op.batch_alter_table("address") as batch:
        batch.add_column(sa.Column("first_customer_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_address_first_customer_id", "customer", ["first_customer_id"], ["id"])


def downgrade() -> None:
    """Whoever was merged becomes two again: the version before knows one phone for each customer."""
    op.execute(
        "UPDATE conversation SET customer_id = "
        "(SELECT coalesce(first_customer_id, customer_id) FROM address WHERE address.id = conversation.address_id)"
    )
    op.execute("UPDATE address SET customer_id = coalesce(first_customer_id, customer_id)")
    op.execute("UPDATE customer SET merged_into_id = NULL")
    with op.batch_alter_table("address") as batch:
        batch.drop_constraint("fk_address_first_customer_id", type_="foreignkey")
        batch.drop_column("first_customer_id")
    op.drop_index("ix_conversation_customer_id", "conversation")
    with op.batch_alter_table("conversation") as batch:
        batch.drop_constraint(BY_PHONE, type_="unique")
        batch.create_unique_constraint(BY_CUSTOMER, ["customer_id", "number_id"])
