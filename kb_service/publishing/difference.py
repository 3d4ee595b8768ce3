"""A version against the one it replaces, article by article: what stayed, went and came, and which figures changed.

No figure is cut, and characters that two wordings share by chance are not shown as kept.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from rapidfuzz.distance import Indel

from kb_service.domain.days import OPEN_START_DAY
from kb_service.domain.documents import Version
from kb_service.ports import Scheduled
from kb_service.publishing.article_alignment import Article, aligned, moved, words
from kb_service.text.figures import Figure, FigureKind, figures

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
# 一、申请材料 and 二、申请材料 are one section under another number; 申请材料 and 办理材料 are not the same words.
_NUMBER = re.compile(
    r"\s*(?:第[^\s条條章节]+[条條章节](?:之[^\s（(]+)?|[（(]?[一二三四五六七八九十\d]{1,4}[)）、.．])\s*"
)


class Op(StrEnum):
    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, mark or figure. ``meaning`` sets figures of equal characters apart: 3 of 3至5日 and of 3至5年."""

    text: str
    meaning: tuple[FigureKind, str, str] | None = None


@dataclass(frozen=True, slots=True)
class DiffSegment:
    """``is_figure``: a figure or date that went or came; not one that was put in other words (五千元, 5000元)."""

    op: Op
    text: str
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure as it is written; its offsets are those in the article's text."""

    figure: Figure
    text: str


class ArticleChange(StrEnum):
    UNCHANGED = "unchanged"
    MOVED = "moved"  # the same words in another chapter or order
    RENUMBERED = "renumbered"  # the same words under another number
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One article of either text. ``is_moved`` is also true of one that changed or was renumbered.

    Equal and deleted segments joined are ``before.text``, equal and inserted ones ``after.text``.
    """

    change: ArticleChange
    is_moved: bool
    before: Article | None
    after: Article | None
    segments: tuple[DiffSegment, ...]
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

    rows: tuple[ArticleRow, ...]
    counts: Mapping[ArticleChange, int]

    @property
    def changed_rows(self) -> tuple[ArticleRow, ...]:
        return tuple(row for row in self.rows if row.change is not ArticleChange.UNCHANGED)


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
    return Difference(tuple(rows), {change: counted[change] for change in ArticleChange})


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


def _row(before: Article | None, after: Article | None, *, is_moved: bool = False) -> ArticleRow:
    shown = overlay(before.text if before else "", after.text if after else "")
    change = _change(before, after, is_moved=is_moved)
    return ArticleRow(change, is_moved, before, after, shown.segments, shown.removed_figures, shown.added_figures)


def _change(before: Article | None, after: Article | None, *, is_moved: bool) -> ArticleChange:
    if before is None:
        return ArticleChange.ADDED
    if after is None:
        return ArticleChange.REMOVED
    if words(before) != words(after) or _name(before) != _name(after):
        return ArticleChange.CHANGED
    if is_moved:
        return ArticleChange.MOVED
    return ArticleChange.UNCHANGED if before.label == after.label else ArticleChange.RENUMBERED


def _name(article: Article) -> str:
    found = _NUMBER.match(article.label)
    return article.label[found.end() :] if found else article.label


@dataclass(frozen=True, slots=True)
class Overlay:
    """Equal and deleted segments joined are the old text, equal and inserted ones the new. The figures are those of
    the segments that are figures, in order.
    """

    segments: tuple[DiffSegment, ...]
    removed_figures: tuple[StatedFigure, ...]
    added_figures: tuple[StatedFigure, ...]


def overlay(before: str, after: str) -> Overlay:
    """Pass "" for an article that is new, or gone."""
    if before == after:
        return Overlay((DiffSegment(Op.EQUAL, before),) if before else (), (), ())
    old_figures, new_figures = figures(before), figures(after)
    segments: list[DiffSegment] = []
    removed: list[Figure] = []
    added: list[Figure] = []
    old_at = new_at = 0
    for hunk in _hunks(before, after, old_figures, new_figures):
        kept, deleted, inserted = map(_text, (hunk.kept, hunk.deleted, hunk.inserted))
        old_at, new_at = old_at + len(kept), new_at + len(kept)
        old = _within(old_figures, old_at, old_at + len(deleted))
        new = _within(new_figures, new_at, new_at + len(inserted))
        gone, come = _only_here(old, new), _only_here(new, old)
        segments += [DiffSegment(Op.EQUAL, kept)] if kept else []
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


def _cut(op: Op, text: str, start: int, changed: Sequence[Figure]) -> Iterator[DiffSegment]:
    """``text``, which begins at ``start``, with changed figures as segments of their own."""
    end = 0
    for figure in changed:
        first, last = figure.start - start, figure.end - start
        if end < first:
            yield DiffSegment(op, text[end:first])
        yield DiffSegment(op, text[first:last], is_figure=True)
        end = last
    if end < len(text):
        yield DiffSegment(op, text[end:])


def _stated(stated: Sequence[Figure], text: str) -> tuple[StatedFigure, ...]:
    return tuple(StatedFigure(figure, text[figure.start : figure.end]) for figure in stated)


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


def _hunks(before: str, after: str, old_figures: Sequence[Figure], new_figures: Sequence[Figure]) -> list[Hunk]:
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


def related_documents(version: Version) -> list[str]:
    """Where a predecessor may stand: its own document, the one it replaces, the one it was made from."""
    metadata = version.metadata
    return [each for each in dict.fromkeys((version.document_id, metadata.replaces, metadata.amends)) if each]


def predecessor(version: Version, schedules: Mapping[str, Sequence[Scheduled]]) -> str | None:
    """The id of the approved version that starts last before this one (or on its day: then this one corrects it);
    of its own document, else of the replaced, else of the amended one. None for a first version."""
    start = version.metadata.effective_from
    first_day = start.toordinal() if start else OPEN_START_DAY
    for document_id in related_documents(version):
        earlier = [
            each.version_id
            for each in schedules.get(document_id, ())
            if each.version_id != version.id and each.interval.start_day <= first_day
        ]
        if earlier:
            return earlier[-1]
    return None
