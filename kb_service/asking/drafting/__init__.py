"""Answers from passages: by quoting, or by a language model."""
