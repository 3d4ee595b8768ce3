"""Keep audited samples: what was drawn of each week, and what people judged of it"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_2100_audited_samples"
down_revision = "20261129_1951_problems"


def upgrade() -> None:
    op.create_table(
        "audit_weeks",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_audit_weeks")),
    )
    op.create_table(
        "audit_strata",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bands", sa.String(length=60), nullable=False),
        sa.Column("matter_id", sa.String(length=120), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["week"], ["audit_weeks.week"], name=op.f("fk_audit_strata_week")),
        sa.PrimaryKeyConstraint("week", "number", name=op.f("pk_audit_strata")),
    )
    op.create_table(
        "audit_items",
        sa.Column("answer_id", sa.String(length=40), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("is_answered", sa.Integer(), nullable=False),
        sa.Column("kept_as", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_audit_items_answer_id")),
        sa.ForeignKeyConstraint(["week"], ["audit_weeks.week"], name=op.f("fk_audit_items_week")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_audit_items")),
        sa.UniqueConstraint("week", "place", name=op.f("uq_audit_items_week_place")),
    )
    op.create_table(
        "audit_judgements",
        sa.Column("answer_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rating", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["audit_items.answer_id"], name=op.f("fk_audit_judgements_answer_id")),
        sa.PrimaryKeyConstraint("answer_id", "person_id", name=op.f("pk_audit_judgements")),
        sa.UniqueConstraint("answer_id", "number", name=op.f("uq_audit_judgements_answer_id_number")),
    )
