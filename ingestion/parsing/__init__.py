"""File formats to blocks."""
