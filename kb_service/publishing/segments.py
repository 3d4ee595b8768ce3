"""Two texts of one article laid over each other: what stayed, what went, what came, and which figures changed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kb_service.publishing.hunks import Token, hunks
from kb_service.text.figures import Figure, figures


class Op(StrEnum):
    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Segment:
    """``is_figure``: a figure or date that went or came; not one that was put in other words (五千元, 5000元)."""

    op: Op
    text: str
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure as it is written; its offsets are those in the article's text."""

    figure: Figure
    text: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """Equal and deleted segments joined are the old text, equal and inserted ones the new. The figures are those of
    the segments that are figures, in order.
    """

    segments: tuple[Segment, ...]
    removed_figures: tuple[StatedFigure, ...]
    added_figures: tuple[StatedFigure, ...]


def overlay(before: str, after: str) -> Overlay:
    """Pass "" for an article that is new, or gone."""
    if before == after:
        return Overlay((Segment(Op.EQUAL, before),) if before else (), (), ())
    old_figures, new_figures = figures(before), figures(after)
    segments: list[Segment] = []
    removed: list[Figure] = []
    added: list[Figure] = []
    old_at = new_at = 0
    for hunk in hunks(before, after, old_figures, new_figures):
        kept, deleted, inserted = map(_text, (hunk.kept, hunk.deleted, hunk.inserted))
        old_at, new_at = old_at + len(kept), new_at + len(kept)
        old = _within(old_figures, old_at, old_at + len(deleted))
        new = _within(new_figures, new_at, new_at + len(inserted))
        gone, come = _only_here(old, new), _only_here(new, old)
        segments += [Segment(Op.EQUAL, kept)] if kept else []
        segments += _cut(Op.DELETE, deleted, old_at, gone)
        segments += _cut(Op.INSERT, inserted, new_at, come)
        removed, added = removed + gone, added + come
        old_at, new_at = old_at + len(deleted), new_at + len(inserted)
    return Overlay(tuple(segments), _stated(removed, before), _stated(added, after))


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens)


def _within(stated: Sequence[Figure], start: int, end: int) -> list[Figure]:
    return [figure for figure in stated if start <= figure.start < end]


def _only_here(here: Sequence[Figure], there: Sequence[Figure]) -> list[Figure]:
    """What one side of a replacement states that the other does not, or not as often.

    Not over the whole article: a fine that rose to what another one was is a change.
    """
    matched = Counter(figure.meaning for figure in there)
    only: list[Figure] = []
    for figure in here:
        if matched[figure.meaning]:
            matched[figure.meaning] -= 1
        else:
            only.append(figure)
    return only


def _cut(op: Op, text: str, start: int, changed: Sequence[Figure]) -> Iterator[Segment]:
    """``text``, which begins at ``start``, with changed figures as segments of their own."""
    end = 0
    for figure in changed:
        first, last = figure.start - start, figure.end - start
        if end < first:
            yield Segment(op, text[end:first])
        yield Segment(op, text[first:last], is_figure=True)
        end = last
    if end < len(text):
        yield Segment(op, text[end:])


def _stated(stated: Sequence[Figure], text: str) -> tuple[StatedFigure, ...]:
    return tuple(StatedFigure(figure, text[figure.start : figure.end]) for figure in stated)
