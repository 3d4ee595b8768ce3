"""Keep what is switched off in an emergency, and announcements"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1100_switches"
down_revision = "20261129_1000_webhooks"


def upgrade() -> None:
    op.create_table(
        "switches",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("covers", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=400), nullable=True),
        sa.Column("off_now", sa.String(length=450), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("off_at", sa.DateTime(), nullable=False),
        sa.Column("off_by", sa.String(length=200), nullable=False),
        sa.Column("on_at", sa.DateTime(), nullable=True),
        sa.Column("on_by", sa.String(length=200), nullable=True),
        sa.Column("on_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_switches")),
        sa.UniqueConstraint("off_now", name=op.f("uq_switches_off_now")),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=True),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
