"""What a client sends: a body with no field that nothing reads, texts that are stored as they come, and the header that
tells a message sent again from a new one."""

from typing import Annotated

from fastapi import Header
from pydantic import AfterValidator, BaseModel, ConfigDict

from kb_service.domain.errors import MessageEmpty
from kb_service.domain.privacy import is_storable, without_unseen
from kb_service.domain.sent_once import LONGEST_KEY


class RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("holds characters that no text has")
    return text


StorableText = Annotated[str, AfterValidator(_storable)]


def require_words(text: str) -> None:
    """Raises MessageEmpty, also where nothing that stands there can be seen."""
    if not without_unseen(text).strip():
        raise MessageEmpty("the message is empty; send what is to be said")


MessageKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_KEY,
        pattern="^[!-~]+$",
        description="The same when a message is sent again: it is written once, and the first one is given back.",
    ),
]
