"""The labels that open a unit of a Chinese official text: 第X章, 第X条, 一、, （一）, 1., （1）, ①, 附件, 问：."""

import re
from dataclasses import dataclass
from enum import IntEnum

_HAN_NUMBER = "[零〇一二三四五六七八九十百千两]"
_NUMBER = rf"(?:{_HAN_NUMBER}{{1,9}}|[0-9０-９]{{1,4}})"
_DIGIT_OF = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_UNIT_OF = {"十": 10, "百": 100, "千": 1000}


class Rank(IntEnum):
    """How far out a numbered unit stands; a smaller rank encloses a larger one."""

    BOOK = 1  # 编, 部分
    SUBBOOK = 2  # 分编
    CHAPTER = 3  # 章
    SECTION = 4  # 节
    FIRST = 5  # 一、
    SECOND = 6  # （一）
    ARTICLE = 7  # 条
    THIRD = 8  # 1.
    FOURTH = 9  # （1） 1）
    FIFTH = 10  # ① a.


@dataclass(frozen=True, slots=True)
class Marker:
    """A recognised label at the start of a line. ``length`` is what it takes of the line, in characters.

    ``title`` is the parenthesis some articles carry after the ordinal: 第一条（目的和依据）.
    """

    rank: Rank
    number: int
    label: str
    length: int
    title: str = ""
    is_spaced: bool = True


_DIVISION = re.compile(rf"第\s?({_NUMBER})\s?(分编|分編|编|編|章|节|節|部分)(?=[\s:：]|$|[^课課的规規，。、；])")
_ARTICLE = re.compile(
    rf"第\s?({_NUMBER})\s?[条條](之{_NUMBER})?"
    r"(?P<space>[\s]+|$)?(?P<title>[（(【\[][^（()）】\]，。；]{2,20}[)）】\]])?"
)
# After an ordinal that is only referred to: 第十二条规定, 第十二条的, 第五条第二款, 第三条、第四条.
_REFERENCE = re.compile(
    r"\s*(?:[的之、，。；和或及至到与與第款项項删刪]|规定|規定|所称|所稱|所列|中(?![国國央小华華])"
    r"|修改|增加|关于|關於|确定|確定)"
)
_NUMBERED = (
    (Rank.FIRST, re.compile(rf"({_HAN_NUMBER}{{1,4}})\s?(?:、|[.．](?!\d))")),
    (Rank.SECOND, re.compile(rf"[（(]\s?({_HAN_NUMBER}{{1,4}})\s?[)）]")),
    (Rank.THIRD, re.compile(r"([0-9０-９]{1,3})\s?(?:、|[.．](?![0-9０-９]))")),
    (Rank.FOURTH, re.compile(r"[（(]?\s?([0-9０-９]{1,3})\s?[)）]")),
    (Rank.FIFTH, re.compile(r"([①-⑳])")),
)
_DIVISION_RANK = {
    "编": Rank.BOOK,
    "編": Rank.BOOK,
    "部分": Rank.BOOK,
    "分编": Rank.SUBBOOK,
    "分編": Rank.SUBBOOK,
    "章": Rank.CHAPTER,
    "节": Rank.SECTION,
    "節": Rank.SECTION,
}
ANNEX = re.compile(r"附(?:件|表|录|錄|图|圖)?\s?[0-9０-９一二三四五六七八九十]{0,3}\s?(?:[:：.、]|$|\s)")
QUESTION = re.compile(r"(?:问题?|問題?|提问|提問|Q|q)\s?[0-9０-９一二三四五六七八九十]{0,3}\s?[:：]\s*")
ANSWER = re.compile(r"(?:答|答复|答覆|回答|回复|回覆|解答|A|a)\s?[0-9]{0,3}\s?[:：]")
_OPENERS = frozenset("第一二三四五六七八九十百（(0123456789０１２３４５６７８９①②③④⑤⑥⑦⑧⑨⑩")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t　]+")


def marker_of(line: str) -> Marker | None:
    """The label a line (without leading space) opens with, or None. An ordinal that only refers gives None."""
    if line[:1] not in _OPENERS:
        return None
    if line[0] == "第":
        return _article(line) or _division(line)
    for rank, pattern in _NUMBERED:
        if found := pattern.match(line):
            return Marker(rank, number_of(found[1]), found[0], found.end())
    return None


def starts_unit(line: str) -> bool:
    """Whether a line opens a new unit by itself, so that it never continues the line before."""
    if line[:1] in "附问問提Qq答回解Aa":
        return bool(ANNEX.match(line) or QUESTION.match(line) or ANSWER.match(line))
    return marker_of(line) is not None


def markdown_heading(line: str) -> tuple[int, int, str] | None:
    """Level, offset of the words and the words of a "## …" line."""
    found = _MARKDOWN_HEADING.match(line) if line.startswith("#") else None
    if found is None or found.end() == len(line):
        return None
    words = line[found.end() :].rstrip(" \t#") or line[found.end()]
    return len(found[1]), found.end(), words


def number_of(digits: str) -> int:
    """The value of 十二, 一百零三, 12, １２ or ⑫; 0 when it is no number."""
    if "①" <= digits <= "⑳":
        return ord(digits) - ord("①") + 1
    if digits.isdecimal():
        return int(digits)
    total, pending = 0, 0
    for character in digits:
        if character in _UNIT_OF:
            total += max(pending, 1) * _UNIT_OF[character]
            pending = 0
        else:  # 一二 without a unit is read digit by digit
            pending = pending * 10 + _DIGIT_OF.get(character, 0)
    return total + pending


def _division(line: str) -> Marker | None:
    found = _DIVISION.match(line)
    if found is None:
        return None
    return Marker(_DIVISION_RANK[found[2]], number_of(found[1]), found[0], found.end())


def _article(line: str) -> Marker | None:
    found = _ARTICLE.match(line)
    if found is None:
        return None
    rest = line[found.end() :]
    is_spaced = found["space"] is not None or found["title"] is not None
    if not is_spaced and _REFERENCE.match(rest):
        return None
    ordinal = re.sub(r"\s", "", line[: found.start("space") if found["space"] is not None else _ordinal_end(found)])
    title = found["title"] or ""
    return Marker(Rank.ARTICLE, number_of(found[1]), ordinal, found.end(), title, is_spaced)


def _ordinal_end(found: re.Match[str]) -> int:
    return found.start("title") if found["title"] else found.end()
