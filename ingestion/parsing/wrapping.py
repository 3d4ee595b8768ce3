"""Lines that were broken at a fixed width, put together again as paragraphs."""

import re
import unicodedata
from collections.abc import Sequence

from ingestion.markers import starts_unit

_SENTENCE_END = re.compile(r"[。！？；：!?;:.…][”』」）)\"']*$")
# A file counts as wrapped when several lines end within this share of its longest line, which is not very long.
_FULL_SHARE = 0.85
_NARROWEST, _WIDEST = 40, 120
_LEAST_FULL_LINES = 3


def display_width(text: str) -> int:
    """Columns on a terminal: Han characters and full-width marks take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def join_wrapped(lines: Sequence[str]) -> list[str]:
    """Paragraphs from the lines of a text file; blank lines separate, and are dropped."""
    widths = [display_width(line.rstrip()) for line in lines]
    full = _full_width(widths)
    paragraphs: list[list[str]] = []
    continues = False
    for line, width in zip(lines, widths, strict=True):
        text = line.strip()
        if text and continues and not line.startswith(("　", "    ")) and not starts_unit(text):
            paragraphs[-1].append(text)
        elif text:
            paragraphs.append([text])
        continues = bool(text) and full is not None and width >= full and _SENTENCE_END.search(text) is None
    return [all_joined(pieces) for pieces in paragraphs]


def all_joined(pieces: Sequence[str]) -> str:
    """The pieces of one line, each `joined` to those before; what they share depends on two letters of each."""
    parts: list[str] = []
    for piece in pieces:
        if parts and piece:
            end = parts[-1][-2:]
            parts[-1] = parts[-1][: len(parts[-1]) - len(end)] + joined(end, piece)[: -len(piece)]
        parts.append(piece)
    return "".join(parts)


def joined(left: str, right: str) -> str:
    """Two pieces of one line: a space between them only where both sides are written with spaces."""
    if left.endswith("-") and left[-2:-1].isalpha() and right[:1].islower():
        return left[:-1] + right
    needs_space = _is_spaced(left[-1:]) and _is_spaced(right[:1])
    return f"{left} {right}" if needs_space else left + right


def _full_width(widths: Sequence[int]) -> float | None:
    longest = max(widths, default=0)
    if not _NARROWEST <= longest <= _WIDEST:
        return None
    full = longest * _FULL_SHARE
    return full if sum(width >= full for width in widths) >= _LEAST_FULL_LINES else None


def _is_spaced(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) not in "WF" and not character.isspace()
