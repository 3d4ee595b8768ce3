"""The vector index behind `PassageIndex`: Qdrant Edge in process, or a Qdrant server."""
