"""Builds the folder of the default embedding model; nothing at run time imports it."""
