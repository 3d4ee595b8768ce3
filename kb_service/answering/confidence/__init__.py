"""How likely the best document answers, from the evidence."""
