"""Canned replies (常用语): texts that helpers insert into replies, with variables that the talk fills in."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

LONGEST_TITLE = 60
LONGEST_SHORTCUT = 20
LONGEST_TEXT = 1000
_NAMED = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class CannedReply:
    """``department_id``: None for all departments. ``id``: None for one of a site's file, which is changed there."""

    id: str | None
    department_id: str | None
    title: str
    text: str
    shortcut: str | None = None


def unknown_variables(text: str, known: Collection[str]) -> list[str]:
    """Names in braces that stand for nothing."""
    return [each for each in _NAMED.findall(text) if each not in known]


def filled(text: str, value_of: Mapping[str, str]) -> str:
    """With what the variables stand for; what it does not know it leaves for the helper to see."""
    return _NAMED.sub(lambda found: value_of.get(found[1], found[0]), text)
