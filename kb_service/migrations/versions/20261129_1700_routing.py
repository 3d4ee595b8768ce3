"""Keep how escalations were routed and handed on, deputies and districts of departments, and skills of helpers"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1700_routing"
down_revision = "20261129_1610_talk_aids"


def upgrade() -> None:
    op.add_column("departments", sa.Column("region", sa.String(length=100), nullable=True))
    op.add_column("departments", sa.Column("stands_for", sa.String(length=80), nullable=True))
    op.add_column("departments", sa.Column("deputies", sa.JSON(), nullable=True))
    op.add_column("escalations", sa.Column("routed_by", sa.JSON(), nullable=True))
    op.add_column("escalations", sa.Column("handed_on", sa.JSON(), nullable=True))
    op.add_column("helpers", sa.Column("skills", sa.JSON(), nullable=True))
