"""Keep jobs beside what they are about; processes are known by the leases they hold"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0600_jobs"
down_revision = "20261124_2040_life_of_versions"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=200), nullable=True),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("dead_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_in_order", "jobs", ["kind", "priority", "created_at", "subject"])
    op.create_index(op.f("ix_jobs_lease"), "jobs", ["lease"])
    # What was under way waited in a queue outside this database, or was found from its row.
    op.execute(
        "INSERT INTO jobs (kind, subject, priority, created_at, due_at, attempts) "
        "SELECT 'read', id, 0, created_at, created_at, 0 FROM uploads WHERE state IN ('waiting', 'reading')"
    )
    op.execute(
        "INSERT INTO jobs (kind, subject, priority, created_at, due_at, attempts) "
        "SELECT 'rehearse', id, 0, created_at, created_at, 0 FROM versions WHERE state = 'in_review' AND NOT EXISTS "
        "(SELECT 1 FROM rehearsals WHERE rehearsals.version_id = versions.id "
        "AND rehearsals.revision = versions.revision)"
    )
    op.drop_table("executors")
    op.alter_column("uploads", "executor", new_column_name="lease")
