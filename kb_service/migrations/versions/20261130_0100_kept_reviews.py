"""Keep what the draft of a talk rests on"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0100_kept_reviews"
down_revision = "20261129_2100_audited_samples"


def upgrade() -> None:
    with op.batch_alter_table("kept_cases") as batch_op:
        batch_op.add_column(sa.Column("rests_on", sa.JSON(), nullable=True))
