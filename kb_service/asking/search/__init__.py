"""Passages in force, found and ordered."""
