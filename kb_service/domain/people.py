"""People, the roles they have, and the keys they show. A rule about two persons compares `person_id`, never keys."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb_service.domain.errors import InvalidPerson
from kb_service.domain.privacy import without_unseen

LONGEST_NAME = 100


class Role(StrEnum):
    """FRONTEND asks for residents; HELPER, EDITOR, REVIEWER, EVALUATOR are staff; ADMIN may do all that these may."""

    FRONTEND = "frontend"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    HELPER = "helper"
    EVALUATOR = "evaluator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``key_id`` is None for the operator of this machine, without keys, and for visitors without one."""

    person_id: str
    name: str
    roles: frozenset[Role]
    key_id: str | None

    def has_any_of(self, roles: Iterable[Role]) -> bool:
        return Role.ADMIN in self.roles or not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; its secret is not. From ``expires_at`` on it opens nothing."""

    id: str
    person_id: str
    name: str
    label: str
    roles: frozenset[Role]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_valid_at(self, moment: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)


def person_id(name: str) -> str:
    """One id for every way of writing a name: width, case, accents' composition, white space, unseen characters.

    Names in Chinese are often spaced out (张　三) or have one of several middle dots: those are one person too. Letters
    of different alphabets that look alike, and traditional beside simplified script, stay different.
    Raises InvalidPerson for a name without visible characters, a longer one than 100, or control characters.
    """
    _require_plain(name)
    folded = unicodedata.normalize("NFKC", without_unseen(name)).casefold()
    folded = without_unseen(unicodedata.normalize("NFKC", folded)).translate(_MIDDLE_DOTS)
    folded = _SPACE_AT_HAN.sub("", " ".join(folded.split()))
    if not folded:
        raise InvalidPerson("a person needs a name with visible characters")
    if len(folded) > LONGEST_NAME:
        raise InvalidPerson(f"a person's name has at most {LONGEST_NAME} characters, this one has {len(folded)}")
    return folded


def shown_name(name: str) -> str:
    """The name as it was given, without what cannot be seen. Raises InvalidPerson as `person_id` does."""
    person_id(name)
    return " ".join(without_unseen(unicodedata.normalize("NFC", name)).split())


def written_key(key_id: str, secret: str) -> str:
    """What a person is shown once. ``key_id``: 8 hexadecimal digits; ``secret``: 256 random bits, URL-safe."""
    return f"kb_{key_id}_{secret}"


def key_id_of(written: str) -> str | None:
    """The id inside a written key; None for what has not the form of one."""
    found = _KEY.fullmatch(written)
    return found.group(1) if found else None


def key_hash(written: str) -> str:
    """SHA-256; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(written.encode()).hexdigest()


_KEY = re.compile(r"kb_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_HAN = "[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_SPACE_AT_HAN = re.compile(f"(?<={_HAN}) | (?={_HAN})")
_MIDDLE_DOTS = dict.fromkeys(map(ord, "\u0387\u2022\u2027\u2219\u22c5\u30fb"), "\u00b7")


def _require_plain(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise InvalidPerson(f"a person's name has at most {LONGEST_NAME} characters, this one has {len(name)}")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise InvalidPerson("a person's name has no control characters")
