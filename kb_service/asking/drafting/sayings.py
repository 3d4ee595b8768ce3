"""A passage as what it says, one by one: sentences, items of a list, rows of a table, each fit to be read alone;
and how a list or a row is written in an answer."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kb_service.asking.drafting.words import QuotingWords
from kb_service.domain.documents import CELL_BORDER, PassageInVersion
from kb_service.domain.matters import Facet
from kb_service.text.articles import ORDINAL
from kb_service.text.clauses import Span, whole_sentences

_LINE = re.compile(r"[^\n]+")
_LIST_MARK = re.compile(
    r"^\s*(?:[-*•·#>]+\s+|[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[）)、.．](?!\d)\s*|[①-⑳]\s*)+"
)
_ARTICLE = re.compile(rf"^\s*{ORDINAL.pattern}[\s　]+")
_MARKUP = re.compile(r"\*\*|`|^#+\s+", re.MULTILINE)
_HEADING_NUMBER = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|第[^ 　]{1,6}[章节条](?=[\s　]|$))[\s　]*"
)
_COLON = ("：", ":")
_ASKING = ("？", "?")
# 可以。 要。 不用。 says something only with the sentence behind it.
_LONGEST_BARE = 4


class SayingKind(StrEnum):
    SENTENCE = "sentence"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Saying:
    """``text``: the words of ``passage.text[span]`` without list marks and markup, a row of a table as a sentence.

    ``key``: the same, normalised. ``context``: what it stands under, normalised: headings, the line its list hangs
    from, the question before it; ``title``: that of its document with the question it answers, normalised.
    ``group``: the number of its list or table in the passage, None of a sentence; ``lead_in``: the line it hangs from;
    ``opening``: a bare 可以 before it; ``header``: the row that names the columns, where words of it are used.
    """

    source: PassageInVersion
    span: Span
    kind: SayingKind
    text: str
    key: str
    context: str
    title: str = ""
    group: int | None = None
    lead_in: "Saying | None" = None
    opening: str = ""
    header: Span | None = None


@dataclass(frozen=True, slots=True)
class SayingReader:
    """``words``: what is left out because it tells of the text only. ``normalise``: as questions are."""

    words: QuotingWords
    normalise: Callable[[str], str]

    def read(self, found: PassageInVersion, asked: Facet | None = None, with_articles: bool = False) -> list[Saying]:
        """In order. ``asked``: laws are named only to who asks on what it is based; ``with_articles``: 第三条 stays
        where it begins a sentence.
        """
        beside = [self.words.beside_the_matter]
        beside += [] if asked is Facet.LEGAL_BASIS else [self.words.named_sources]
        headings = self.normalise(" ".join(found.passage.heading_path))
        title = self.normalise(f"{found.metadata.title} {found.metadata.question or ''}")
        sayings: list[Saying] = []
        repeated: list[Saying] = []
        context = headings
        for each in self._raw(found, with_articles=with_articles):
            own = replace(each, key=self.normalise(each.text))
            if own.key.endswith("?"):  # asked and answered by the text itself: 要不要钱？不收费。
                context = f"{headings} {own.key}"
                continue
            if not own.key or any(each.search(own.key) for each in beside):
                continue
            if own.key.rstrip("。") in title:
                repeated += [replace(own, context=context, title=title)] if "。" in own.key else []
                continue
            lead_in = replace(own.lead_in, key=self.normalise(own.lead_in.text)) if own.lead_in else None
            above = f"{context} {lead_in.key}" if lead_in else context
            sayings.append(replace(own, context=above, title=title, lead_in=lead_in))
            context = headings
        # A notice may say all it has to say in its title.
        return _joined(sayings or repeated)

    def _raw(self, found: PassageInVersion, *, with_articles: bool) -> Iterator[Saying]:
        text = found.passage.text
        lines = [Span(*_trimmed(text, *each.span())) for each in _LINE.finditer(text) if each[0].strip()]
        group = 0
        lead_in: Saying | None = None
        at = 0
        while at < len(lines):
            block = _list_at(text, lines, at, hangs=lead_in is not None)
            if block:
                yield from _group(found, block, group, lead_in)
                group += 1
                lead_in = None
                at += len(block)
                continue
            *whole, last = _sentences(found, lines[at], with_articles=with_articles)
            yield from ([lead_in] if lead_in else [])
            yield from whole
            lead_in = last if last.text.endswith(_COLON) else None
            yield from ([] if lead_in else [last])
            at += 1
        yield from ([lead_in] if lead_in else [])


def heading_in_words(found: PassageInVersion) -> str:
    """The heading right above the passage, without its number; empty where there is none, or a question."""
    heading = found.passage.heading_path[-1] if found.passage.heading_path else ""
    words = _HEADING_NUMBER.sub("", heading).strip()
    return "" if words.endswith(_ASKING) or CELL_BORDER in words else words


def without_markup(text: str) -> str:
    """Without the signs of Markdown, which nobody reads."""
    return _MARKUP.sub("", text)


def _joined(sayings: Sequence[Saying]) -> list[Saying]:
    """A bare 可以。 goes with the sentence behind it."""
    kept: list[Saying] = []
    for each in sayings:
        before = kept[-1] if kept else None
        if (
            before is not None
            and before.kind is each.kind is SayingKind.SENTENCE
            and len(before.text.rstrip("。！!")) <= _LONGEST_BARE
        ):
            kept[-1] = replace(
                each,
                span=Span(before.span.start, each.span.end),
                opening=f"{before.text.rstrip('。！!')}，",
                context=before.context,
            )
        else:
            kept.append(each)
    return kept


def _sentences(found: PassageInVersion, line: Span, *, with_articles: bool) -> list[Saying]:
    text = found.passage.text
    return [
        _saying(found, span, SayingKind.SENTENCE, _clean(text[span.start : span.end], with_articles=with_articles))
        for span in whole_sentences(text, within=line)
    ] or [_saying(found, line, SayingKind.SENTENCE, "")]


def _list_at(text: str, lines: Sequence[Span], at: int, *, hangs: bool) -> list[Span]:
    """The lines of the list or table that begins here; empty where none does. ``hangs``: a line ending in a colon is
    right above.
    """
    written = [text[each.start : each.end] for each in lines[at:]]
    if CELL_BORDER in written[0]:
        return list(lines[at : at + _while(written, lambda line: CELL_BORDER in line)])
    if _LIST_MARK.match(written[0]) and not written[0].endswith(_COLON):
        count = _while(written, lambda line: _LIST_MARK.match(line) is not None and not line.endswith(_COLON))
        return list(lines[at : at + count]) if count > 1 or hangs else []
    count = _while(written, lambda line: line[-1] not in "。！？!?：:" and _LIST_MARK.match(line) is None)
    # The last of several items ends as a sentence does.
    if count and len(written) > count and written[count - 1].endswith(("；", ";")) and written[count][-1] in "。":
        count += 1
    return list(lines[at : at + count]) if count > 1 or (hangs and count) else []


def _while(written: Sequence[str], holds: Callable[[str], bool]) -> int:
    """How many lines from the first on."""
    return next((at for at, line in enumerate(written) if not holds(line)), len(written))


def _group(found: PassageInVersion, block: Sequence[Span], group: int, lead_in: Saying | None) -> Iterator[Saying]:
    text = found.passage.text
    if CELL_BORDER not in text[block[0].start : block[0].end]:
        for span in block:
            item = _saying(found, span, SayingKind.ITEM, _clean(text[span.start : span.end], with_articles=False))
            yield replace(item, group=group, lead_in=lead_in)
        return
    path = found.passage.heading_path
    is_later_piece = bool(path) and CELL_BORDER in path[-1]
    header = cells_of(path[-1]) if is_later_piece else cells_of(text[block[0].start : block[0].end])
    rows = block if is_later_piece or len(block) == 1 else block[1:]
    for span in rows:
        cells = cells_of(text[span.start : span.end])
        if cells[0].endswith(_COLON):
            yield from _notes(found, span, cells)
            continue
        words = row_in_words(cells, header)
        names_columns = not is_later_piece and len(words) > sum(map(len, cells)) + 1
        row = _saying(found, span, SayingKind.ROW, words)
        yield replace(row, group=group, lead_in=lead_in, header=block[0] if names_columns else None)


def _notes(found: PassageInVersion, span: Span, cells: Sequence[str]) -> list[Saying]:
    """A row below a table that is none of it, 说明： | 一共16类。 | 电话12345。

    Each cell is read alone, a single one with its label.
    """
    label, *notes = filter(None, cells)
    words = notes if len(notes) > 1 else [f"{label}{''.join(notes)}"]
    return [_saying(found, span, SayingKind.SENTENCE, each) for each in words]


def _saying(found: PassageInVersion, span: Span, kind: SayingKind, text: str) -> Saying:
    return Saying(found, span, kind, text, key="", context="")


def _clean(written: str, *, with_articles: bool) -> str:
    without_mark = _LIST_MARK.sub("", without_markup(written))
    return (without_mark if with_articles else _ARTICLE.sub("", without_mark)).strip()


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    written = text[start:end]
    return start + len(written) - len(written.lstrip()), end - (len(written) - len(written.rstrip()))


# Columns that count the rows say nothing of them.
_COUNTING = re.compile(r"^(?:序号|编号|no\.?)$", re.IGNORECASE)
_UNIT = re.compile(r"[（(]([^（()）]+)[）)]$")
_BARE_NUMBER = re.compile(r"^[\d.,，]+$")


def cells_of(line: str) -> list[str]:
    """Without the space around them."""
    return [cell.strip() for cell in line.split(CELL_BORDER.strip())]


def row_in_words(cells: Sequence[str], header: Sequence[str]) -> str:
    """What the first cell names, then the others: alone where there is one, else each with the name of its column.

    A column that only counts is left out; a unit that stands in the header (数额（元）) goes with a bare number.
    """
    named = list(zip(header, cells, strict=False)) if len(header) == len(cells) else [("", cell) for cell in cells]
    if len(named) > 2 and _COUNTING.match(named[0][0]):
        named = named[1:]
    (_, subject), *others = [(column, _with_unit(cell, column)) for column, cell in named]
    filled = [(column, cell) for column, cell in others if cell]
    if not filled:
        return subject
    if len(filled) == 1:
        return f"{subject}：{filled[0][1]}"
    return f"{subject}：" + "，".join(f"{column} {cell}".strip() for column, cell in filled)


def _with_unit(cell: str, column: str) -> str:
    unit = _UNIT.search(column)
    return f"{cell}（{unit[1]}）" if unit and _BARE_NUMBER.match(cell) else cell


# Characters: a list as long as this is read in one breath; a longer one, line by line.
_IN_A_LINE = 120
# A longer one is a question or a sentence: 每月要交多少.
_SHORT_HEADING = 4
_ENDS = "；;。，, "
_STOPS = ("。", "！", "？", "!", "?", "”", "）")


def sentence(text: str) -> str:
    """With a full stop where it has no end of its own."""
    bare = text.rstrip(_ENDS)
    return bare if bare.endswith(_STOPS[1:5]) or text.endswith("。”") else f"{bare}。"


def one_item_in_words(item: Saying) -> str:
    return items_in_words([item], longest=0)


def items_in_words(items: Sequence[Saying], *, longest: int, is_led: bool = False) -> str:
    """All of them, or as many as there is room for, one at least. ``is_led``: what they hang from has been said."""
    texts = _alike_together(items, [each.text.rstrip(_ENDS) for each in items])
    lead_in = ""
    if not is_led:
        lead_in, texts = _led(items, texts)
    if len(lead_in) + sum(len(each) + 1 for each in texts) <= _IN_A_LINE or len(texts) == 1:
        return sentence(lead_in + "；".join(texts))
    lines = [f"{number}. {each}" for number, each in enumerate(texts, start=1)]
    while len(lines) > 1 and len(lead_in) + sum(map(len, lines)) > longest:
        lines.pop()
    return "\n".join((lead_in, *lines)) if lead_in else "\n".join(lines)


def _alike_together(items: Sequence[Saying], texts: Sequence[str]) -> list[str]:
    """Rows of a table that say the same of several things as one, in the place of the first: 狗牌、猫牌：本人身份证."""
    if any(each.kind is not SayingKind.ROW or text.count("：") != 1 for each, text in zip(items, texts, strict=True)):
        return list(texts)
    of_said: dict[str, list[str]] = {}
    for text in texts:
        subject, said = text.split("：")
        of_said.setdefault(said, []).append(subject)
    return [f"{'、'.join(subjects)}：{said}" for said, subjects in of_said.items()]


def _led(items: Sequence[Saying], texts: list[str]) -> tuple[str, list[str]]:
    """The line they hang from; else their heading, unless they are sentences of their own.

    A heading takes the colon: 有效期：未满16周岁，5年.
    """
    if items[0].lead_in is not None:
        return items[0].lead_in.text, texts
    heading = heading_in_words(items[0].source)
    if not heading or items[0].text.endswith("。"):
        return "", texts
    if not any("：" in each for each in texts):
        return f"{heading}：", texts
    if len(heading) > _SHORT_HEADING or any(each.count("：") != 1 for each in texts):
        return "", texts
    return f"{heading}：", [each.replace("：", "，") for each in texts]
