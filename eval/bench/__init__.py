"""Measures speed and memory on this machine. Nothing here passes or fails."""
