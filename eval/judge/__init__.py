"""Further columns beside a run's scores, by ragas: without a judge, and by a judge that was tried on planted pairs."""
