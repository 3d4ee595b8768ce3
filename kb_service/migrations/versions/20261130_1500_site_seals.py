"""Seal ends of talks and deliveries under the site's key; `migrations/env.py` then tells the ends that are there"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1500_site_seals"
down_revision = "20261130_0131_chained_lines"


def upgrade() -> None:
    op.add_column("escalations", sa.Column("end_seal", sa.String(length=64), nullable=True))
    op.add_column("deliveries", sa.Column("seal", sa.String(length=64), nullable=True))
