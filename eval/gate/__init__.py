"""The gate: small measures of each component, what they are held against, and which component a loss points at."""
