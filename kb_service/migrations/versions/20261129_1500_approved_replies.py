"""Keep replies that a helper approves before they are sent"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1500_approved_replies"
down_revision = "20261129_1200_attachments"


def upgrade() -> None:
    op.add_column("departments", sa.Column("juniors_reply_alone", sa.Integer(), nullable=True))
    op.add_column("departments", sa.Column("proposes_drafts", sa.Integer(), nullable=True))
    op.add_column("helpers", sa.Column("is_junior", sa.Integer(), nullable=True))
    op.add_column("escalations", sa.Column("proposal_changes", sa.Integer(), nullable=True))
    op.add_column("talk_messages", sa.Column("confirmed_by", sa.String(length=200), nullable=True))
    op.add_column("talk_messages", sa.Column("is_by_assistant", sa.Integer(), nullable=True))
    op.create_table(
        "proposals",
        sa.Column("escalation_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("suggestion", sa.JSON(), nullable=True),
        sa.Column("citations", sa.JSON(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("use", sa.String(length=20), nullable=True),
        sa.Column("message", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"], name=op.f("fk_proposals_escalation_id")),
        sa.PrimaryKeyConstraint("escalation_id", "number", name=op.f("pk_proposals")),
    )
