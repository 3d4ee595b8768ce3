"""The ground under all: normalised text, sentences, terms, numerals, figures."""
