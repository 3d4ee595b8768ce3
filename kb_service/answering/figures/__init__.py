"""Figures and dates that a text states, in one form."""
