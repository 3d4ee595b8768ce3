"""Whether a draft says what its sources say, and the citations of one that does."""
