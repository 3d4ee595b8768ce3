"""Tables of measuring, without a word of any question: what became of each, what people judged of a sample, and how
known questions will be answered on coming days."""

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from kb_service.adapters.sql.tables import Moment, metadata

# One row for each answer and for each talk (`side`), made from them. `number`: of the answer in its chain; `seen_at`:
# as which change of the talk it was taken in. Somebody comes back after `ended_at` and until `back_until`; `asker` is
# the hash that the answer has, and goes with its words: `is_followed` says whether it was known for all that time.
outcomes = Table(
    "outcomes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("side", String(10), nullable=False),
    Column("number", Integer, index=True),
    Column("seen_at", Moment, index=True),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("back_until", Moment),
    Column("day", Date, nullable=False),
    Column("week", Date, nullable=False),
    Column("hour_of_week", Integer, nullable=False),
    Column("asker", String(64)),
    Column("is_followed", Integer, nullable=False),
    Column("matter_id", String(120)),
    Column("department_id", String(80)),
    Column("district", String(100)),
    Column("channel", String(100)),
    Column("outcome", String(20)),
    Column("reasons", String(400), nullable=False),
    Column("came_back_at", Moment),
    Index("ix_outcomes_of_days", "side", "day"),
    Index("ix_outcomes_of_asker", "asker", "at"),
)

# The audited sample of a week, by its Monday: how it was drawn, and of what.
audit_weeks = Table(
    "audit_weeks",
    metadata,
    Column("week", Date, primary_key=True),
    Column("drawn_at", Moment, nullable=False),
    Column("wanted", Integer, nullable=False),
)

# `bands`: with commas. `size`: of how many questions, `drawn`: how many were drawn of them.
audit_strata = Table(
    "audit_strata",
    metadata,
    Column("week", ForeignKey("audit_weeks.week"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("bands", String(60), nullable=False),
    Column("matter_id", String(120)),
    Column("size", Integer, nullable=False),
    Column("drawn", Integer, nullable=False),
)

# `kept_as`: its id in the site's suite.
audit_items = Table(
    "audit_items",
    metadata,
    Column("answer_id", ForeignKey("answers.id"), primary_key=True),
    Column("week", ForeignKey("audit_weeks.week"), nullable=False),
    Column("stratum", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("is_answered", Integer, nullable=False),
    Column("kept_as", String(80)),
    UniqueConstraint("week", "place"),
)

# `number`: the order in which people judged; the first two count, and the third where those differ.
audit_judgements = Table(
    "audit_judgements",
    metadata,
    Column("answer_id", ForeignKey("audit_items.answer_id"), primary_key=True),
    Column("person_id", String(200), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("rating", String(40), nullable=False),
    Column("note", Text),
    Column("at", Moment, nullable=False),
    UniqueConstraint("answer_id", "number"),
)

# One row for each switch day that the site's known questions were asked for; `effects` has those whose answer changes.
days_ahead = Table(
    "days_ahead",
    metadata,
    Column("day", Date, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("effects", JSON, nullable=False),
)
