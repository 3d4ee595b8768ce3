"""Keep what becomes of known questions on the coming switch days"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1950_days_ahead"
down_revision = "20261129_1800_outcomes"


def upgrade() -> None:
    op.create_table(
        "days_ahead",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("effects", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_days_ahead")),
    )
