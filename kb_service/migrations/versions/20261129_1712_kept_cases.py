"""Keep which talks became the draft of a Q&A"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1712_kept_cases"
down_revision = "20261129_1711_affected_answers"


def upgrade() -> None:
    op.create_table(
        "kept_cases",
        sa.Column("escalation_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"], name=op.f("fk_kept_cases_escalation_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_kept_cases_version_id")),
        sa.PrimaryKeyConstraint("escalation_id", "version_id", name=op.f("pk_kept_cases")),
    )
