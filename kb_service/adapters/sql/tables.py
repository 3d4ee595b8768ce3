"""The tables. Migrations in `kb_service/migrations` make them; a test compares the two."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC: SQLite has no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value.isoformat()}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


departments = Table(
    "departments",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("aliases", JSON, nullable=False),
    Column("phone", String(80)),
    Column("hours", Text),
    Column("owns", JSON, nullable=False),
)

matters = Table(
    "matters",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("department_id", ForeignKey("departments.id"), nullable=False),
    Column("aliases", JSON, nullable=False),
    Column("audience", String(20)),
    Column("region", String(200)),
)

# `revision` grows with every change that the index must follow; `synced_revision` says how far it has.
documents = Table(
    "documents",
    metadata,
    Column("id", String(400), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("synced_revision", Integer, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("content_sha256", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("question", Text),
    Column("similar_questions", JSON, nullable=False),
    Column("negative_questions", JSON, nullable=False),
    Column("matter_id", String(120), index=True),
    Column("department", String(200)),
    Column("region", String(200)),
    Column("audience", String(20)),
    Column("effective_from", Date),
    Column("effective_to", Date),
    Column("issued_on", Date),
    Column("document_number", String(200)),
    Column("source_url", Text),
    Column("replaces", String(400), index=True),
    Column("source_name", Text),
    Column("blob_sha256", String(64)),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("approved_at", Moment),
    Column("approved_by", String(200)),
    Column("published_at", Moment),
)

passages = Table(
    "passages",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version_id", ForeignKey("versions.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("heading_path", JSON, nullable=False),
    Column("page", Integer),
    Column("second", Integer),
    UniqueConstraint("version_id", "ordinal"),
)

# float32 little-endian bytes, keyed by the model and the exact embedded string: unchanged text is never embedded twice.
embeddings = Table(
    "embeddings",
    metadata,
    Column("model", String(64), nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    PrimaryKeyConstraint("model", "text_sha256"),
)

# uint32 hashed term ids then uint32 counts, keyed by the segmenter and the exact segmented string.
term_counts = Table(
    "term_counts",
    metadata,
    Column("segmenter", String(64), nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("terms", LargeBinary, nullable=False),
    PrimaryKeyConstraint("segmenter", "text_sha256"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", String(64), nullable=False, index=True),
    Column("channel", String(100)),
    Column("user_hash", String(64)),
    Column("asked_at", Moment, nullable=False, index=True),
    Column("outcome", String(20), nullable=False),
    Column("matter_id", String(120)),
    Column("body", JSON, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("answer_id", ForeignKey("answers.id"), nullable=False, index=True),
    Column("given_at", Moment, nullable=False),
    Column("resolved", Integer),
    Column("comment", Text),
)

# What happened to knowledge: append-only; who, when, what, on which version.
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(60), nullable=False),
    Column("document_id", String(400)),
    Column("version_id", String(36), index=True),
    Column("detail", JSON, nullable=False),
)

Index("ix_documents_unsynced", documents.c.revision, documents.c.synced_revision)
