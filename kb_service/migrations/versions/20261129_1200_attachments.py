"""Keep pictures and sound of talks, and know a message that is sent again"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1200_attachments"
down_revision = "20261129_1100_switches"


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("escalation_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("message_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalations.id"], name=op.f("fk_attachments_escalation_id_escalations")
        ),
        sa.PrimaryKeyConstraint("escalation_id", "number", name=op.f("pk_attachments")),
    )
    op.create_table(
        "message_keys",
        sa.Column("escalation_id", sa.String(length=36), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("message_number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalations.id"], name=op.f("fk_message_keys_escalation_id_escalations")
        ),
        sa.PrimaryKeyConstraint("escalation_id", "author", "key", name=op.f("pk_message_keys")),
    )
