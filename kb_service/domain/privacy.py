"""What a text may hold, and telling the same person without keeping who it is."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Erased:
    """How many had words that were erased."""

    answers: int
    talks: int


def hash_of_user(user_ref: str, key: bytes) -> str:
    """A keyed hash: repeats are recognised, the reference itself is not kept."""
    return hmac.new(key, user_ref.encode(), hashlib.sha256).hexdigest()


def is_storable(text: str) -> bool:
    """No database takes half a surrogate pair, and PostgreSQL no NUL."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


# Drawn as nothing although not of the category Cf (Unicode's Default_Ignorable_Code_Point), and the blank of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def without_unseen(text: str) -> str:
    """Without the characters that are drawn as nothing."""
    return _UNSEEN.sub("", "".join(letter for letter in text if unicodedata.category(letter) != "Cf"))
