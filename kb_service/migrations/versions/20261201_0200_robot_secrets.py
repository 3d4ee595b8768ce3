"""Keep what DingTalk gives a robot to sign its messages with"""

import sqlalchemy as sa
from alembic import op

revision = "20261201_0200_robot_secrets"
down_revision = "20261130_2330_of_evaluations"


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("robot_secret", sa.Text(), nullable=True))
