"""What of a text reaches a model."""

# A piece of the default model has at most 16 characters and 512 pieces are read, fewer where a model reads less:
# what follows cannot count, and costs time to cut.
MAX_CHARACTERS = 16_384


def readable(text: str) -> str:
    """The part of a text that can count. Half a surrogate pair, which JSON can carry, becomes a question mark."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
