"""Texts of a request that are stored as they come."""

from typing import Annotated

from pydantic import AfterValidator

from kb_service.domain.errors import MessageEmpty
from kb_service.domain.privacy import is_storable, without_unseen


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("holds characters that no text has")
    return text


StorableText = Annotated[str, AfterValidator(_storable)]


def require_words(text: str) -> None:
    """Raises MessageEmpty, also where nothing that stands there can be seen."""
    if not without_unseen(text).strip():
        raise MessageEmpty("the message is empty; send what is to be said")
