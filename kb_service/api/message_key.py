"""The header that tells a message sent again from a new one, named as the IETF's draft of it
(draft-ietf-httpapi-idempotency-key-header)."""

from typing import Annotated

from fastapi import Header

from kb_service.domain.sent_once import LONGEST_KEY

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
