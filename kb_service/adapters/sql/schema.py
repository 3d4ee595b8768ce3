"""All tables there are: whoever goes through them has loaded every module that describes some."""

from kb_service.adapters.sql import tables, talk_tables

TABLES_IN = (tables, talk_tables)
metadata = tables.metadata
