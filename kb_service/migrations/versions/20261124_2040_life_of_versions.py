"""Give versions a life: people, review, the chained trail, uploads, suspicions, rehearsals, the calendar"""

from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

from kb_service.domain.trail import NO_HASH, Event, hash_of

revision = "20261124_2040_life_of_versions"
down_revision = "20261122_1630_first_tables"


def upgrade() -> None:
    _make_tables()
    connection = op.get_bind()
    _chain_events(connection)
    connection.execute(sa.text("INSERT INTO contributors SELECT id, created_by FROM versions"))
    connection.execute(
        sa.text(
            "INSERT INTO endings SELECT id, replaces FROM versions "
            "WHERE replaces IS NOT NULL AND replaces <> document_id"
        )
    )
    # Until now there was no other way to approve.
    connection.execute(sa.text("UPDATE versions SET approval_rule = 'bulk_import' WHERE approved_at IS NOT NULL"))


def _chain_events(connection: sa.Connection) -> None:
    events = sa.table(
        "events",
        *(sa.column(name, kind) for name, kind in _EVENT_COLUMNS.items()),
    )
    previous = NO_HASH
    for number, row in enumerate(list(connection.execute(sa.select(events).order_by(events.c.id))), start=1):
        entry = Event(
            number, row.at.replace(tzinfo=UTC), row.actor, row.action, row.document_id, row.version_id, row.detail
        )
        chained = hash_of(entry, previous)
        connection.execute(
            sa.update(events).where(events.c.id == row.id).values(id=number, previous_hash=previous, hash=chained)
        )
        previous = chained


_EVENT_COLUMNS: dict[str, Any] = {
    "id": sa.Integer(),
    "at": sa.DateTime(),
    "actor": sa.String(),
    "action": sa.String(),
    "document_id": sa.String(),
    "version_id": sa.String(),
    "detail": sa.JSON(),
    "previous_hash": sa.String(),
    "hash": sa.String(),
}


def _make_tables() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("publish", sa.Integer(), nullable=False),
        sa.Column("dry_run", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("announced_by", sa.String(length=200), nullable=False),
        sa.Column("announced_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_years")),
    )
    op.create_table(
        "due_lists",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_due_lists")),
    )
    op.create_table(
        "executors",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executors")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_keys_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
    )
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_keys_person_id"), ["person_id"], unique=False)

    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("executor", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("records_done", sa.Integer(), nullable=False),
        sa.Column("records_total", sa.Integer(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_uploads_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uploads_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_identity"), ["identity"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_state"), ["state"], unique=False)

    op.create_table(
        "contributors",
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_contributors_version_id")),
        sa.PrimaryKeyConstraint("version_id", "person_id", name=op.f("pk_contributors")),
    )
    op.create_table(
        "endings",
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_endings_version_id")),
        sa.PrimaryKeyConstraint("version_id", "document_id", name=op.f("pk_endings")),
    )
    with op.batch_alter_table("endings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_endings_document_id"), ["document_id"], unique=False)

    op.create_table(
        "examinations",
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("examined_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_examinations_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_examinations")),
    )
    op.create_table(
        "batch_uploads",
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_uploads_batch_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_batch_uploads_upload_id")),
        sa.PrimaryKeyConstraint("batch_id", "ordinal", name=op.f("pk_batch_uploads")),
    )
    op.create_table(
        "upload_records",
        sa.Column("upload_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("document_id", sa.String(length=400), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_upload_records_upload_id")),
        sa.PrimaryKeyConstraint("upload_id", "ordinal", name=op.f("pk_upload_records")),
    )
    op.create_index("ix_upload_records_document", "upload_records", ["upload_id", "document_id"], unique=False)
    op.create_table(
        "rehearsals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("rehearsed_at", sa.DateTime(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_rehearsals_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsals")),
    )
    with op.batch_alter_table("rehearsals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rehearsals_version_id"), ["version_id"], unique=False)

    op.create_table(
        "suspicions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("other_version_id", sa.String(length=36), nullable=False),
        sa.Column("passage_id", sa.String(length=36), nullable=True),
        sa.Column("other_passage_id", sa.String(length=36), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["other_version_id"], ["versions.id"], name=op.f("fk_suspicions_other_version_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_suspicions_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicions")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_suspicions_fingerprint")),
    )
    with op.batch_alter_table("suspicions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suspicions_other_version_id"), ["other_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_suspicions_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_suspicions_version_id"), ["version_id"], unique=False)

    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index("ix_answers_matter_id", ["matter_id", "asked_at"], unique=False)

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("previous_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("hash", sa.String(length=64), nullable=True))

    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("repeals", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("amends", sa.String(length=400), nullable=True))
        batch_op.add_column(sa.Column("approval_rule", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("submitted_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("submitted_by", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("late_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("rejection_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("question_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("upload_id", sa.String(length=36), nullable=True))
        batch_op.create_index(batch_op.f("ix_versions_question_key"), ["question_key"], unique=False)
        batch_op.create_index("ix_versions_state", ["state", "effective_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_versions_upload_id"), ["upload_id"], unique=False)
