"""The one reader of sentences and clauses.

Where they stand, which figures they have, and which characters stand together in them. What counts as a word of grammar
is up to the caller: checking a draft and comparing two texts take different words out first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from sys import intern

from kb_service.text.figures import Figure

# A sentence ends after 。！？； (and closing marks), or at a line break. A colon ends none: its list belongs to it.
_SENTENCE = re.compile(r"[^。！？；!?\n]+(?:[。！？；!?]+[”’」』）)]*)?|[。！？；!?]+")
# What is quoted whole goes on behind a ；.
_WHOLE_SENTENCE = re.compile(r"[^。！？!?\n]+(?:[。！？!?]+[”’」』）)]*)?|[。！？!?]+")
# Not between two digits: 12,000元, 9:00.
COMMAS = re.compile(r"(?:(?<!\d)[,，]|[,，](?!\d))+")
ALL_MARKS = re.compile(r"(?:(?<!\d)[,:]|[,:](?!\d)|[;。!?()\t\n—])+")
# Of a message or an answer, normalised: where a sentence ends, where a clause, and where an item of a list as well.
SENTENCE_ENDS = re.compile(r"[。!?;\n]")
CLAUSE_ENDS = re.compile(r"[,。!?;\n]")
ITEM_ENDS = re.compile(r"[,。?!;、\n]")
# Of a message as it was typed: people put a space where others put a comma.
PAUSES = re.compile("[,，、 ]")
PAUSES_AND_ENDS = re.compile(r"[,，;；。.!！?？\s]+")
# Marks behind a question go with it, two spaces are an end.
MESSAGE_ENDS = re.compile(r"(?<=[?？])[\s!！。.~]*|(?<=[。!！;；\n])\s*|\s{2,}")
# In the place of something taken out: characters on its two sides do not stand together.
GAP = "\x00"
_RUN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Span:
    """Code points ``[start, end)`` of the text it was cut from."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """``start`` and the offsets of the figures are those in the text it was cut from."""

    text: str
    start: int
    figures: tuple[Figure, ...] = ()


def sentences(text: str) -> list[Span]:
    """Spans without surrounding white space, in order; blank ones are left out."""
    return _spans(_SENTENCE, text, Span(0, len(text)))


def whole_sentences(text: str, *, within: Span) -> list[Span]:
    """The same of a part of a text, but for ；, which ends none."""
    return _spans(_WHOLE_SENTENCE, text, within)


def _spans(sentence: re.Pattern[str], text: str, within: Span) -> list[Span]:
    spans = []
    for match in sentence.finditer(text, within.start, within.end):
        found = match.group()
        start = match.start() + len(found) - len(found.lstrip())
        end = match.end() - (len(found) - len(found.rstrip()))
        if start < end:
            spans.append(Span(start, end))
    return spans


def clauses(
    text: str, *, marks: re.Pattern[str], within: Span | None = None, figures: Sequence[Figure] = ()
) -> Iterator[Clause]:
    """What stands between the marks, each with its own of ``figures``; a mark inside a figure does not cut."""
    start, stop = (within.start, within.end) if within else (0, len(text))
    for match in marks.finditer(text, start, stop):
        if not any(figure.start < match.end() and match.start() < figure.end for figure in figures):
            yield _clause(text, start, match.start(), figures)
            start = match.end()
    yield _clause(text, start, stop, figures)


def _clause(text: str, start: int, end: int, figures: Sequence[Figure]) -> Clause:
    return Clause(text[start:end], start, tuple(each for each in figures if start <= each.start < end))


def without(text: str, spans: Sequence[tuple[int, int]], *, gap: str = GAP) -> str:
    """The text with ``gap`` in the place of each span; spans may touch or overlap."""
    parts, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            parts.append(text[at:start])
        at = max(at, end)
    return gap.join([*parts, text[at:]])


def pairs_in(text: str) -> Iterator[str]:
    """Every two neighbouring letters or digits, in order."""
    for run in _RUN.findall(text):
        yield from (intern(run[at : at + 2]) for at in range(len(run) - 1))


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters or digits; a single one gives itself."""
    return frozenset((*pairs_in(text), *(run for run in _RUN.findall(text) if len(run) == 1)))


def uncovered(content: str, pairs: frozenset[str]) -> Iterator[str]:
    """The runs of characters no pair of which is among the pairs."""
    for run, _, _ in uncovered_in_place(content, pairs):
        yield run


def uncovered_in_place(content: str, pairs: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """The same, each with the character before it and the one after; these are empty at a gap or an end."""
    for run in content.split(GAP):
        start = 0
        for is_covered, group in groupby(_covered(run, pairs)):
            end = start + len(list(group))
            if not is_covered:
                yield run[start:end], run[start - 1 : start] if start else "", run[end : end + 1]
            start = end


def _covered(run: str, pairs: frozenset[str]) -> list[bool]:
    if len(run) == 1:
        return [any(run in pair for pair in pairs)]
    covered = [False] * len(run)
    for i in range(len(run) - 1):
        if run[i : i + 2] in pairs:
            covered[i] = covered[i + 1] = True
    return covered
