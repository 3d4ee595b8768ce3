"""Run by alembic with an open connection from `adapters/sql/engine.py`."""

from alembic import context

from kb_service.adapters.sql.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
