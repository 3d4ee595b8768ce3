"""Tables of measuring: what became of each question, without a word of it, and of known ones on coming days."""

from sqlalchemy import JSON, Column, Date, Index, Integer, String, Table

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
