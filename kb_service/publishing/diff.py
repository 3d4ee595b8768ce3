"""A version against the one it replaces, article by article."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kb_service.publishing.alignment import aligned, moved, words
from kb_service.publishing.articles import Article
from kb_service.publishing.segments import Segment, StatedFigure, overlay


class Change(StrEnum):
    UNCHANGED = "unchanged"
    MOVED = "moved"  # the same words in another chapter or order
    RENUMBERED = "renumbered"  # the same words under another number
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Row:
    """One article of either text. ``is_moved`` is also said of one that changed or was renumbered.

    Equal and deleted segments joined are ``before.text``, equal and inserted ones ``after.text``.
    """

    change: Change
    is_moved: bool
    before: Article | None
    after: Article | None
    segments: tuple[Segment, ...]
    removed_figures: tuple[StatedFigure, ...]
    added_figures: tuple[StatedFigure, ...]

    @property
    def label(self) -> str:
        article = self.after or self.before
        return article.label if article else ""

    @property
    def has_changed_figures(self) -> bool:
        return bool(self.removed_figures or self.added_figures)


@dataclass(frozen=True, slots=True)
class Difference:
    """``rows`` in the order of the new text; what was removed follows its old neighbour.

    ``counts`` has an entry for each change, 0 included.
    """

    rows: tuple[Row, ...]
    counts: Mapping[Change, int]

    @property
    def changed_rows(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.change is not Change.UNCHANGED)


def difference(before: Sequence[Article], after: Sequence[Article]) -> Difference:
    """Every article of both sides is in exactly one row."""
    old_of = aligned(before, after)
    in_other_place = moved(old_of, before, after)
    removed_after = _removed_after(before, old_of, in_other_place)
    rows = [_row(old, None) for old in removed_after.get(None, ())]
    for new, article in enumerate(after):
        old = before[old_of[new]] if new in old_of else None
        rows.append(_row(old, article, is_moved=new in in_other_place))
        rows.extend(_row(gone, None) for gone in removed_after.get(new, ()))
    counted = Counter(row.change for row in rows)
    return Difference(tuple(rows), {change: counted[change] for change in Change})


def _removed_after(
    before: Sequence[Article], old_of: Mapping[int, int], in_other_place: set[int]
) -> dict[int | None, list[Article]]:
    """By the position in the new text after which they are shown; None is its beginning."""
    new_of = {old: new for new, old in old_of.items()}
    removed: dict[int | None, list[Article]] = {}
    neighbour: int | None = None
    for old, article in enumerate(before):
        new = new_of.get(old)
        if new is None:
            removed.setdefault(neighbour, []).append(article)
        elif new not in in_other_place:
            neighbour = new
    return removed


def _row(before: Article | None, after: Article | None, *, is_moved: bool = False) -> Row:
    shown = overlay(before.text if before else "", after.text if after else "")
    change = _change(before, after, is_moved=is_moved)
    return Row(change, is_moved, before, after, shown.segments, shown.removed_figures, shown.added_figures)


def _change(before: Article | None, after: Article | None, *, is_moved: bool) -> Change:
    if before is None:
        return Change.ADDED
    if after is None:
        return Change.REMOVED
    if words(before) != words(after) or _name(before) != _name(after):
        return Change.CHANGED
    if is_moved:
        return Change.MOVED
    return Change.UNCHANGED if before.label == after.label else Change.RENUMBERED


# 一、申请材料 and 二、申请材料 are one section under another number; 申请材料 and 办理材料 are not the same words.
_NUMBER = re.compile(
    r"\s*(?:第[^\s条條章节]+[条條章节](?:之[^\s（(]+)?|[（(]?[一二三四五六七八九十\d]{1,4}[)）、.．])\s*"
)


def _name(article: Article) -> str:
    found = _NUMBER.match(article.label)
    return article.label[found.end() :] if found else article.label
