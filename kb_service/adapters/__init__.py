"""Tools behind the ports: databases, vector indexes, embedding models, segmenters."""
