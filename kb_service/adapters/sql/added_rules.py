"""What acts on rows, or stands before them, without the service: triggers, views, rules, policies.

The service makes none. A trigger could turn a lawful step into another one inside its transaction, and the trail would
seal what it made of the row.
"""

from collections.abc import Iterator

from sqlalchemy import text

from kb_service.adapters.sql.engine import Database

_OF = {
    "sqlite": "SELECT type AS kind, name, tbl_name AS place FROM sqlite_master WHERE type IN ('trigger', 'view')",
    # A view is a rule on its own name. Triggers of foreign keys are internal.
    "postgresql": """
        SELECT 'trigger' AS kind, tgname AS name, relname AS place FROM pg_trigger
            JOIN pg_class ON pg_class.oid = tgrelid
            WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace
        UNION ALL SELECT CASE relkind WHEN 'v' THEN 'view' ELSE 'rule' END,
            CASE relkind WHEN 'v' THEN relname ELSE rulename END, relname FROM pg_rewrite
            JOIN pg_class ON pg_class.oid = ev_class
            WHERE relnamespace = current_schema()::regnamespace
        UNION ALL SELECT 'policy', polname, relname FROM pg_policy
            JOIN pg_class ON pg_class.oid = polrelid
            WHERE relnamespace = current_schema()::regnamespace
    """,
}


def added_rules(database: Database) -> Iterator[tuple[str, str]]:
    """Which one (``trigger name``), and what is wrong with it."""
    with database.reading() as connection:
        found = connection.execute(text(_OF[connection.dialect.name])).all()
    for row in sorted(found):
        yield (
            f"{row.kind} {row.name}",
            f"acts on {row.place}, and is none of the service's; look into who added it, and drop it",
        )
