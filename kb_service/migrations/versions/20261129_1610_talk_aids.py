"""Keep who types and has read how far, departments' meeting links, and canned replies"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1610_talk_aids"
down_revision = "20261129_1600_gaps"


def upgrade() -> None:
    op.create_table(
        "talk_signs",
        sa.Column("escalation_id", sa.String(length=36), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("read_up_to", sa.Integer(), nullable=False),
        sa.Column("typed_at", sa.DateTime(), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"], name=op.f("fk_talk_signs_escalation_id")),
        sa.PrimaryKeyConstraint("escalation_id", "side", name=op.f("pk_talk_signs")),
    )
    op.create_index(op.f("ix_talk_signs_changed_at"), "talk_signs", ["changed_at"])
    op.create_table(
        "meeting_links",
        sa.Column("department_id", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("department_id", name=op.f("pk_meeting_links")),
    )
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("department_id", sa.String(length=80), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shortcut", sa.String(length=40), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
    )
    op.create_index(op.f("ix_canned_replies_department_id"), "canned_replies", ["department_id"])
