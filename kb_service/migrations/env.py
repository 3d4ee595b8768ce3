"""Run by alembic with an open connection from `adapters/sql/engine.py`."""

from datetime import UTC, datetime

from alembic import context

from kb_service.adapters.sql.schema import metadata
from kb_service.adapters.sql.taking_as_found import (
    chain_lines_that_are_there,
    seal_what_is_there,
    tell_ends_that_are_there,
)

# What an older database holds gets its seals when it is brought up to date: by the tables as they are after the last
# migration, which is why no migration does it.
_ROWS_ARE_SEALED = "20261128_1750_trail_covers_rows"
_LINES_ARE_CHAINED = "20261130_0131_chained_lines"
_ENDS_ARE_SEALED = "20261130_1500_site_seals"

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
before = context.get_context().get_current_revision()
with context.begin_transaction():
    context.run_migrations()
after = context.get_context().get_current_revision()
if before is not None and after is not None and before < _ROWS_ARE_SEALED <= after:
    seal_what_is_there(connection, at=datetime.now(UTC))
if before is not None and after is not None and before < _LINES_ARE_CHAINED <= after:
    chain_lines_that_are_there(connection, at=datetime.now(UTC))
elif before is not None and after is not None and before < _ENDS_ARE_SEALED <= after:
    tell_ends_that_are_there(connection, at=datetime.now(UTC))
