"""Whether a clause affirms or denies what it speaks of, and of which case it speaks.

Negations are counted: two of them affirm (不受限制, 没有证明办不了). The grammar of negation stands here.
"""

import re
from collections.abc import Iterator, Mapping

from kb_service.text.clauses import COMMAS, GAP, Clause, clauses, sentences
from kb_service.text.figures import Figure, FigureKind
from kb_service.text.vocabulary import AnyOf, Words

YES, NO = "yes", "no"
# Bounds (不超过), other words (不动产) and what is none of the thing's own (无障碍) negate nothing.
_NEGATION = re.compile(
    r"不(?!少于|多于|超过|低于|高于|[早晚迟]于|得[超少低高多]|能超|足|满|动产|锈|但|仅|同|便|过|论|管|久|断|良|法|可抗|收(?=取?[^，。；]{0,8}[费钱])|向[^，。；]{0,8}收|定期|齐|得已|妨|限)"
    r"|无(?!论|人机|障碍|线|偿|犯罪|业|异议|误|记名|房)|未(?!成年|婚|来|必|满)|没(?!收|问题|关系|事)|毋"
    r"|(?<![避豁减])免(?!疫|冠|责|检|签|租|息|费|收|税)|禁止|严禁|谢绝|拒绝|停办|停止|停业|停用|停发|停缴|暂停|休息|闭馆|关门|放假|取消|废止"
    r"|限制|限行|退回|作废|剔除|删除|自愿|都行|没关系|没事"
)
# What says once what it has two words for, and what says nothing: 不办也行, 是不是.
_ONCE = re.compile("不[^，。；]{1,8}(?:也|都)(?:没关系|行|可以?|没事|不要紧|无妨)")
_NEVER = re.compile(r"([\u4e00-\u9fff])[不没]\1|不得不|无不|不无|不能不|或者?不|不受[^，。；]{0,10}(?:限制|影响|约束)")
# Without it nothing is done: it is needed.
_NEEDED = re.compile(
    "(?:没有?|无)[^，。；]{1,14}?[，,]?(?:就|一律|均|都)?(?:不[了能可予行给让得]|[^，。；不]不[了上出到成])"
)
# What stands before these in a clause is a case that it speaks of: 有违章的车, 没备案也可以.
_SUBJECT_ENDS = re.compile(
    r"的(?=[\u4e00-\u9fff]{0,10}(?:[不可应须要免能]|一律|均|无|禁止))|也(?!没关系|行)|照样|照常|同样|一样|仍"
)
_CASE = re.compile(r"(?:[的者:：]|的话|时|后|前)$|^(?:如|若|凡|除|对于?|因|由于|为了?|没有?|无|未)")
_ASKED = re.compile(r"([\u4e00-\u9fff])[不没]\1|[？?吗呢]$")
_EITHER_WAY = re.compile("自愿|都行|都可以?|随意")
# What affirms says so: 咨询电话 and 第二条 do not.
_AFFIRMATION = re.compile(
    r"可|能|应|须|要|需|得|允许|支持|享受|有权|准予|照[常样]|继续|仍|均|都|实行|实施|开放|接受|受理|提供|提交|出示|携带|带|交|收取|没问题|不受"
)
_DEMANDED = re.compile("须|必须|要|应|得|只|仅|限")
_SHORTEST = 4


class OpposedTopic(Words):
    """``of``: words of the one way; ``instead``: of the other way, which rules it out where it is demanded."""

    of: AnyOf
    instead: AnyOf

    def said_in(self, clause: Clause, unit: str) -> Figure | None:
        if named := self.of.search(clause.text):
            value = NO if is_denied(clause.text) else YES
        elif (named := self.instead.search(clause.text)) and is_denied(clause.text):
            value = YES
        elif named and _DEMANDED.search(clause.text):
            value = NO
        else:
            return None
        return Figure(FigureKind.STANCE, value, unit, clause.start + named.start(), clause.start + named.end())


def stances(text: str) -> Iterator[Figure]:
    """Of each clause that affirms or denies and is no case. ``unit``: whether the case it speaks of is negated."""
    for sentence in sentences(text):
        denied = False
        *before, last = clauses(text, marks=COMMAS, within=sentence)
        for clause in (*before, last):
            said = clause.text.rstrip("。；;！!")
            if _ASKED.search(said) and not _EITHER_WAY.search(said):
                continue
            if _CASE.search(said) and (clause is not last or said.endswith(("：", ":"))):
                denied ^= is_denied(said)
            elif len(said) >= _SHORTEST and (found := _stance(clause, said, case_is_denied=denied)):
                yield found


def topics(text: str, words: Mapping[str, OpposedTopic]) -> Iterator[Figure]:
    """What each clause says of a topic by who or what it names: 家里人来没用, 必须自己去拿. ``unit``: the topic."""
    for sentence in sentences(text):
        for clause in clauses(text, marks=COMMAS, within=sentence):
            if not _ASKED.search(clause.text.rstrip("。；;！!")):
                yield from (found for unit, topic in words.items() if (found := topic.said_in(clause, unit)))


def is_denied(text: str) -> bool:
    """Whether it has an odd number of negations."""
    return len(list(_negations(text))) % 2 == 1


def _stance(clause: Clause, said: str, *, case_is_denied: bool) -> Figure | None:
    ends = [match.end() for match in _SUBJECT_ENDS.finditer(said)]
    at = ends[-1] if ends and not (_ONCE.search(said) or _NEEDED.search(said)) else 0
    found = list(_negations(said[at:]))
    # Two negations that are no set phrase deny two things: 没有理由却不接受.
    says_nothing = not found and not _AFFIRMATION.search(said) and not _NEEDED.search(said)
    if says_nothing or (found and len(found) % 2 == 0):
        return None
    start, end = (at + found[0][0], at + found[-1][1]) if found else (0, len(said))
    case = "denied case" if case_is_denied ^ is_denied(said[:at]) else ""
    value = NO if found else YES
    return Figure(FigureKind.STANCE, value, case, clause.start + start, clause.start + end)


def _negations(text: str) -> Iterator[tuple[int, int]]:
    left = text
    for pattern in (_NEVER, _NEEDED):
        left = pattern.sub(lambda match: GAP * len(match[0]), left)
    for match in _ONCE.finditer(left):
        yield match.span()
        left = left[: match.start()] + GAP * len(match[0]) + left[match.end() :]
    for match in _NEGATION.finditer(left):
        yield match.span()
