"""Keep the problem ledger"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1951_problems"
down_revision = "20261129_1950_days_ahead"


def upgrade() -> None:
    op.create_table(
        "problems",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("matter_id", sa.String(length=120), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.Column("found_by", sa.String(length=200), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("gap_id", sa.String(length=36), nullable=True),
        sa.Column("document_id", sa.String(length=400), nullable=True),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problems")),
    )
    op.create_index("ix_problems_to_do", "problems", ["state", "due_at"])
