"""The knowledge-base service: nouns, verbs, tools and doors of an answer API whose knowledge has dates."""
