"""Take what `kb eval` asked out of the figures: outcomes of its channel that were taken in before they were left out"""

from alembic import op

revision = "20261130_2330_of_evaluations"
down_revision = "20261130_1500_site_seals"


def upgrade() -> None:
    op.execute("DELETE FROM outcomes WHERE channel = 'evaluation' AND side = 'assistant'")
