"""Measures of an evaluation as pure functions of rankings, words, citations and confidences."""
