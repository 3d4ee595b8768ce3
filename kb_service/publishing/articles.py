"""A version's text as what an editor compares: its articles, else its sections, else its paragraphs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from kb_service.domain.documents import Passage

_ORDINAL = re.compile(
    r"\s*第\s?(?:[零〇一二三四五六七八九十百千两]{1,9}|[0-9０-９]{1,4})\s?[条條](?:之[一二三四五六七八九十]{1,3})?\s*"
)


@dataclass(frozen=True, slots=True)
class Article:
    """``text`` is ``version_text[start:end]``, the ordinal included. ``label`` is the last heading: 第十二条, 办理材料;
    "" for a paragraph that stands under no heading.
    """

    label: str
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    passage_ids: tuple[str, ...]

    @property
    def division(self) -> tuple[str, ...]:
        """The chapter and section it stands in."""
        return self.heading_path[:-1]

    @property
    def ordinal(self) -> str:
        """What of the text only numbers it, "" where nothing does."""
        found = _ORDINAL.match(self.text)
        return found[0] if found else ""


def articles(passages: Sequence[Passage], version_text: str) -> list[Article]:
    """In the order of the text; every passage of the version is in at least one."""
    in_order = sorted(passages, key=lambda passage: passage.start)
    found: list[Article] = []
    for path, group in groupby(in_order, key=_path):
        parts = list(group)
        found.extend([_joined(path, parts, version_text)] if path else _paragraphs(parts, version_text))
    return found


def _path(passage: Passage) -> tuple[str, ...]:
    # The later passages of a long table carry its header in their path; no heading has a bar.
    path = passage.heading_path
    return path[:-1] if path and "|" in path[-1] else path


def _joined(path: tuple[str, ...], parts: Sequence[Passage], version_text: str) -> Article:
    start, end = parts[0].start, parts[-1].end
    return Article(path[-1], path, version_text[start:end], start, end, tuple(passage.id for passage in parts))


def _paragraphs(parts: Sequence[Passage], version_text: str) -> Iterator[Article]:
    """The lines of the passages; a line that was cut into two passages is whole again."""
    start = parts[0].start
    for line in version_text[start : parts[-1].end].splitlines(keepends=True):
        words = line.strip()
        if words:
            first = start + line.index(words)
            end = first + len(words)
            ids = tuple(passage.id for passage in parts if passage.start < end and first < passage.end)
            yield Article("", (), words, first, end, ids)
        start += len(line)
