"""Keep with an upload what was read of its file, and what was not"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0000_file_reports"
down_revision = "20261128_1830_who_asked"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("report", sa.JSON(), nullable=True))
