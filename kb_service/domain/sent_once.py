"""Messages that are sent again after a lost reply: the same key by the same author in the same talk is one message."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from kb_service.domain.errors import MessageKeyReused
from kb_service.domain.escalations import Escalation

# Of a key; a UUID has 36.
LONGEST_KEY = 64
# The author of what the person writes; helpers have their person id, which is never empty.
ASKER = ""


@dataclass(frozen=True, slots=True)
class Once:
    """``digest``: of all that was sent. ``require``: raises for who must not even know that there is such a talk."""

    key: str
    author: str
    digest: str
    require: Callable[[Escalation], None]

    def require_same(self, digest: str) -> None:
        """Raises MessageKeyReused where ``digest`` is of another message."""
        if digest != self.digest:
            raise MessageKeyReused(
                "this Idempotency-Key came with another message of this talk; send a new key with each message"
            )


def once(
    key: str | None, *parts: str | bytes | None, author: str, require: Callable[[Escalation], None]
) -> Once | None:
    """None where no key was sent. ``parts``: what tells the message from others."""
    return None if key is None else Once(key, author, digest_of(*parts), require)


def digest_of(*parts: str | bytes | None) -> str:
    """SHA-256 of the parts, each with its length before it, so that none runs into the next."""
    digest = hashlib.sha256()
    for part in parts:
        content = b"" if part is None else part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(content) if part is not None else b"-:")
        digest.update(content)
    return digest.hexdigest()
