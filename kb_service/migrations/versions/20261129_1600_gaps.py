"""Keep gaps and the questions in them, and what becomes of feedback"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1600_gaps"
down_revision = "20261129_1500_approved_replies"


def upgrade() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("matter_id", sa.String(length=120), nullable=True),
        sa.Column("facet", sa.String(length=20), nullable=True),
        sa.Column("department_id", sa.String(length=80), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("breached_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("left_open", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
    )
    op.create_index("ix_gaps_to_do", "gaps", ["state", "due_at"])
    op.create_table(
        "gap_questions",
        sa.Column("answer_id", sa.String(length=40), nullable=False),
        sa.Column("gap_id", sa.String(length=36), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asker", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=True),
        sa.Column("facet", sa.String(length=20), nullable=True),
        sa.Column("closest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"], name=op.f("fk_gap_questions_gap_id_gaps")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_gap_questions")),
    )
    op.create_index(op.f("ix_gap_questions_gap_id"), "gap_questions", ["gap_id"])
    for column in (
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("version_id", sa.String(length=36), nullable=True),
    ):
        op.add_column("feedback", column)
