"""Changes of the schema, in order of their time; applied by `adapters/sql/engine.py`."""
