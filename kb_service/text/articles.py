"""第十二条之一, as texts open an article with it and as people ask for it: the one reader of article numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb_service.domain.articles import ArticleNumber
from kb_service.text.numerals import ONE_WIDTH, number

_NUMBER = r"(?:[零〇一二三四五六七八九十百千两]{1,9}|[0-9０-９]{1,4})"
ORDINAL = re.compile(rf"第\s?(?P<number>{_NUMBER})\s?[条條](?:之(?P<inserted>{_NUMBER}))?")

# 第46、47条, 第四条和第六条, 第3条至第5条.
_AND = r"(?:、|,|和|与|及|以及|跟|至|到|-|~)"
_ONE = rf"第?\s?{_NUMBER}(?:\s?条(?:之{_NUMBER})?)?"
_RUN = re.compile(rf"{_ONE}(?:\s?{_AND}\s?{_ONE})*")
_EACH = re.compile(
    rf"(?P<joined>{_AND})?\s?第?\s?(?P<number>{_NUMBER})(?P<article>\s?条(?:之(?P<inserted>{_NUMBER}))?)?"
)
_RANGE = frozenset("至到-~")
# Of a range (第三条至第二百条) no more than this is read; nobody reads as much on a telephone.
_MOST = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """Articles named together at ``text[start:end]``; of a range the first five. ``is_marked``: with 第 in front."""

    start: int
    end: int
    numbers: tuple[ArticleNumber, ...]
    is_marked: bool


def opening_article(text: str) -> ArticleNumber | None:
    """The article that a heading or a passage opens with."""
    found = ORDINAL.match(text.lstrip())
    return _number(found["number"], found["inserted"]) if found else None


def mentions(text: str) -> Iterator[Mention]:
    """In order. ``text`` is normalised; what stands without 第 (劳动法46条) may also count something."""
    for run in _RUN.finditer(text):
        found = [each for each in _EACH.finditer(run.group()) if each.group()]
        while found and not found[-1]["article"]:  # 第四条和两个人
            found.pop()
        numbers = _numbers(found)
        if numbers:
            end = run.start() + found[-1].end()
            yield Mention(run.start(), end, numbers, is_marked=run.group().startswith("第"))


def _numbers(found: list[re.Match[str]]) -> tuple[ArticleNumber, ...]:
    numbers: list[ArticleNumber] = []
    for each in found:
        named = _number(each["number"], each["inserted"])
        if named is None:
            return ()
        if each["joined"] in _RANGE and numbers and not named.inserted:
            between = range(numbers[-1].number + 1, named.number)
            numbers += [ArticleNumber(value) for value in between[:_MOST]]
        numbers.append(named)
    return tuple(dict.fromkeys(numbers))[:_MOST]


def _number(said: str, inserted: str | None) -> ArticleNumber | None:
    value = number(said.translate(ONE_WIDTH))
    further = number(inserted.translate(ONE_WIDTH)) if inserted else 0
    if not value or further is None:
        return None
    return ArticleNumber(int(value), int(further))
