"""A message as a question: its scope, matter, facet, region, day."""
