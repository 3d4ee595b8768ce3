"""Which lines are headings: marked by the source, numbered (第一章, 一、, （一）, 1.), annexes, questions, or plain."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.lines import Line
from ingestion.markers import ANNEX, ANSWER, QUESTION, Rank
from ingestion.parsing.blocks import BlockKind

_LONGEST_MARKED = 80
_LONGEST_WITH_A_DEPTH = 300
_LONGEST_NUMBERED = 40
_LONGEST_NUMBERED_BEFORE_COLON = 12
_LONGEST_PLAIN = 25
_LONGEST_TITLE = 60
# In a text of fewer lines a short line is more likely an answer's first words (可以办理) than a heading.
_LEAST_LINES_FOR_PLAIN = 4

_SENTENCE_END = re.compile(r"[。；;！!，,、…][”』」）)\"']*$")
_INNER_COLON = re.compile(r"[:：](?=.)")
_NOT_PLAIN = re.compile(
    r"[。，；：！？、,;:!?…@|=<>→/\\《“”〔〕\[\]]|\d{4,}|\d[元%％]|(?:[号號日年月元页頁]|\d)$|^[-—–·•*（(【]|https?"
)
# 文号：沪人社规〔2022〕8号, 2026年7月1日, 联系电话：12345: particulars, in bold or not.
_PARTICULARS = re.compile(r"[:：](?=.)|〔\d{4}〕|[号號]$|\d日$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_TITLE_WORD = re.compile(
    r"(?:法|条例|條例|规定|規定|办法|辦法|细则|細則|通知|意见|意見|决定|決定|方案|公告|通告|指南|指引|规则|標準|标准|说明|說明|解读|须知|手册|"
    r"问答|措施|计划|规程|批复|函|报告|纪要|规范|解释|章程|目录|清单|要点)(?:[（(].{1,20}[)）])?$"
)
# 有下列情形之一的： introduces a list and has to be quoted with it; 申请条件： is a heading.
_LEAD_IN = re.compile(r"下列|以下|如下|是指|包括|情形|之一|分别")
# After such a line （一） opens an item; after 通知如下： it opens a chapter.
_LIST_FOLLOWS = re.compile(r"下列|是指|之一|以下|情形|包括")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text. ``level`` is the source's depth, ``rank`` that of its number; a plain one has neither."""

    start: int
    end: int
    label: str
    level: int | None = None
    rank: Rank | None = None
    number: int = 0
    is_annex: bool = False

    def encloses(self, other: "Heading") -> bool:
        """Whether ``other``, coming later, belongs under this one."""
        if other.is_annex:
            return False
        if self.is_annex:
            return other.level is None or (self.level is not None and self.level < other.level)
        if self.rank is not None and other.rank is not None:
            return self.rank < other.rank
        if self.level is not None and other.level is not None:
            return self.level < other.level
        if self.level is not None or other.level is not None:
            return self.level is not None
        return self.rank is not None or other.rank is not None


def headings_of(lines: Sequence[Line]) -> list[Heading | None]:
    """For each line the heading it is, or None. An article's first line is both: it heads its article and is text."""
    found: list[Heading | None] = []
    inside_article = False
    last_article = 0
    listed: Rank | None = None
    for position, line in enumerate(lines):
        following = lines[position + 1] if position + 1 < len(lines) else None
        heading = _article(line, last_article) or _outer(line)
        listed = _list_rank(line, lines[position - 1] if position else None, listed)
        if heading is None and inside_article:
            heading = _group_of_articles(line, following)
        elif heading is None and listed is None:
            previous = (lines[position - 1], found[-1]) if position else None
            heading = _inner(line, following, previous=previous, line_count=len(lines))
        if heading is not None:
            inside_article = heading.rank is Rank.ARTICLE
            last_article = heading.number if inside_article else last_article
        found.append(heading)
    return found


def is_certain_title(heading: Heading) -> bool:
    """Whether the first heading of a text names the text: of the outermost depth, or ending as titles do (…办法)."""
    return heading.rank is None and (heading.level == 1 or _TITLE_WORD.search(heading.label) is not None)


def _article(line: Line, last_article: int) -> Heading | None:
    marker = line.marker
    if marker is None or marker.rank is not Rank.ARTICLE:
        return None
    # 第十二条为了规范… without a space counts only in order: elsewhere such a line refers to an article.
    if not marker.is_spaced and marker.number not in {last_article + 1, last_article} and marker.number != 1:
        return None
    label = marker.label + marker.title
    return Heading(line.start, line.end, label, line.level, Rank.ARTICLE, marker.number)


def _outer(line: Line) -> Heading | None:
    """Headings that end an article: divisions, marked headings with a depth, annexes."""
    if line.kind is BlockKind.TABLE:
        return None
    marker, text = line.marker, line.text
    is_division = marker is not None and marker.rank <= Rank.SECTION
    if is_division and len(text) <= _LONGEST_NUMBERED + 5 and not _SENTENCE_END.search(text):
        return _heading(line)
    # It stands before every passage under it, in the database and in the index.
    if line.level is not None and len(text) <= (_LONGEST_MARKED if text.endswith("。") else _LONGEST_WITH_A_DEPTH):
        return _heading(line)
    if text[0] == "附" and _is_annex(line):
        return _heading(line, is_annex=True)
    return None


def _is_annex(line: Line) -> bool:
    found = ANNEX.match(line.text)
    if found is None or len(line.text) > _LONGEST_NUMBERED or _SENTENCE_END.search(line.text):
        return False
    return not line.text[found.end() :].lstrip()[:1].isdigit()  # 附件：1.申请表 opens a list of annexes


def _list_rank(line: Line, before: Line | None, listed: Rank | None) -> Rank | None:
    """The rank of the items of the list that the line stands in; such items, and those in them, are no headings."""
    marker = line.marker
    if marker is None or line.is_marked:
        return None if line.is_marked else listed
    if listed is not None:
        return None if marker.rank < listed else listed
    is_first_item = marker.number == 1 and marker.rank > Rank.FIRST
    opens_list = is_first_item and before is not None and _introduces_list(before.text)
    return marker.rank if opens_list else None


def _introduces_list(text: str) -> bool:
    return text.endswith(("：", ":")) and _LIST_FOLLOWS.search(text) is not None


def _group_of_articles(line: Line, following: Line | None) -> Heading | None:
    """一、管辖 between articles, as in judicial interpretations; elsewhere in an article 一、 is text."""
    is_first = line.marker is not None and line.marker.rank is Rank.FIRST
    if is_first and following is not None and following.is_article and _is_short_numbered(line):
        return _heading(line)
    return None


def _inner(
    line: Line, following: Line | None, *, previous: tuple[Line, Heading | None] | None, line_count: int
) -> Heading | None:
    if line.kind is BlockKind.TABLE or (following is None and not line.is_marked):
        return None
    if line.is_marked:
        is_short = len(line.text) <= _LONGEST_MARKED and not _SENTENCE_END.search(line.text)
        return _heading(line) if is_short and not _PARTICULARS.search(line.text) else None
    if following is not None and (asked := _question(line, following)) is not None:
        return asked
    if line.kind is BlockKind.LIST_ITEM:
        return None
    if line.marker is not None:
        is_heading = line.marker.rank <= Rank.FOURTH and _is_short_numbered(line)
        return _heading(line) if is_heading else None
    if line_count >= _LEAST_LINES_FOR_PLAIN and following is not None and _is_plain(line, following, previous=previous):
        return _heading(line)
    return None


def _question(line: Line, following: Line) -> Heading | None:
    """问：… before 答：…"""
    found = QUESTION.match(line.text)
    if found is None or not ANSWER.match(following.text):
        return None
    return Heading(line.start, line.end, line.text[found.end() :] or line.text)


def _is_short_numbered(line: Line) -> bool:
    words = line.text[line.marker.length if line.marker else 0 :].strip()
    if not words or len(words) > _LONGEST_NUMBERED or _SENTENCE_END.search(words) or _INNER_COLON.search(words):
        return False
    if words[-1] in "：:":
        return len(words) <= _LONGEST_NUMBERED_BEFORE_COLON and _LEAD_IN.search(words) is None
    return True


def _is_plain(line: Line, following: Line, *, previous: tuple[Line, Heading | None] | None) -> bool:
    """A short line without punctuation before a longer text, a table or a numbered unit."""
    text = line.text
    longest = _LONGEST_PLAIN if previous is not None else _LONGEST_TITLE
    if not 2 <= len(text) <= longest or (_NOT_PLAIN.search(text) and previous is not None) or not _HAN.search(text):
        return False
    if previous is None and (_SENTENCE_END.search(text) or text[-1] in "：:？?"):
        return False
    if previous is None and _TITLE_WORD.search(text):
        return True
    if previous is not None and previous[1] is None and not _ends_statement(previous[0]):
        return False
    if following.kind is BlockKind.TABLE or following.marker is not None or following.is_marked:
        return True
    return len(following.text) >= max(20, 1.5 * len(text)) and following.text[-1] in "。；：！？.;:!?）)”"


def _ends_statement(line: Line) -> bool:
    return line.kind is BlockKind.TABLE or line.text[-1] in "。！？；…）”.!?;"


def _heading(line: Line, *, is_annex: bool = False) -> Heading:
    rank = line.marker.rank if line.marker is not None else None
    number = line.marker.number if line.marker is not None else 0
    asked = QUESTION.match(line.text)
    label = line.text[asked.end() :] or line.text if asked else line.text.rstrip("：: ")
    return Heading(line.start, line.end, " ".join(label.split()), line.level, rank, number, is_annex)
