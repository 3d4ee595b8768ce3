"""Keep until when somebody is to look whether a version is still right"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0110_review_dates"
down_revision = "20261130_0100_kept_reviews"


def upgrade() -> None:
    with op.batch_alter_table("versions") as batch_op:
        batch_op.add_column(sa.Column("review_by", sa.Date(), nullable=True))
