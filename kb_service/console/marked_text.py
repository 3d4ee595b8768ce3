"""Texts cut up for showing: passages over a version's text, figures over a passage, characters that cannot be seen."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from kb_service.domain.documents import Passage

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class TextRun:
    """A stretch of a version's text: a passage, or what stands between two (``passage`` is None: headings, blanks).

    ``number`` counts the passages from 1. ``start``: where it begins in the version's text, in code points.
    """

    text: str
    passage: Passage | None = None
    number: int = 0
    start: int = 0

    @property
    def is_tinted(self) -> bool:
        return self.number % 2 == 1

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class MarkedText:
    text: str
    is_in_sentence: bool = False
    is_figure: bool = False


def runs(text: str, passages: Sequence[Passage]) -> list[TextRun]:
    """All of the text, every character in one of them."""
    found: list[TextRun] = []
    at = 0
    for number, passage in enumerate(sorted(passages, key=lambda each: (each.start, each.end)), start=1):
        start = max(at, passage.start)
        found += _between(text, at, start)
        at = max(start, passage.end)
        found.append(TextRun(text[start:at], passage, number, start))
    return [*found, *_between(text, at, len(text))]


def _between(text: str, start: int, end: int) -> Iterator[TextRun]:
    """Headings, apart from the blank lines around them."""
    within = text[start:end]
    first = start + len(within) - len(within.lstrip())
    last = max(first, start + len(within.rstrip()))
    borders = (start, first, last, end)
    yield from (TextRun(text[one:other], start=one) for one, other in pairwise(borders) if one < other)


def cited_within(run: TextRun, place: tuple[int, int] | None) -> tuple[str, str, str]:
    """The run before, in and after a place [start, end) of the version's text; the middle is empty where that lies
    elsewhere."""
    if place is None:
        return run.text, "", ""
    start, end = (min(max(each - run.start, 0), len(run.text)) for each in place)
    return run.text[:start], run.text[start:end], run.text[end:]


def pieces(text: str, sentence: tuple[int, int] | None, figures: Sequence[tuple[int, int]]) -> Iterator[MarkedText]:
    """A passage with the sentence and the figures that a suspicion is about; all of it, in order."""
    borders = {0, len(text), *(border for span in (*figures, sentence or (0, 0)) for border in span)}
    ordered = sorted(border for border in borders if 0 <= border <= len(text))
    for start, end in pairwise(ordered):
        is_in_sentence = sentence is not None and sentence[0] <= start < sentence[1]
        yield MarkedText(text[start:end], is_in_sentence, any(first <= start < last for first, last in figures))


def visible(text: object) -> Markup:
    """Text with what cannot be seen marked, so that nobody approves another order of characters than there is.

    The characters stay: each alone in an element that confines its effect, with its code beside it by the style sheet.
    """
    shown: list[Markup] = []
    at = 0
    written = str(text)
    for found in _UNSEEN.finditer(written):
        letter = found[0]
        name = unicodedata.name(letter, "control")
        mark = Markup('<span class="unseen" data-code="U+{:04X}" title="{}">{}</span>').format(
            ord(letter), name, letter
        )
        shown += (escape(written[at : found.start()]), mark)
        at = found.end()
    return Markup("").join([*shown, escape(written[at:])])
