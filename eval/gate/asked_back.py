"""When a question is asked back, with which options, and when it is not: of made-up passages, worked out by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from eval.gate.component_measures import Case, Measured
from kb_service.asking.conversation.clarifying import Clarifying, DistrictTexts
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.reader import Reader
from kb_service.asking.search.fusing import FusedHit
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Question
from kb_service.domain.days import SHANGHAI
from kb_service.domain.documents import Audience, Kind, Metadata, Passage, PassageInVersion, VersionState
from kb_service.domain.matters import Matter
from kb_service.ports import ScriptConverter

_DAY = date(2026, 6, 1)
_NOON = datetime.combine(_DAY, time(12), tzinfo=SHANGHAI)
_PUDONG, _XUHUI = "上海市/浦东新区", "上海市/徐汇区"
_MATTERS = (
    Matter("apply", "放飞证申领", "park"),
    Matter("renew", "放飞证续期", "park"),
    Matter("replace", "放飞证补办", "park"),
    Matter("boat", "游船登记", "port"),
    Matter("club", "风筝社团注册", "park"),
)


def _found(
    matter: str, text: str, score: float, *, region: str | None = None, audience: Audience | None = None
) -> Candidate:
    metadata = Metadata(text, Kind.PROCEDURE, matter_id=matter, region=region, audience=audience)
    passage = Passage(text, text, 0, text, 0, len(text))
    hit = FusedHit(text, text, text, score, None, None, None, None)
    return Candidate(PassageInVersion(passage, text, VersionState.APPROVED, metadata), hit, score, text)


_APPLY = _found("apply", "证件可以邮寄，费用20元。", 2.0)
_APPLY_TOO = _found("apply", "邮寄需要五个工作日。", 1.0)
_RENEW = _found("renew", "续期以后当场取回，不邮寄。", 1.5)
_RENEW_ALIKE = _found("renew", "续期的证件也寄，费用20元。", 1.9)
_REPLACE_ALIKE = _found("replace", "补办的证件也可以邮寄，费用20元。", 1.6)
_BOAT = _found("boat", "登记簿现场领取。", 1.9)
_FOR_PERSON = _found("club", "个人注册收费30元。", 2.0, audience=Audience.PERSON)
_FOR_FIRM = _found("club", "企业注册收费80元。", 1.9, audience=Audience.ENTERPRISE)
_BOAT_OF_FIRMS = _found("boat", "企业登记收费80元。", 1.9, audience=Audience.ENTERPRISE)
_CITY = _found("club", "全市注册收费30元。", 1.0)
_OF_PUDONG = _found("club", "浦东注册收费50元。", 2.0, region=_PUDONG)
_OF_PUDONG_ALIKE = _found("club", "在浦东注册也收费30元。", 2.0, region=_PUDONG)


@dataclass(frozen=True, slots=True)
class _Asked:
    """``options``: labels in order, empty where it is asked openly; None where nothing is asked back. ``there``: what
    is found for the same question in 浦东."""

    text: str
    found: Sequence[Candidate]
    options: tuple[str, ...] | None
    is_sure: bool = False
    is_told_apart: bool = False
    region: str | None = None
    audience: Audience | None = None
    there: Sequence[Candidate] = ()

    @property
    def districts(self) -> DistrictTexts:
        return DistrictTexts(lambda _matter, _day: [_PUDONG] if self.there else [], lambda _region: self.there)


_BOTH = ("放飞证申领", "放飞证续期")
_MAILED, _FEE = "放飞证能寄到老家吗", "风筝社团注册要交多少钱"
_CASES = {
    "两件事都合适": _Asked(_MAILED, [_APPLY, _RENEW], _BOTH),
    "后一件差得远": _Asked(_MAILED, [_APPLY, replace(_RENEW, score=1.3)], None),
    "有把握时，差一点就算远": _Asked(_MAILED, [_APPLY, _RENEW], None, is_sure=True),
    "有把握，但不相上下": _Asked(_MAILED, [_APPLY, replace(_RENEW, score=1.9)], _BOTH, is_sure=True),
    "答案分得清": _Asked(
        _MAILED, [_APPLY, replace(_RENEW, score=1.9)], None, is_sure=True, is_told_apart=True
    ),
    "说的是一样的": _Asked(_MAILED, [_APPLY, _RENEW_ALIKE], None),
    "第三件与第一件说的一样": _Asked(_MAILED, [_APPLY, _RENEW, _REPLACE_ALIKE], _BOTH),
    "每件事看最好的一段": _Asked(_MAILED, [_APPLY, _RENEW, _APPLY_TOO], _BOTH),
    "名字毫不相干的不算": _Asked(_MAILED, [_APPLY, _BOAT], None),
    "已经说明是哪一件": _Asked("放飞证续期能寄到老家吗", [_RENEW, _APPLY], None),
    "只问要素，没说哪件事": _Asked("要多少钱", [_APPLY, _BOAT], ()),
    "分个人和单位": _Asked(_FEE, [_FOR_PERSON, _FOR_FIRM], ("个人", "法人（企业、单位）"), is_sure=True),
    "说了是公司": _Asked("我们公司风筝社团注册要交多少钱", [_FOR_PERSON, _FOR_FIRM], None, is_sure=True),
    "选了是个人": _Asked(_FEE, [_FOR_PERSON, _FOR_FIRM], None, is_sure=True, audience=Audience.PERSON),
    "给单位的差得远": _Asked(_FEE, [_FOR_PERSON, replace(_FOR_FIRM, score=1.7)], None, is_sure=True),
    "给单位的是另一件事": _Asked(_FEE, [_FOR_PERSON, _BOAT_OF_FIRMS], None, is_sure=True),
    "浦东有自己的": _Asked(_FEE, [_CITY], ("浦东新区", "其他区"), there=[_OF_PUDONG, _CITY]),
    "浦东说的一样": _Asked(_FEE, [_CITY], None, there=[_OF_PUDONG_ALIKE, _CITY]),
    "浦东的不在最前": _Asked(_FEE, [_CITY], None, there=[_CITY, _OF_PUDONG]),
    "已经说了在徐汇": _Asked(_FEE, [_CITY], None, region=_XUHUI, there=[_OF_PUDONG, _CITY]),
    "有把握就不问在哪个区": _Asked(_FEE, [_CITY], None, is_sure=True, there=[_OF_PUDONG, _CITY]),
}  # fmt: skip


def of_asked_back(lexicon: Lexicon, converter: ScriptConverter) -> Measured:
    return Measured("asking_back.rules", tuple(_cases(lexicon, converter)))


def _cases(lexicon: Lexicon, converter: ScriptConverter) -> Iterator[Case]:
    reader = Reader(_MATTERS, lexicon, converter)
    clarifying = Clarifying(matters={each.id: each for each in _MATTERS}, lexicon=lexicon, names=reader.names)
    for name, each in _CASES.items():
        question = Question(each.text, _DAY, _NOON, region=each.region, audience=each.audience)
        understood = reader.understand(question)
        asked = clarifying.clarification(
            understood,
            each.found,
            is_sure=each.is_sure,
            turns=(),
            is_told_apart=each.is_told_apart,
            rivals=understood.rivals,
            districts=each.districts,
        )
        options = None if asked is None else tuple(option.label for option in asked.options)
        yield Case(name, each.text, float(options == each.options), note=f"{options}")
