"""Tables of files that came in, and of how far each has come."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from kb_service.adapters.sql.tables import Moment, metadata

# `identity` is a hash of bytes and fields.
batches = Table(
    "batches",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("actor", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("files", Integer, nullable=False),
    Column("publish", Integer, nullable=False),
    Column("dry_run", Integer, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("file_name", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("blob_sha256", String(64), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("identity", String(64), nullable=False, index=True),
    Column("state", String(20), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("lease", String(200)),
    Column("reason", Text),
    Column("cause", JSON(none_as_null=True)),
    Column("records_done", Integer, nullable=False),
    Column("records_total", Integer),
    Column("counts", JSON, nullable=False),
    Column("report", JSON),
    Column("version_id", String(36)),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# What a batch holds, in the order it was sent; a file that had come before stands in both batches.
batch_uploads = Table(
    "batch_uploads",
    metadata,
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("upload_id", ForeignKey("uploads.id"), nullable=False),
    PrimaryKeyConstraint("batch_id", "ordinal"),
)

# Records of an upload that were refused, as they came; of a dry run every record. `line` as its editor shows it.
upload_records = Table(
    "upload_records",
    metadata,
    Column("upload_id", ForeignKey("uploads.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("line", Integer),
    Column("outcome", String(30), nullable=False),
    Column("document_id", String(400)),
    Column("reason", Text),
    Column("content", Text),
    Column("cause", JSON(none_as_null=True)),
    PrimaryKeyConstraint("upload_id", "ordinal"),
)

Index("ix_upload_records_document", upload_records.c.upload_id, upload_records.c.document_id)
