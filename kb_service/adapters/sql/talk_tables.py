"""Tables of human help: escalations with their talks and clocks, who helps, which systems are told, switches."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text

from kb_service.adapters.sql.tables import Moment, metadata

# A question in the hands of people. `talking_in` is the key of its asker while it goes on: a conversation has one at a
# time.
escalations = Table(
    "escalations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("conversation_id", String(64), nullable=False, index=True),
    Column("talking_in", String(64), unique=True),
    Column("asked_by", String(200)),
    Column("channel", String(100)),
    Column("user_hash", String(64)),
    Column("state", String(20), nullable=False),
    Column("department_id", String(80), nullable=False),
    Column("question", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("matter_id", String(120)),
    Column("facet", String(20)),
    Column("region", String(100)),
    Column("answer_id", String(40), index=True),
    Column("evidence", JSON, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", String(200), nullable=False),
    Column("helper", String(200)),
    Column("claimed_at", Moment),
    Column("first_reply_at", Moment),
    Column("closed_at", Moment),
    Column("verdict", String(20)),
    Column("verdict_of_person", String(20)),
    Column("order_kind", String(20)),
    Column("revision", Integer, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("changed_at", Moment, nullable=False, index=True),
    Column("routed_by", JSON),
    Column("handed_on", JSON),
    Column("proposal_changes", Integer),
    Column("end_seal", String(64)),
    Index("ix_escalations_in_queue", "state", "department_id", "opened_at"),
    Index("ix_escalations_of_helper", "helper", "state"),
)

# What is written in a talk, in the order of its numbers, each line linked to the one before it by its hash.
talk_messages = Table(
    "talk_messages",
    metadata,
    Column("escalation_id", ForeignKey("escalations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("author", String(20), nullable=False),
    Column("by", String(200)),
    Column("text", Text, nullable=False),
    Column("move", String(20)),
    Column("suggestion", JSON),
    Column("confirmed_by", String(200)),
    Column("is_by_assistant", Integer),
    Column("salt", String(32)),
    Column("hash", String(64)),
    PrimaryKeyConstraint("escalation_id", "number"),
)

# When something is due to a person who waits; it runs until it is met or stopped.
clocks = Table(
    "clocks",
    metadata,
    Column("escalation_id", ForeignKey("escalations.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("round", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("warns_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("met_at", Moment),
    Column("stopped_at", Moment),
    Column("warned_at", Moment),
    Column("breached_at", Moment),
    PrimaryKeyConstraint("escalation_id", "kind", "round"),
    Index("ix_clocks_running", "met_at", "stopped_at", "due_at"),
)

helpers = Table(
    "helpers",
    metadata,
    Column("person_id", String(200), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("departments", JSON, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("is_lead", Integer, nullable=False),
    Column("is_present", Integer, nullable=False),
    Column("seen_at", Moment),
    Column("skills", JSON),
    Column("is_junior", Integer),
)

# Other systems that are told what happens to escalations. The secret is derived from the site's key.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("url", Text, nullable=False),
    Column("form", String(20), nullable=False),
    Column("events", JSON, nullable=False),
    Column("departments", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("ended_at", Moment),
    Column("robot_secret", Text),
)

# What is told to each, once by its id. `due_at` is empty when it was delivered or given up.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("webhook_id", ForeignKey("webhooks.id"), nullable=False, index=True),
    Column("escalation_id", String(36), nullable=False),
    Column("event", String(20), nullable=False),
    Column("body", JSON, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("due_at", Moment, index=True),
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", Moment),
    Column("dead_at", Moment, index=True),
    Column("error", Text),
    Column("seal", String(64)),
)

# What is handed to people in an emergency. `off_now` names what is covered while it is off: nothing is off twice.
switches = Table(
    "switches",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("covers", String(20), nullable=False),
    Column("subject_id", String(400)),
    Column("off_now", String(450), unique=True),
    Column("reason", Text, nullable=False),
    Column("off_at", Moment, nullable=False),
    Column("off_by", String(200), nullable=False),
    Column("on_at", Moment),
    Column("on_by", String(200)),
    Column("on_reason", Text),
)

announcements = Table(
    "announcements",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("text", Text, nullable=False),
    Column("reach", String(20), nullable=False),
    Column("subject_id", String(200)),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", String(200)),
)

# How far each side of a talk has read, and when it last typed. One row for a side, written over.
talk_signs = Table(
    "talk_signs",
    metadata,
    Column("escalation_id", ForeignKey("escalations.id"), nullable=False),
    Column("side", String(10), nullable=False),
    Column("read_up_to", Integer, nullable=False),
    Column("typed_at", Moment),
    Column("changed_at", Moment, nullable=False, index=True),
    PrimaryKeyConstraint("escalation_id", "side"),
)

# Where a department's helpers meet people by voice and video.
meeting_links = Table(
    "meeting_links",
    metadata,
    Column("department_id", String(80), primary_key=True),
    Column("url", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("set_by", String(200), nullable=False),
)

# Texts that helpers insert into replies; of all departments where none is named.
canned_replies = Table(
    "canned_replies",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("department_id", String(80), index=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("shortcut", String(40)),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String(200), nullable=False),
)

# Pictures and recorded sound of messages, numbered within their talk.
attachments = Table(
    "attachments",
    metadata,
    Column("escalation_id", ForeignKey("escalations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("message_number", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("escalation_id", "number"),
)

# Keys that came with messages, so that one that is sent again is known. `author` is empty for the person who asked.
message_keys = Table(
    "message_keys",
    metadata,
    Column("escalation_id", ForeignKey("escalations.id"), nullable=False),
    Column("author", String(200), nullable=False),
    Column("key", String(64), nullable=False),
    Column("message_number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    PrimaryKeyConstraint("escalation_id", "author", "key"),
)

# What a junior or the assistant (no `by`) would write to a person. `message`: the line of the talk that it became.
proposals = Table(
    "proposals",
    metadata,
    Column("escalation_id", ForeignKey("escalations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(200)),
    Column("text", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("suggestion", JSON),
    Column("citations", JSON, nullable=False),
    Column("settled_at", Moment),
    Column("settled_by", String(200)),
    Column("reason", Text),
    Column("use", String(20)),
    Column("message", Integer),
    PrimaryKeyConstraint("escalation_id", "number"),
)
