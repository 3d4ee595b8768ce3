"""Chain the lines of each talk; `migrations/env.py` then takes those that are there as they are"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0131_chained_lines"
down_revision = "20261130_0130_changed_feedback"


def upgrade() -> None:
    op.add_column("talk_messages", sa.Column("salt", sa.String(length=32), nullable=True))
    op.add_column("talk_messages", sa.Column("hash", sa.String(length=64), nullable=True))
