"""Small words that turn a sentence round: not, only, may, must, or, before, except."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    FREE = "free"
    NEED_NOT = "need_not"
    NO = "no"
    MAY = "may"
    MUST = "must"
    ONLY = "only"
    ANY = "any"
    ALL = "all"
    JOINT = "joint"
    HEDGE = "hedge"
    OR = "or"
    AND = "and"
    EXCEPT = "except"
    BEFORE = "before"
    AFTER = "after"
    WITH = "with"
    MORE = "more"
    LESS = "less"


# Words that only look like a sign.
_NO_SIGN = re.compile(
    r"不动产|不锈钢|不同|不仅|不论|不管|无论|未来|未成年|未婚|非机动车|无障碍|无人机|无线|可能|可靠|许可|认可|可抗力"
    r"|能力|功能|职能|能源|技能|智能|可行|要求|主要|重要|必要|纲要|摘要|要件|要素|需求|急需|所需|应急|适应|供应|响应"
    r"|应届|相应|对应|反应|应税|应纳|应付|是否|能否|可否|限制|时限|有限|年限|权限|限额|上限|下限|无业|无房|非法(?!定|人)|不良"
    r"|不便|不久|不断|不可抗力|前往|前来|前台|前款|前述|前提|目前|后续|后果|后台|以前述|退还|除夕|扣除|解除|免除|废除"
    r"|拆除|排除|删除|去除|消除|只要|凡是|不时|无锡|必备|必修|或许|没收|非税|非遗|非居民|公布前|共同|不限|都市|一并|合并|并列"
    r"|和解|和谐|共和|和平|与会|参与|给予|非全日制|非公有|非营利|不符|不详|应用|应聘|响应|应对"
)
_WORDS = {
    Sign.FREE: r"免费|免收|免缴|免交|免征|(?:不再?收取?|无需再?[缴交])(?=[^,]{0,8}(?:费|钱))|不[要花](?=钱|费)",
    Sign.NEED_NOT: r"无需|免予|免于|不强制|不要求",
    Sign.EXCEPT: r"除外|另有规定|不包括|不含|不在此限|不受此限|例外|除(?=[^,]{1,30}外)|但是|但|不过(?!户)|然而",
    Sign.LESS: r"不[得应]?(?:能)?(?:超过|高于|多于|大于|晚于|迟于)|至多|最多"
    r"|最高|最长|最晚|最迟|上限|低于|少于|不足|未满|不满"
    r"|小于|以下(?!简称|条件|材料|情形|步骤|方式|渠道)|未达到|不到|以内|之内|未达",
    Sign.MORE: r"不[得应]?(?:能)?(?:低于|少于|小于|早于)|至少|最低|最少|下限|超过|高于"
    r"|多于|大于|以上|年满|已满|达到|逾(?!期)",
    Sign.NO: r"不能|不应|不再|没有|尚未|并未|未能|不|未|无|非|拒绝|取消|停止|暂停|撤销",
    Sign.ONLY: r"只能|仅限|只限|限于|仅能|仅可|仅|只|唯一|限(?=[购领办用本在每])",
    Sign.HEDGE: r"原则上|一般|通常|部分|个别|暂时|暂(?=[不缓])|必要时|确有|特殊情况|视情|酌情|适当|优先",
    Sign.MAY: r"可以|自愿|允许|有权|可|能",
    Sign.MUST: r"须|应|必|需|要|强制|一律",
    Sign.ANY: r"任一|任意|之一|其中一[种项个]|任选|择一|任何",
    Sign.ALL: r"全部|所有|全体|都|均",
    Sign.JOINT: r"并且|且|同时|并",
    Sign.OR: r"或者|还是",
    Sign.AND: r"以及|及|和|与",
    Sign.BEFORE: r"之前|以前|前",
    Sign.AFTER: r"之后|以后|后",
    Sign.WITH: r"凭(?!据|借|空)|带(?!领|动|薪|教)",
}
_SIGN = re.compile("|".join(f"(?P<{sign}>{words})" for sign, words in _WORDS.items()))
_ANCHOR = 4
_ANCHORED = frozenset({Sign.NO, Sign.NEED_NOT, Sign.ONLY})
_COUNTED = frozenset({Sign.NO, Sign.OR})
# A draft may say 和 where its source says 、 and say 都 of a list.
_LOOSE = frozenset({Sign.AND, Sign.MUST, Sign.MAY})


@dataclass(frozen=True, slots=True)
class Found:
    """A sign at ``[start, end)`` of a clause, and the characters it is said of."""

    sign: Sign
    start: int
    end: int
    of: str


def signs_in(clause: str) -> list[Found]:
    """Of canonical text, in order."""
    hidden = _NO_SIGN.sub(lambda match: "\x00" * len(match[0]), clause)
    return [
        Found(Sign(str(match.lastgroup)), *match.span(), _after(clause, match.end()))
        for match in _SIGN.finditer(hidden)
    ]


def _after(clause: str, at: int) -> str:
    rest = re.sub(r"[的了在是把将被给向再能得以予\W]", "", clause[at:])
    return rest[:_ANCHOR]


def changed(said: list[Found], source: list[Found]) -> Iterator[Sign]:
    """The signs of a draft's clause that its source has not, or has for something else."""
    own, theirs = Counter(each.sign for each in said), Counter(each.sign for each in source)
    for sign in own:
        if sign is Sign.MAY and (theirs[Sign.MAY] or not (theirs[Sign.MUST] or theirs[Sign.ONLY] or theirs[Sign.NO])):
            continue
        if sign is Sign.MUST and not (theirs[Sign.MAY] or theirs[Sign.NEED_NOT] or theirs[Sign.FREE]):
            continue
        if sign is Sign.AND and not (theirs[Sign.OR] and not theirs[Sign.AND]):
            continue
        if sign is Sign.ALL and not (theirs[Sign.HEDGE] or theirs[Sign.ONLY] or theirs[Sign.ANY] or theirs[Sign.OR]):
            continue
        if sign is Sign.WITH or (sign is Sign.MUST and theirs[Sign.MUST]):
            continue
        if sign not in theirs or (sign in _COUNTED and own[sign] > theirs[sign]):
            yield sign
    yield from (each.sign for each in said if each.sign in _ANCHORED and not _has_its_like(each, source))


def _has_its_like(each: Found, source: list[Found]) -> bool:
    alike = [other.of for other in source if other.sign is each.sign]
    return not alike or not each.of or any(not of or set(each.of) & set(of) for of in alike)


def lost(said: list[Found], source: list[Found]) -> Iterator[Sign]:
    """The signs of source clauses that the draft's sentence about them has not."""
    own, theirs = Counter(each.sign for each in said), Counter(each.sign for each in source)
    for sign in theirs:
        if sign is Sign.MUST or sign is Sign.AND or (sign is Sign.ALL and not own[Sign.OR]):
            continue
        if not own[sign] or (sign in _COUNTED and own[sign] < theirs[sign]):
            yield sign
