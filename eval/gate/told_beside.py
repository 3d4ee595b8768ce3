"""What is told beside an answer: which day it is of and what changes, of made-up versions worked out by hand; and that
all of a reply is in the script of the message."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Seen, Watching
from kb_service.asking.notices import Noticing
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.answers import Answer, Carried, Citation, NoticeKind, Outcome, Question
from kb_service.domain.days import SHANGHAI, Interval
from kb_service.domain.documents import Kind
from kb_service.ports import Scheduled, ScriptConverter

_TODAY = date(2026, 6, 15)
_NOON = datetime.combine(_TODAY, time(12), tzinfo=SHANGHAI)
_START, _MARCH, _MAY = date(2024, 1, 1), date(2026, 3, 1), date(2026, 5, 1)
_JULY, _NEXT_YEAR = date(2026, 7, 1), date(2027, 1, 1)
_TOMORROW, _YESTERDAY = date(2026, 6, 16), date(2026, 6, 14)
_END_WITHIN = 30
_EACH_WAY = 4


@dataclass(frozen=True, slots=True)
class _Told:
    """``end`` of the version cited; ``after``: what comes then, by the document's title; ``said``: what the notices
    have, in order."""

    end: date | None
    expected: tuple[NoticeKind, ...]
    said: tuple[str, ...] = ()
    after: tuple[str, date] | None = None
    as_of: date = _TODAY
    named: date | None = None
    is_chosen: bool = False
    carried: tuple[Carried, ...] = ()


_SOON, _ENDS, _READ = NoticeKind.SCHEDULED_SUCCESSOR, NoticeKind.SCHEDULED_END, NoticeKind.DAY_READ
_SINCE, _ENDED = NoticeKind.SUCCEEDED, NoticeKind.ENDED
_SAME, _OTHER = "放飞办法", "放飞条例"

_CASES: dict[str, _Told] = {
    "没有失效日": _Told(None, ()),
    "将有新版": _Told(_JULY, (_SOON,), ("自2026年7月1日起",), (_SAME, _JULY)),
    "明天有新版": _Told(_TOMORROW, (_SOON,), ("自2026年6月16日起",), (_SAME, _TOMORROW)),
    "将由另一份代替": _Told(_JULY, (_SOON,), ("由《放飞条例》代替",), (_OTHER, _JULY)),
    "很远的新版也说": _Told(_NEXT_YEAR, (_SOON,), ("自2027年1月1日起",), (_SAME, _NEXT_YEAR)),
    "快到期": _Told(_JULY, (_ENDS,), ("有效至2026年6月30日",)),
    "到期还早": _Told(_NEXT_YEAR, ()),
    "失效之后才有的不是接着的": _Told(_JULY, (_ENDS,), ("有效至2026年6月30日",), (_SAME, date(2026, 7, 2))),
    "问过去，已有新版": _Told(_MAY, (_SINCE,), ("自2026年5月1日起",), (_SAME, _MAY), as_of=_MARCH),
    "问过去，已由另一份代替": _Told(_MAY, (_SINCE,), ("由《放飞条例》代替",), (_OTHER, _MAY), as_of=_MARCH),
    "问过去，已到期": _Told(_MAY, (_ENDED,), ("已于2026年4月30日到期",), as_of=_MARCH),
    "问昨天，今天换版": _Told(_TODAY, (_SINCE,), ("自2026年6月15日起",), (_SAME, _TODAY), as_of=_YESTERDAY),
    "问昨天，今天到期": _Told(_TODAY, (_ENDED,), ("已于2026年6月14日到期",), as_of=_YESTERDAY),
    "话里写明的日子": _Told(None, (_READ,), ("按2026年3月1日当天",), as_of=_MARCH, named=_MARCH),
    "接着上一句的日子": _Told(None, (_READ,), ("按2026年3月1日当天",), as_of=_MARCH, carried=(Carried.AS_OF,)),
    "选定的日子不必说": _Told(None, (), as_of=_MARCH, is_chosen=True),
    "话里写明的与选定的不同": _Told(
        None, (_READ,), ("没有按另外选定的日期",), as_of=_MARCH, named=_MARCH, is_chosen=True
    ),
    "先说日子再说变化": _Told(
        _MAY, (_READ, _SINCE), ("按2026年3月1日", "自2026年5月1日起"), (_SAME, _MAY), as_of=_MARCH, named=_MARCH
    ),
}  # fmt: skip


def of_told_beside(watching: Watching, seen: Sequence[Seen]) -> list[Measured]:
    return [
        Measured("notices.rules", tuple(of_notices(watching.tools.lexicon))),
        Measured("script.replies", tuple(_of_script(watching, seen))),
    ]


@dataclass(frozen=True, slots=True)
class _Replacing:
    """The one thing that notices read: by which other documents one is replaced."""

    by: Sequence[Scheduled]

    def replacements(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Scheduled]]:
        return dict.fromkeys(document_ids, self.by)


def of_notices(lexicon: Lexicon) -> Iterator[Case]:
    """Of a version cited twice: each notice is told once."""
    for name, each in _CASES.items():
        schedule = [Scheduled("v", _SAME, Interval(_START, each.end))]
        then = [Scheduled("next", title, Interval(start)) for title, start in [each.after or ("", _START)] if title]
        others = [one for one in then if one.title != _SAME]
        schedule += [one for one in then if one.title == _SAME]
        noticing = Noticing(_Replacing(others), lexicon, _END_WITHIN)  # type: ignore[arg-type]
        question = Question("线多长", each.as_of, _NOON, is_day_chosen=each.is_chosen)
        understood = Understanding("线多长", question, as_of_named=each.named, carried=each.carried)
        found = noticing.notices(understood, [_cited(1), _cited(2)], {"kite": schedule})
        kinds = tuple(one.kind for one in found)
        says_all = len(found) == len(each.said) and all(a in b.text for a, b in zip(each.said, found, strict=True))
        note = "、".join(one.text for one in found)
        yield Case(name, name, float(kinds == each.expected and says_all), note=note)


def _cited(mark: int) -> Citation:
    return Citation(
        mark=mark, document_id="kite", version_id="v", passage_id=f"p{mark}", title=_SAME, kind=Kind.REGULATION,
        department=None, heading_path=(), page=None, second=None, quote="线长", start=0, end=2, effective_from=_START,
        effective_to=None, source_url=None, matter_id=None,
    )  # fmt: skip


def _of_script(watching: Watching, seen: Sequence[Seen]) -> Iterator[Case]:
    """Answers, notices, questions back with options and hand-overs, to the same words in either script. Quotes keep
    that of their text."""
    converter = watching.converter
    groups = (
        [each for each in seen if each.answer.notices],
        [each for each in seen if each.answer.clarification and each.answer.clarification.options],
        [each for each in seen if each.answer.outcome is Outcome.ANSWERED and each.answer.related_questions],
        [each for each in seen if each.answer.outcome is Outcome.HANDED_OVER],
    )
    chosen = {
        each.question.id: each for group in groups for each in group[:: max(1, len(group) // _EACH_WAY)][:_EACH_WAY]
    }
    for each in chosen.values():
        simplified, other = (write(each.question.text) for write in (converter.to_simplified, converter.to_traditional))
        if other == simplified:
            continue
        for text, is_traditional in ((simplified, False), (other, True)):
            reply = watching.under(replace(each.question, text=text), lambda tools: tools)
            yield _script_case(f"{each.question.id}:{text}", reply, converter, is_traditional=is_traditional)


def _script_case(name: str, reply: Answer, converter: ScriptConverter, *, is_traditional: bool) -> Case:
    to_script = converter.to_traditional if is_traditional else converter.to_simplified
    wrong = [what for what, text in _shown(reply) if to_script(text) != text]
    return Case(
        name, reply.question, float(not wrong), note=f"in the other script: {'、'.join(wrong)}" if wrong else ""
    )


def _shown(reply: Answer) -> Iterator[tuple[str, str]]:
    yield "text", reply.text
    yield from (("notice", each.text) for each in reply.notices)
    yield from (("related question", each) for each in reply.related_questions)
    if reply.clarification:
        yield "question back", reply.clarification.question
        yield from (("option", each.label) for each in reply.clarification.options)
