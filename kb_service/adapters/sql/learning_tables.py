"""Tables of learning: what nobody could answer, grouped."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from kb_service.adapters.sql.tables import Moment, metadata

gaps = Table(
    "gaps",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("matter_id", String(120)),
    Column("facet", String(20)),
    Column("department_id", String(80)),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version_id", String(36)),
    Column("closed_at", Moment),
    Column("breached_at", Moment),
    Column("reason", Text),
    Column("left_open", Text),
    Column("merged_into", String(36)),
    Index("ix_gaps_to_do", "state", "due_at"),
)

# Each answer once: with its gap, or without one where no text would help. Words are masked, and erased with the answer.
gap_questions = Table(
    "gap_questions",
    metadata,
    Column("answer_id", String(40), primary_key=True),
    Column("gap_id", ForeignKey("gaps.id"), index=True),
    Column("question", Text, nullable=False),
    Column("asker", String(64)),
    Column("asked_at", Moment, nullable=False),
    Column("why", String(20)),
    Column("facet", String(20)),
    Column("closest", Text),
)

# Which versions each answer cites, so that they are found when one of them is withdrawn.
cited_versions = Table(
    "cited_versions",
    metadata,
    Column("answer_id", ForeignKey("answers.id"), primary_key=True),
    Column("version_id", String(36), primary_key=True, index=True),
)

# What became of answers that cited a version which was withdrawn: asked again under the knowledge of then.
affected_answers = Table(
    "affected_answers",
    metadata,
    Column("version_id", String(36), primary_key=True),
    Column("answer_id", ForeignKey("answers.id"), primary_key=True, index=True),
    Column("effect", String(20), nullable=False),
    Column("asked_again_at", Moment, nullable=False),
)

# Which talks became the draft of a Q&A: they are proposed no more while it lives. `rests_on`: ids of the versions that
# the replies cited.
kept_cases = Table(
    "kept_cases",
    metadata,
    Column("escalation_id", ForeignKey("escalations.id"), primary_key=True),
    Column("version_id", ForeignKey("versions.id"), primary_key=True),
    Column("kept_at", Moment, nullable=False),
    Column("rests_on", JSON),
)

# What was met while accompanying people, until it is put right; its words are without personal data.
problems = Table(
    "problems",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("matter_id", String(120)),
    Column("step", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("measures", Text, nullable=False),
    Column("owner", String(200), nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("found_by", String(200), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("gap_id", String(36)),
    Column("document_id", String(400)),
    Column("found", Text, nullable=False),
    Column("closed_at", Moment),
    Column("revision", Integer, nullable=False),
    Column("department_id", String(80)),
    Column("closed_by", String(200)),
    Column("warned_at", Moment),
    Column("breached_at", Moment),
    Index("ix_problems_to_do", "state", "due_at"),
    Index("ix_problems_of_gap", "gap_id"),
)
