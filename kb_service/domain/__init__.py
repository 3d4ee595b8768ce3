"""Nouns and their rules: what exists, when it is in force, what an answer is. Standard library only."""
