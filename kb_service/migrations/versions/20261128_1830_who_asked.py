"""Keep with an answer by whose key it was asked for; nobody else may read it again"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1830_who_asked"
down_revision = "20261128_1750_trail_covers_rows"


def upgrade() -> None:
    op.add_column("answers", sa.Column("asked_by", sa.String(length=200), nullable=True))
