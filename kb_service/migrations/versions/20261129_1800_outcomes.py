"""Keep what became of each question, to count resolution from"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1800_outcomes"
down_revision = "20261129_1712_kept_cases"


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("back_until", sa.DateTime(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("hour_of_week", sa.Integer(), nullable=False),
        sa.Column("asker", sa.String(length=64), nullable=True),
        sa.Column("is_followed", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.String(length=120), nullable=True),
        sa.Column("department_id", sa.String(length=80), nullable=True),
        sa.Column("district", sa.String(length=100), nullable=True),
        sa.Column("channel", sa.String(length=100), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reasons", sa.String(length=400), nullable=False),
        sa.Column("came_back_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
    )
    op.create_index(op.f("ix_outcomes_number"), "outcomes", ["number"])
    op.create_index(op.f("ix_outcomes_seen_at"), "outcomes", ["seen_at"])
    op.create_index("ix_outcomes_of_days", "outcomes", ["side", "day"])
    op.create_index("ix_outcomes_of_asker", "outcomes", ["asker", "at"])
    op.create_index(op.f("ix_escalations_answer_id"), "escalations", ["answer_id"])
