"""What endpoints of models say of an error, in whichever fields their makers put it."""

import json
from collections.abc import Iterator

# What checkers of requests repeat of the request itself, which names all of its parts.
_REPEATED = frozenset({"input", "ctx", "url", "request", "body"})
_LONGEST = 4000


def told_of(body: bytes) -> object:
    """As JSON, or as the text it is."""
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
    return found


def message_of(told: object) -> str:
    """In one line, without what would write over the log it stands in; empty for a page."""
    if isinstance(told, str) and told.lstrip("\ufeff \r\n\t").startswith("<"):
        return ""
    text = " ".join(_words(told))
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:_LONGEST]


def _words(told: object) -> Iterator[str]:
    """All that an error says, whichever fields its maker gave it."""
    match told:
        case str():
            yield told
        case list():
            for each in told:
                yield from _words(each)
        case dict():
            for name, each in told.items():
                if name not in _REPEATED:
                    yield from _words(each)
