"""What counts as text."""


def is_storable(text: str) -> bool:
    """No database takes half a surrogate pair, and PostgreSQL no NUL."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
