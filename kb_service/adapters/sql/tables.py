"""The tables. Migrations in `kb_service/migrations` make them; a test compares the two."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
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
    Column("service_hours", JSON),
    Column("region", String(100)),
    Column("stands_for", String(80)),
    Column("deputies", JSON),
    Column("juniors_reply_alone", Integer),
    Column("proposes_drafts", Integer),
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
    Column("repeals", JSON),
    Column("amends", String(400)),
    Column("review_by", Date),
    Column("source_name", Text),
    Column("blob_sha256", String(64)),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("approved_at", Moment),
    Column("approved_by", String(200)),
    Column("approval_rule", String(20)),
    Column("published_at", Moment),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("submitted_at", Moment),
    Column("submitted_by", String(200)),
    Column("late_reason", Text),
    Column("rejection_reason", Text),
    Column("question_key", String(64), index=True),
    Column("upload_id", String(36), index=True),
)

# Everyone who uploaded or edited a version: none of them may approve it.
contributors = Table(
    "contributors",
    metadata,
    Column("version_id", ForeignKey("versions.id"), nullable=False),
    Column("person_id", String(200), nullable=False),
    PrimaryKeyConstraint("version_id", "person_id"),
)

# Which other documents a version ends from its first day on: those it replaces or repeals.
endings = Table(
    "endings",
    metadata,
    Column("version_id", ForeignKey("versions.id"), nullable=False),
    Column("document_id", String(400), nullable=False, index=True),
    PrimaryKeyConstraint("version_id", "document_id"),
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

# `number` to `hash` chain the answers in the order they were given, as events are; `sha256` is the seal of the row.
answers = Table(
    "answers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", String(64), nullable=False, index=True),
    Column("channel", String(100)),
    Column("user_hash", String(64)),
    Column("asked_by", String(200)),
    Column("asked_at", Moment, nullable=False, index=True),
    Column("outcome", String(20), nullable=False),
    Column("matter_id", String(120)),
    Column("body", JSON, nullable=False),
    Column("number", Integer),
    Column("sha256", String(64)),
    Column("previous_hash", String(64)),
    Column("hash", String(64)),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("answer_id", ForeignKey("answers.id"), nullable=False, index=True),
    Column("given_at", Moment, nullable=False, index=True),
    Column("resolved", Integer),
    Column("comment", Text),
    Column("reason", String(20)),
    Column("state", String(20)),
    Column("decided_at", Moment),
    Column("decided_by", String(200)),
    Column("decision", Text),
    Column("version_id", String(36)),
    Column("department_id", String(80)),
    Column("due_at", Moment),
    Column("breached_at", Moment),
    Column("changed_at", Moment, index=True),
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
    Column("previous_hash", String(64)),
    Column("hash", String(64)),
)

people = Table(
    "people",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
)

# Only the SHA-256 of a key's 256 random bits is kept.
keys = Table(
    "keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("label", String(200), nullable=False),
    Column("secret_sha256", String(64), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("last_used_at", Moment),
)

# What is still to be done. `lease` says who is doing it, until `leased_until`; `dead_at`: given up, a dead letter.
jobs = Table(
    "jobs",
    metadata,
    Column("kind", String(40), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", String(200), index=True),
    Column("leased_until", Moment),
    Column("error", Text),
    Column("dead_at", Moment),
    PrimaryKeyConstraint("kind", "subject"),
)

# `fingerprint` is a hash of kind and the two places: finding the same again adds no row and reopens none.
suspicions = Table(
    "suspicions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("version_id", ForeignKey("versions.id"), nullable=False, index=True),
    Column("other_version_id", ForeignKey("versions.id"), nullable=False, index=True),
    Column("passage_id", String(36)),
    Column("other_passage_id", String(36)),
    Column("detail", JSON, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", String(200)),
    Column("decision_reason", Text),
)

# Versions whose passages were compared with others, at which revision.
examinations = Table(
    "examinations",
    metadata,
    Column("version_id", ForeignKey("versions.id"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("examined_at", Moment, nullable=False),
)

rehearsals = Table(
    "rehearsals",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version_id", ForeignKey("versions.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("rehearsed_at", Moment, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("changes", JSON, nullable=False),
    Column("seconds", Float, nullable=False),
)

# What an administrator entered: days that differ from the announced calendar, and years announced since.
calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("is_working", Integer, nullable=False),
    Column("name", String(100)),
)

calendar_years = Table(
    "calendar_years",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("announced_by", String(200), nullable=False),
    Column("announced_at", Moment, nullable=False),
)

due_lists = Table(
    "due_lists",
    metadata,
    Column("day", Date, primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("items", JSON, nullable=False),
)

Index("ix_jobs_in_order", jobs.c.kind, jobs.c.priority, jobs.c.created_at, jobs.c.subject)
Index("ix_events_actor", events.c.actor, events.c.at)
Index("ix_answers_number", answers.c.number, unique=True)
Index("ix_answers_matter_id", answers.c.matter_id, answers.c.asked_at)
Index("ix_versions_state", versions.c.state, versions.c.effective_from)
Index("ix_documents_unsynced", documents.c.revision, documents.c.synced_revision)
