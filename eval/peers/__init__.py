"""The peers of the search: other libraries on the same texts with the same embedding model, measured side by side."""
