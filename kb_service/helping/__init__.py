"""The verb of helpers: a person takes over, talks, and owes a result; with the clocks of all of it."""
