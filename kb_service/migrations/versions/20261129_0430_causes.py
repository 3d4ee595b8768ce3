"""Keep with a refused upload and a refused record the cause that its sentence is made of"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0430_causes"
down_revision = "20261129_0000_file_reports"


def upgrade() -> None:
    for table in ("uploads", "upload_records"):
        op.add_column(table, sa.Column("cause", sa.JSON(), nullable=True))
