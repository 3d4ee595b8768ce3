"""Articles of dated statutes asked for by their number: is it exactly that article, of exactly the version of the day?

What is right is read from the files of the statutes, with nothing of the service's own reading of articles.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from kb_service.domain.answers import Answer, Outcome

_ARTICLE = re.compile(r"^(第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)[\s　]")
_HEADING = re.compile(r"^(?:#|第[零〇一二三四五六七八九十百]+[编章节][\s　])")
_VALUE = {each: value for value, each in enumerate("零一二三四五六七八九")} | {"〇": 0}
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
# {law} as it is called, {han} 第四十六条, {digits} 46, {wide} ４６.
STYLES = (
    "{law}{han}",
    "《{law}》{han}",
    "{law}第{digits}条",
    "{law}第{wide}条",
    "{law}第 {digits} 条",
    "{law}{digits}条",
    "{law}{han}是什么",
    "请问{law}的{han}是怎么规定的？",
    "帮我查一下《{law}》第{digits}条的内容",
    "{han} {law}",
    "{law}里第{digits}条讲了什么",
    "根据{law}{han}第一款是怎么说的",
    "我想看看{law}第{digits}条原文",
)
FOLLOW_UPS = ("{han}", "那{han}呢", "第{digits}条呢", "第{digits}条怎么规定的")


@dataclass(frozen=True, slots=True)
class DatedLaw:
    """One text of a law, in force on the days ``[first, end)``. ``article_of``: text by ordinal (第四十六条)."""

    law: str
    first: date
    end: date
    article_of: dict[str, str]


@dataclass(frozen=True, slots=True)
class ArticleQuestion:
    """``before``: the question that it follows up, if any."""

    question: str
    as_of: date
    style: str
    text: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedArticle:
    asked: ArticleQuestion
    is_right: bool
    outcome: Outcome
    seconds: float


def read_laws(versions: Path, *, until: date) -> list[DatedLaw]:
    """Lines of {law, version_date, effective_from?, file}, the files beside them. ``until``: the last day asked about.

    A text holds until the next of its law begins.
    """
    rows = [json.loads(line) for line in versions.read_text(encoding="utf-8").splitlines() if line.strip()]
    by_law: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_law.setdefault(row["law"], []).append(row)
    found: list[DatedLaw] = []
    for law, texts in by_law.items():
        starts = sorted((first_day(each), each["file"]) for each in texts)
        ends = [start for start, _ in starts[1:]] + [until + timedelta(days=1)]
        for (start, file), end in zip(starts, ends, strict=True):
            if start < end:
                text = (versions.parent / file).read_text(encoding="utf-8")
                found.append(DatedLaw(law, start, end, dict(articles_of(text))))
    return found


def first_day(row: dict[str, Any]) -> date:
    """As the law says, else the day it was passed."""
    return date.fromisoformat(row.get("effective_from") or row["version_date"])


def records(versions: Path) -> Iterator[dict[str, Any]]:
    """The same lines in the bulk format, a document a law."""
    for line in versions.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield {
            "id": f"law-{row['law']}",
            "kind": "regulation",
            "title": row["law"],
            "effective_from": row.get("effective_from"),
            "issued_on": row["version_date"],
            "file": row["file"],
        }


def questions(
    laws: Sequence[DatedLaw], *, most: int, seed: int, traditional: Callable[[str], str]
) -> list[ArticleQuestion]:
    """``most`` articles drawn from all texts alike, each asked in one of the styles; one in twelve in traditional."""
    dealer = random.Random(seed)
    places = [(law, ordinal) for law in laws for ordinal in law.article_of]
    drawn = dealer.sample(places, min(most, len(places)))
    asked = [_question(law, ordinal, dealer) for law, ordinal in drawn]
    return [
        each
        if dealer.randrange(12)
        else ArticleQuestion(
            traditional(each.question), each.as_of, f"{each.style} (traditional)", each.text, each.before
        )
        for each in asked
    ]


def judge(asked: ArticleQuestion, answer: Answer, seconds: float) -> JudgedArticle:
    """Right: all of the article and nothing else, quoted from a version in force that day."""
    said = "".join("".join(each.quote.split()) for each in answer.citations)
    is_right = (
        answer.outcome is Outcome.ANSWERED and said == "".join(asked.text.split()) and answer.as_of == asked.as_of
    )
    return JudgedArticle(asked, is_right, answer.outcome, seconds)


def _question(law: DatedLaw, ordinal: str, dealer: random.Random) -> ArticleQuestion:
    as_of = law.first + timedelta(days=dealer.randrange((law.end - law.first).days))
    digits = str(_number(ordinal))
    inserted = ordinal.partition("条")[2]
    written = {"law": _called(law.law, dealer), "han": ordinal, "digits": digits, "wide": digits.translate(_FULL_WIDTH)}
    is_follow_up = not dealer.randrange(6)
    style = dealer.choice(FOLLOW_UPS if is_follow_up else STYLES)
    if inserted:  # 第十二条之一 has no other way of being written
        style = "{han}" if is_follow_up else "{law}{han}"
    before = f"{written['law']}第一条" if is_follow_up else None
    return ArticleQuestion(style.format(**written), as_of, style, law.article_of[ordinal], before)


def _called(law: str, dealer: random.Random) -> str:
    """The whole name, or as people shorten it."""
    short = law.removeprefix("中华人民共和国").removeprefix("上海市")
    return dealer.choice((law, short)) if len(short) > 2 else law


def articles_of(text: str) -> Iterator[tuple[str, str]]:
    """Ordinal and text of each article, in order, of a number that comes again the first."""
    ordinal, lines, seen = "", list[str](), set[str]()
    for line in [*text.splitlines(), "#"]:
        opening = _ARTICLE.match(line.strip() + " ")
        if (opening or _HEADING.match(line)) and ordinal and ordinal not in seen:
            seen.add(ordinal)
            yield ordinal, "\n".join(lines)
        if opening:
            ordinal, lines = opening[1], [line]
        elif _HEADING.match(line):
            ordinal, lines = "", []
        else:
            lines.append(line)


def _number(ordinal: str) -> int:
    total = pending = 0
    for character in ordinal.partition("条")[0][1:]:
        if scale := {"十": 10, "百": 100, "千": 1000}.get(character):
            total, pending = total + (pending or 1) * scale, 0
        else:
            pending = _VALUE[character]
    return total + pending
