"""The tree to passages: cut at borders of articles and headings, then of paragraphs and items, then of sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from ingestion.parsing.blocks import BlockKind
from ingestion.structure import Level, StructuredText, TextLeaf
from kb_service.domain.documents import CELL_BORDER, DraftPassage

# A rest shorter than this share of the target joins the passage before it, where the two together are not too long.
_SHORT_REST = 0.25
_LONGEST_TABLE_HEADER, _MOST_HEADER_ROWS = 200, 4
_LONGEST_SECONDS = 45
# After a full stop with its closing quotes; before 一、（一）1. where text was run together in one paragraph.
_SENTENCE_BORDER = re.compile(
    r"(?<=[。！？!?])[”』」）)\"'’]*|(?<=[.!?])\s+(?=[A-Z“\"(])|\n+"
    r"|(?<=[\s。；！？])(?=(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|\d{1,2}[.、](?!\d)))"
)
_CLAUSE_BORDERS = (
    re.compile(r"(?<=[；;])[”』」）)]*"),
    re.compile(r"(?<=[，,：:])"),
    re.compile(r"(?<=、)"),
    re.compile(r"(?<=[\s|])"),
)


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of the text that is not cut again; spans of one section are merged up to the target."""

    start: int
    end: int
    heading_path: tuple[str, ...]
    page: int | None
    second: int | None
    is_table: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start


def split(
    structured: StructuredText, *, target_characters: int = 350, longest_characters: int = 700
) -> tuple[DraftPassage, ...]:
    """The passages in order. Every character that is no space and in no heading is in exactly one of them.

    An article is one passage unless it is longer than ``longest_characters``; neighbouring short paragraphs under one
    heading are merged up to ``target_characters``. Only what cannot be cut at any mark is longer than the longest.
    """
    splitter = _Splitter(structured.text, target_characters, longest_characters)
    passages: list[DraftPassage] = []
    for _, pieces in groupby(structured.pieces, key=lambda piece: piece.section):
        passages.extend(splitter.passages_of_section(list(pieces)))
    return tuple(passages)


class _Splitter:
    def __init__(self, text: str, target: int, longest: int) -> None:
        self._text = text
        self._target = target
        self._longest = longest

    def passages_of_section(self, pieces: Sequence[TextLeaf]) -> Iterator[DraftPassage]:
        whole = _joined(_span(pieces[0]), _span(pieces[-1]))
        holds_table = any(piece.kind is BlockKind.TABLE for piece in pieces)
        is_article = pieces[0].level is Level.ARTICLE
        is_video = pieces[0].second is not None
        if not holds_table and not is_video and whole.length <= (self._longest if is_article else self._target):
            yield _passage(whole)
            return
        spans = [span for piece in pieces for span in self._spans_of(piece)]
        for span in self._merged(self._with_lead_ins(spans)):
            yield _passage(span)

    def _spans_of(self, piece: TextLeaf) -> Iterator[_Span]:
        whole = _span(piece)
        if whole.length <= self._longest:
            yield whole
        elif piece.kind is BlockKind.TABLE:
            yield from self._rows_of(whole)
        else:
            yield from self._sentences_of(whole)

    def _rows_of(self, table: _Span) -> Iterator[_Span]:
        """A long table in groups of rows; later groups carry the header's words in their heading path."""
        rows = list(self._parts(replace(table, is_table=False), re.compile("\n")))
        header = " ".join(self._text[row.start : row.end] for row in rows[: self._header_rows(rows)])
        path = table.heading_path
        if 0 < len(header) <= _LONGEST_TABLE_HEADER:
            path = (*path, " ".join(header.split()))
        for number, group in enumerate(self._grouped(rows)):
            whole = replace(group, is_table=True, heading_path=table.heading_path if number == 0 else path)
            if whole.length <= self._longest:
                yield whole
            else:
                yield from (replace(part, is_table=True) for part in self._sentences_of(whole))

    def _header_rows(self, rows: Sequence[_Span]) -> int:
        """One, beside the table's name where it stands alone; more where a cell of the first spans several below."""
        texts = [self._text[row.start : row.end] for row in rows[: _MOST_HEADER_ROWS + 1]]
        first = 1 if len(texts) > 1 and CELL_BORDER not in texts[0] and CELL_BORDER in texts[1] else 0
        count = first + 1
        while count < len(texts) - 1 and _names_groups(texts[count - 1]):
            count += 1
        return count

    def _sentences_of(self, span: _Span) -> Iterator[_Span]:
        """Whole sentences, grouped up to the target; a sentence that is too long, at ever finer marks."""
        parts: list[_Span] = []
        for sentence in self._parts(span, _SENTENCE_BORDER):
            parts.extend(self._within_limit(sentence, 0))
        yield from self._grouped(parts)

    def _within_limit(self, span: _Span, fineness: int) -> Iterator[_Span]:
        if span.length <= self._longest:
            yield span
        elif fineness < len(_CLAUSE_BORDERS):
            parts = list(self._parts(span, _CLAUSE_BORDERS[fineness]))
            for group in self._grouped(parts):
                yield from self._within_limit(group, fineness + 1)
        else:
            for start in range(span.start, span.end, self._longest):
                yield from self._trimmed(span, start, min(start + self._longest, span.end))

    def _parts(self, span: _Span, border: re.Pattern[str]) -> Iterator[_Span]:
        start = span.start
        for found in border.finditer(self._text, span.start, span.end):
            if found.end() > start:
                yield from self._trimmed(span, start, found.end())
                start = found.end()
        yield from self._trimmed(span, start, span.end)

    def _trimmed(self, span: _Span, start: int, end: int) -> Iterator[_Span]:
        words = self._text[start:end]
        left = len(words) - len(words.lstrip())
        if left < len(words):
            yield replace(span, start=start + left, end=start + len(words.rstrip()))

    def _with_lead_ins(self, spans: Sequence[_Span]) -> list[_Span]:
        """A sentence that ends with a colon (有下列情形之一的：) stays with what it introduces."""
        kept: list[_Span] = []
        for span in spans:
            before = kept[-1] if kept else None
            if before is not None and self._is_lead_in(before) and span.end - before.start <= self._longest:
                kept[-1] = replace(_joined(before, span), is_table=span.is_table, heading_path=span.heading_path)
            else:
                kept.append(span)
        return kept

    def _is_lead_in(self, span: _Span) -> bool:
        return not span.is_table and self._text[span.end - 1] in "：:"

    def _merged(self, spans: Sequence[_Span]) -> list[_Span]:
        merged = self._grouped(spans)
        if len(merged) < 2:
            return merged
        before, last = merged[-2:]
        if _is_later(last, before):
            return merged
        is_short = last.length < self._target * _SHORT_REST and last.end - before.start <= self._longest
        if is_short and not last.is_table and not before.is_table:
            merged[-2:] = [_joined(before, last)]
        return merged

    def _grouped(self, spans: Sequence[_Span]) -> list[_Span]:
        """Neighbours joined while they stay within the target; tables stand alone once they are rows' groups."""
        groups: list[_Span] = []
        for span in spans:
            last = groups[-1] if groups else None
            fits = last is not None and span.end - last.start <= self._target and not _is_later(span, last)
            if last is not None and fits and not span.is_table and not last.is_table:
                groups[-1] = _joined(last, span)
            else:
                groups.append(span)
        return groups


def _names_groups(row: str) -> bool:
    """Whether a header's row has a cell over several columns, which is told in each: their names are in the next."""
    cells = row.split(CELL_BORDER)
    return not any(each.isdigit() for each in row) and any(a == b for a, b in pairwise(cells))


def _is_later(span: _Span, before: _Span) -> bool:
    """Whether a video has moved on too far for one place to stand for both."""
    if span.second is None or before.second is None:
        return False
    return span.second - before.second > _LONGEST_SECONDS


def _span(piece: TextLeaf) -> _Span:
    is_table = piece.kind is BlockKind.TABLE
    return _Span(piece.start, piece.end, piece.heading_path, piece.page, piece.second, is_table)


def _joined(first: _Span, last: _Span) -> _Span:
    return replace(first, end=last.end)


def _passage(span: _Span) -> DraftPassage:
    return DraftPassage(span.start, span.end, span.heading_path, span.page, span.second)
