"""Keep when somebody said something of an answer last"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0130_changed_feedback"
down_revision = "20261130_0120_problem_clocks"


def upgrade() -> None:
    with op.batch_alter_table("feedback") as batch_op:
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(), nullable=True))
        batch_op.create_index("ix_feedback_changed_at", ["changed_at"])
