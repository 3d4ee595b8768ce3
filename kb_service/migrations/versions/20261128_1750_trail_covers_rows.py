"""Chain the answers; `migrations/env.py` then seals what is there already"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1750_trail_covers_rows"
down_revision = "20261128_0600_jobs"


def upgrade() -> None:
    op.add_column("answers", sa.Column("number", sa.Integer(), nullable=True))
    for name in ("sha256", "previous_hash", "hash"):
        op.add_column("answers", sa.Column(name, sa.String(length=64), nullable=True))
    op.create_index("ix_answers_number", "answers", ["number"], unique=True)
