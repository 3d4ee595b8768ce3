"""What a text may hold, and telling the same person without keeping who it is."""

import hashlib
import hmac


def hash_of_user(user_ref: str, key: bytes) -> str:
    """A keyed hash: repeats are recognised, the reference itself is not kept."""
    return hmac.new(key, user_ref.encode(), hashlib.sha256).hexdigest()


def is_storable(text: str) -> bool:
    """No database takes half a surrogate pair, and PostgreSQL no NUL."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
