"""Questions whose right answer is no, made of what clauses forbid and demand.

What is right comes from the clause itself, and from none of the answering's own words or checks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from eval.in_force import topic
from kb_service.domain.documents import PassageInVersion

_FORBIDS = ("不得", "禁止", "严禁", "不准", "不可以", "不允许", "不能")
_DEMANDS = ("应当", "必须", "需要", "务必", "须", "要")
# A verb phrase behind the word, up to a mark: shorter ones say too little, longer ones nobody asks so.
_CLAUSE = re.compile(
    r"(?P<before>[^。；;，,、：:！!？?\n（(《》“”|#]*?)"
    rf"(?P<word>{'|'.join((*_FORBIDS, *_DEMANDS))})"
    r"(?P<done>[^。；;，,、：:！!？?\n（()）《》“”|]{3,24})(?=[。；;，,：:！!\n（(]|$)"
)
# 不得不 demands; 应当办理而没有办理的 and 应当走的渠道 only name; 自发生之日 goes on behind the comma; 是否应当 asks;
# 不应当 is of the other side; 需要帮助时 and 需要材料 are no demand to do something.
_NOT_DONE = re.compile(
    r"^(?:不|没有?|未|无|.{1,4}的)|[的者时后前日内]$|的(?:情况|情形)下?$|而(?:没有|未|不)|^(?:同时)?(?:符合|满足|具备)$"
    r"|(?:不得|禁止|严禁|应当|必须|可以|不能|需要)|吗|[0-9一二三四五六七八九十]+[.．]$"
)
_NOT_BEFORE = re.compile(
    r"(?:不|是否|没有|未|无|认为|要求|按照?|依法|如果?|若|因|确实|暂时|而|仍|还是|时|者|有|的|要|才|只|如需|是|需|主|重|必|想|就|只有?|本文|本指南|本办法)$"
    r"|[0-9]+[.．]|^(?:如果|若|凡是?|对)|(?:的|并|或者?)$"
)
# What 不能, 需要 and 须 go with where they forbid and demand; else they tell of ability, of a wish, of what it takes.
_DOING = re.compile(
    "^(?:由|向|在|到|到场|本人|先|把|将|经|按|凭|持|带|携带|提交|提供|出示|填写?|签|办理|登记|备案|申请|申报|缴|支付|告知|通知|保存"
    "|如实|及时|依法|亲自|实名|重新|一次性|随意?|擅自|再|同时|重复|缓缴|减免|代|转让|出借|超过|低于|少于|比|作为|用于|用)"
)
_NEEDS_DOING = {"不能", "需要", "须", "要"}
# 自用工之日起30日内办理登记: whoever asks the wrong way round asks for more time.
_WITHIN = re.compile(
    r"^(?:自.{1,14}?起|在|于)?(?P<time>[0-9０-９一二三四五六七八九十百两]+个?(?:日|天|工作日|月|年|小时|分钟))[之以]?内(?P<done>.{2,})$"
)
_LEAD_INS = re.compile(
    r"^\s*(?:[-*•]\s*|[)）]|[（(]?[一二三四五六七八九十\d]+[)）.．、]\s*|第[一二三四五六七八九十百]+条\s*)+"
)
_FILLING = re.compile(r"(?:还|也|均|都|并|但|又|则|就|一律|同时|此外|另外)+$|^(?:但是?|并且?|同时|此外|另外|其中)")
# 补领的，要缴纳工本费: without what stands before the comma, no would be the wrong answer.
_CLAUSE_BEFORE = re.compile(r"([^。；;，,：:！!？?\n|#]+)[，,]\s*$")
_CONDITION = re.compile(r"^(?:除|如|若|凡|经)|(?:的|时|后|前|起|内|外)$")
_POINTS_ELSEWHERE = re.compile("此|上述|前款|前项|本条|下列|该")
_TAKEN_BACK = re.compile(r"^[，,](?:但|除|有[^，。]{0,12}的除外|[^，。]{0,20}除外)")
_LONGEST_SUBJECT, _LONGEST_CONDITION = 14, 24
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


def questions_of(source: PassageInVersion) -> Iterator[Inverted]:
    """Two ways to ask of each clause that forbids or demands something of somebody it names, or else of the matter."""
    for found in _CLAUSE.finditer(source.passage.text):
        before, word, done = found["before"].strip(), found["word"], found["done"].strip()
        if _NOT_DONE.search(done) or _NOT_BEFORE.search(before) or "的" in before[-2:]:
            continue
        if word in _NEEDS_DOING and not _DOING.match(done):
            continue
        about = _about(source, before, found.start())
        if about is None or _TAKEN_BACK.match(source.passage.text[found.end() :]):
            continue
        side = Side.FORBIDDEN if word in _FORBIDS else Side.DEMANDED
        clause = _LEAD_INS.sub("", found.group()).strip()
        for asked in _asked(side, done):
            yield Inverted(f"{about}{asked}", side, clause, source.document_id, source)


def _about(source: PassageInVersion, before: str, start: int) -> str | None:
    """Whom or what the question names in front: the subject, else the condition before the clause, else the matter.
    None where that is too long to be asked."""
    subject = _FILLING.sub("", _LEAD_INS.sub("", before).strip()).strip()
    clause_before = _CLAUSE_BEFORE.search(source.passage.text[:start])
    condition = _LEAD_INS.sub("", clause_before[1]).strip() if clause_before else ""
    if not _CONDITION.search(condition):
        condition = ""
    if _POINTS_ELSEWHERE.search(condition) or len(subject) > _LONGEST_SUBJECT or len(condition) > _LONGEST_CONDITION:
        return None
    named = subject if len(subject) > 1 else ""
    if condition:
        return f"{condition}，{named}" if named else f"{topic(source)}，{condition}，"
    return named or f"{topic(source)}，"


def _asked(side: Side, done: str) -> tuple[str, ...]:
    if side is Side.FORBIDDEN:
        return f"能不能{done}", f"可以{done}吗"
    if late := _WITHIN.match(done):
        return f"可以超过{late['time']}再{late['done']}吗", f"能不能过了{late['time']}再{late['done']}"
    return f"可以不{done}吗", f"能不能不{done}"


def begins_wrongly(side: Side, text: str) -> bool:
    """Whether an answer begins by allowing what is forbidden, or by sparing what is demanded."""
    said = text[end.end() :] if (end := _OPENING.match(text)) else text
    return bool((_MAY if side is Side.FORBIDDEN else _NEED_NOT).match(said))
