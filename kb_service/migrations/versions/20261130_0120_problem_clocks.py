"""Keep whose problems are, who closed them, and when somebody was told that they are due"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0120_problem_clocks"
down_revision = "20261130_0110_review_dates"


def upgrade() -> None:
    with op.batch_alter_table("problems") as batch_op:
        batch_op.add_column(sa.Column("department_id", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("closed_by", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("warned_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("breached_at", sa.DateTime(), nullable=True))
        batch_op.create_index("ix_problems_of_gap", ["gap_id"])
