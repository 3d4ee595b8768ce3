"""Questions made of what a clause in force forbids or demands: the answer must not begin with the other side.

What is right comes from the clause itself, and from none of the answering's own words or checks.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eval.statistics import Rate, rate
from eval.systems import CHANNEL
from kb_service.domain.answers import Outcome
from kb_service.domain.documents import PassageInVersion
from kb_service.service import Service

_PAGE = 500
_SEED = 20260701
# A verb phrase behind the word, up to a mark: shorter ones say too little, longer ones nobody asks so.
_CLAUSE = re.compile(
    r"(?P<before>[^。；;，,、：:！!？?\n（(《》“”|#]*?)(?P<word>不得|禁止|应当|必须)"
    r"(?P<done>[^。；;，,、：:！!？?\n（()）《》“”|]{4,16})(?=[。；;，,：:！!\n（(]|$)"
)
# 不得不 demands; 应当办理而没有办理的 and 应当走的渠道 only name; 自发生之日 goes on behind the comma; 是否应当 asks;
# 不应当 is of the other side.
_NOT_DONE = re.compile(
    r"^(?:不|没有?|未|.{1,4}的)|[的者时后前日]$|(?:不得|禁止|应当|必须|可以)|吗|[0-9一二三四五六七八九十]+[.．]$"
)
_NOT_BEFORE = re.compile(r"(?:不|是否|没有|未|无|认为|要求|按照?|依法)$|的$|[0-9]+[.．]")
_LEAD_INS = re.compile(
    r"^\s*(?:[-*•]\s*|[)）]|[（(]?[一二三四五六七八九十\d]+[)）.．、]\s*|第[一二三四五六七八九十百]+条\s*)+"
)
_FILLING = re.compile(r"(?:还|也|均|都|并|但|又|则|就|一律)+$")
_LONGEST_SUBJECT = 14
_OPENING = re.compile(r"^[\s>*#“\"]*(?:您好[，,。!！\s]*)?(?:答[:：]\s*)?")
_MAY = re.compile(r"^(?:可以|能(?!够证明|力|源)|行[，,。]|允许|准许|是的|没问题)")
_NEED_NOT = re.compile(
    r"^(?:可以|能(?!力|源)|行[，,。]|允许|不用|不需要?|无需|无须|毋需|不必|没有?必要|用不着|是的|没问题)"
)


class Side(StrEnum):
    FORBIDDEN = "forbidden"
    DEMANDED = "demanded"


@dataclass(frozen=True, slots=True)
class Inverted:
    """A question whose right answer is no. ``clause``: the words of the passage that say so."""

    question: str
    side: Side
    clause: str
    document_id: str
    source: PassageInVersion


@dataclass(frozen=True, slots=True)
class Replied:
    """``is_wrong``: answered, and the answer begins with the wrong side."""

    asked: Inverted
    outcome: Outcome
    text: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Inversion:
    """``clauses``: of how many in force questions can be made; ``wrong``: of the answered."""

    clauses: int
    replies: tuple[Replied, ...]
    answered: Rate
    wrong: Rate

    @property
    def wrong_replies(self) -> list[Replied]:
        return [each for each in self.replies if each.is_wrong]


def invert(service: Service, *, as_of: date, most: int, advance: Callable[[], None] = lambda: None) -> Inversion:
    """Ask of clauses in force that day, ``most`` of them chosen always alike. Nothing is stored or written."""
    made = _once(each for source in _in_force(service, as_of) for each in questions_of(source))
    chosen = made if len(made) <= most else random.Random(_SEED).sample(made, most)
    replies = []
    for each in chosen:
        replies.append(_replied(service, each, as_of))
        advance()
    answered = [each for each in replies if each.outcome is Outcome.ANSWERED]
    return Inversion(
        clauses=len(made),
        replies=tuple(replies),
        answered=rate([each.outcome is Outcome.ANSWERED for each in replies]),
        wrong=rate([each.is_wrong for each in answered]),
    )


def questions_of(source: PassageInVersion) -> Iterator[Inverted]:
    """Of each clause that forbids or demands something of somebody it names, or else of the matter."""
    for found in _CLAUSE.finditer(source.passage.text):
        before, word, done = found["before"], found["word"], found["done"].strip()
        if _NOT_DONE.search(done) or _NOT_BEFORE.search(before.strip()):
            continue
        subject = _FILLING.sub("", _LEAD_INS.sub("", before).strip())
        if len(subject) > _LONGEST_SUBJECT:
            continue
        about = subject if len(subject) > 1 else f"{_topic(source)}，"
        side = Side.FORBIDDEN if word in {"不得", "禁止"} else Side.DEMANDED
        question = f"{about}能不能{done}" if side is Side.FORBIDDEN else f"{about}可以不{done}吗"
        yield Inverted(question, side, _LEAD_INS.sub("", found.group()), source.document_id, source)


def begins_wrongly(side: Side, text: str) -> bool:
    """Whether an answer begins by allowing what is forbidden, or by sparing what is demanded."""
    said = text[end.end() :] if (end := _OPENING.match(text)) else text
    return bool((_MAY if side is Side.FORBIDDEN else _NEED_NOT).match(said))


def _topic(source: PassageInVersion) -> str:
    return re.sub(r"办事指南|[（(].*?[)）]|《|》|演示：", "", source.metadata.title)


def _in_force(service: Service, day: date) -> Iterator[PassageInVersion]:
    after = ""
    intervals = {}
    while page := service.library.published_passages_after(after, limit=_PAGE):
        after = page[-1].passage.id
        for each in page:
            version_id = each.passage.version_id
            if version_id not in intervals:
                intervals[version_id] = service.library.interval(version_id)
            interval = intervals[version_id]
            if interval is not None and interval.contains(day):
                yield each


def _once(made: Iterator[Inverted]) -> Sequence[Inverted]:
    """In an order that does not hang on the ids of passages, which each taking in gives anew."""
    first = {(each.question, each.document_id): each for each in made}
    return sorted(first.values(), key=lambda each: (each.document_id, each.question))


def _replied(service: Service, asked: Inverted, as_of: date) -> Replied:
    metadata = asked.source.metadata
    question = service.asking.question(
        asked.question, as_of=as_of, region=metadata.region, audience=metadata.audience, channel=CHANNEL
    )
    answer = service.asking.retraced(question, turns=(), watch=lambda tools: tools)
    is_wrong = answer.outcome is Outcome.ANSWERED and begins_wrongly(asked.side, answer.text)
    return Replied(asked, answer.outcome, answer.text, is_wrong)
