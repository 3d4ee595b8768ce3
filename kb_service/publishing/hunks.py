"""What was replaced by what between two texts of one article, so that a reader sees the intention; no figure is cut."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Indel

from kb_service.text.figures import Figure, FigureKind

# Cells of the comparison; above it (two texts of some 20 000 characters) sentences are compared instead of characters.
_MOST_CELLS = 400_000_000
# What stayed between two changes is shown as changed when it is no longer than this and than the changes around it:
# characters that two wordings share by chance make a diff unreadable.
_LONGEST_CHANCE = 10

_WORD = re.compile(
    r"第[零〇一二三四五六七八九十百千两\d]+[编章节条款项目]|以[上下内外前后]|[A-Za-z]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL
)
_SENTENCE = re.compile(r"[^。；\n]*[。；\n]|[^。；\n]+")
_BREAKS = frozenset("，。；：、！？\n")


@dataclass(frozen=True, slots=True)
class Token:
    """A figure is told from the same characters that mean something else: 3 of 3至5日 and of 3至5年."""

    text: str
    meaning: tuple[FigureKind, str, str] | None = None


@dataclass(slots=True)
class Hunk:
    """What was replaced by what, after ``kept`` tokens that stayed. The last of a text replaces nothing."""

    kept: list[Token]
    deleted: list[Token]
    inserted: list[Token]

    def joins(self, following: "Hunk") -> bool:
        between = following.kept
        if self.is_figure_for_figure or following.is_figure_for_figure:
            return False
        if any(token.meaning or "\n" in token.text for token in between):
            return False
        length = _length(between)
        return length <= min(_LONGEST_CHANCE, self.size, following.size)

    @property
    def is_figure_for_figure(self) -> bool:
        sides = (self.deleted, self.inserted)
        return all(len(side) == 1 and side[0].meaning is not None for side in sides)

    @property
    def size(self) -> int:
        return max(_length(self.deleted), _length(self.inserted))


def hunks(before: str, after: str, old_figures: Sequence[Figure], new_figures: Sequence[Figure]) -> list[Hunk]:
    """In order; kept and deleted tokens joined are ``before``, kept and inserted ones ``after``."""
    if len(before) * len(after) > _MOST_CELLS:
        old, new = (list(map(Token, _SENTENCE.findall(text))) for text in (before, after))
    else:
        old, new = _tokens(before, old_figures), _tokens(after, new_figures)
    found, rest = _found(old, new)
    return _slid(_without_chance(found), rest)


def _tokens(text: str, stated: Sequence[Figure]) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    for figure in stated:
        tokens += map(Token, _WORD.findall(text[end : figure.start]))
        tokens.append(Token(text[figure.start : figure.end], figure.meaning))
        end = figure.end
    return tokens + list(map(Token, _WORD.findall(text[end:])))


def _found(before: list[Token], after: list[Token]) -> tuple[list[Hunk], list[Token]]:
    """The replacements, and the tokens that stayed after the last."""
    id_of: dict[Token, int] = {}
    # Numbers, since the library tells other values apart by their hash alone.
    old_ids, new_ids = ([id_of.setdefault(token, len(id_of)) for token in side] for side in (before, after))
    found = [Hunk([], [], [])]
    for op in Indel.opcodes(old_ids, new_ids):
        if op.tag == "equal":
            found.append(Hunk(before[op.src_start : op.src_end], [], []))
        else:
            found[-1].deleted += before[op.src_start : op.src_end]
            found[-1].inserted += after[op.dest_start : op.dest_end]
    last = found.pop() if not found[-1].size else Hunk([], [], [])
    return [hunk for hunk in found if hunk.size], last.kept


def _without_chance(found: Sequence[Hunk]) -> list[Hunk]:
    kept: list[Hunk] = []
    for each in found:
        hunk = each
        while kept and kept[-1].joins(hunk):
            before = kept.pop()
            deleted = before.deleted + hunk.kept + hunk.deleted
            hunk = Hunk(before.kept, deleted, before.inserted + hunk.kept + hunk.inserted)
        kept.append(hunk)
    return kept


def _slid(found: list[Hunk], rest: list[Token]) -> list[Hunk]:
    """What came or went begins after a comma where it can: 甲的，[乙的，] rather than 甲[的，乙]的，"""
    ended = [*found, Hunk(rest, [], [])]
    for hunk, following in pairwise(ended):
        changed = hunk.inserted or hunk.deleted
        if hunk.inserted and hunk.deleted:
            continue
        steps = _steps_to_break(hunk.kept, changed)
        if steps:
            moved = changed[-steps:]
            changed[:] = moved + changed[:-steps]
            following.kept[:0] = moved
            del hunk.kept[-steps:]
    return ended


def _steps_to_break(kept: Sequence[Token], changed: Sequence[Token]) -> int:
    """How many tokens to the left; 0 where nothing is won."""
    for steps in range(min(len(kept), len(changed))):
        if steps and kept[-steps] != changed[-steps]:
            return 0
        if kept[-steps - 1].text[-1] in _BREAKS:
            return steps
    steps = len(kept)
    starts_text = 0 < steps <= len(changed) and list(kept) == list(changed[-steps:])
    return steps if starts_text else 0


def _length(tokens: Sequence[Token]) -> int:
    return sum(len(token.text) for token in tokens)
