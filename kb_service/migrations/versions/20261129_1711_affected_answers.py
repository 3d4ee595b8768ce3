"""Keep which versions each answer cited, and what becomes of answers whose version was withdrawn"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1711_affected_answers"
down_revision = "20261129_1710_owners_of_feedback"

# Of answers that are stored already; those whose words were erased cite nothing any more.
_CITED = {
    "sqlite": """
        INSERT INTO cited_versions (answer_id, version_id)
        SELECT DISTINCT answers.id, json_extract(cited.value, '$.version_id')
        FROM answers, json_each(answers.body, '$.citations') AS cited
    """,
    "postgresql": """
        INSERT INTO cited_versions (answer_id, version_id)
        SELECT DISTINCT answers.id, cited ->> 'version_id'
        FROM answers, json_array_elements(
            CASE WHEN json_typeof(answers.body -> 'citations') = 'array' THEN answers.body -> 'citations' ELSE '[]' END
        ) AS cited
    """,
}


def upgrade() -> None:
    op.create_table(
        "cited_versions",
        sa.Column("answer_id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_cited_versions_answer_id")),
        sa.PrimaryKeyConstraint("answer_id", "version_id", name=op.f("pk_cited_versions")),
    )
    op.create_index(op.f("ix_cited_versions_version_id"), "cited_versions", ["version_id"])
    op.create_table(
        "affected_answers",
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("answer_id", sa.String(length=40), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("asked_again_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_affected_answers_answer_id")),
        sa.PrimaryKeyConstraint("version_id", "answer_id", name=op.f("pk_affected_answers")),
    )
    op.create_index(op.f("ix_affected_answers_answer_id"), "affected_answers", ["answer_id"])
    op.execute(_CITED[op.get_bind().dialect.name])
