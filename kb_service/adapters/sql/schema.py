"""All tables there are: whoever goes through them has loaded every module that describes some."""

from kb_service.adapters.sql import learning_tables, measuring_tables, tables, talk_tables, upload_tables

TABLES_IN = (tables, upload_tables, talk_tables, learning_tables, measuring_tables)
metadata = tables.metadata
