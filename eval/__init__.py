"""Evaluation suites, metrics, reports and gates over the running product."""
