"""Keep whose feedback is, and by when somebody should have looked at it"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1710_owners_of_feedback"
down_revision = "20261129_1700_routing"


def upgrade() -> None:
    op.add_column("feedback", sa.Column("department_id", sa.String(length=80), nullable=True))
    op.add_column("feedback", sa.Column("due_at", sa.DateTime(), nullable=True))
    op.add_column("feedback", sa.Column("breached_at", sa.DateTime(), nullable=True))
    op.create_index(op.f("ix_feedback_given_at"), "feedback", ["given_at"])
