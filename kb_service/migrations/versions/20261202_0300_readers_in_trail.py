"""Find what somebody did lately in the trail without reading all of it"""

from alembic import op

revision = "20261202_0300_readers_in_trail"
down_revision = "20261201_0200_robot_secrets"


def upgrade() -> None:
    op.create_index("ix_events_actor", "events", ["actor", "at"])
