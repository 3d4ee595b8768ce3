"""The steps from a question to a grounded answer, as pure functions over ports."""
