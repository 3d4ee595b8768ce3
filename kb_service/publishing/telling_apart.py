"""Why two statements cannot speak of the same thing. Pure."""

from collections.abc import Mapping, Sequence

from kb_service.publishing.contrasts import Group
from kb_service.publishing.figure_statement import FigureStatement
from kb_service.publishing.quantities import Quantity, says_the_same
from kb_service.publishing.wordings import SAID
from kb_service.text.bounds import BoundSide
from kb_service.text.figures import FigureKind

_CONTRARY, _CONTRARY_OF_SAID = "非", "非无未"
# So many letters of its own name another thing that is counted: 身份证复印件1份, 户口簿复印件2份.
_OTHER_THING = 2
# By less than that of their letters a question and a clause name one thing.
_ONE_THING = 0.3


def tells_apart(one: FigureStatement, other: FigureStatement, groups: Mapping[str, Group]) -> str:
    """The reason why the two cannot speak of the same thing; empty when there is none."""
    for name, mine, yours in (
        ("years", one.years, other.years),
        ("ordinals", one.ordinals, other.ordinals),
        ("bounds", one.bounds, other.bounds),
        ("starting event", one.starting_event, other.starting_event),
    ):
        if mine and yours and not mine & yours:
            return name
    # Most dates tell of one event: only two that name the same are compared.
    if one.kind is FigureKind.DATE and ((one.is_of_its_text and other.is_of_its_text) or not one.roles & other.roles):
        return "event"
    if _is_another_case(one, other):
        return "conditions"
    if _is_of_an_age(one, other) or _is_of_an_age(other, one):
        return "age"
    return next((name for name, group in groups.items() if _apart_in(name, group, one, other)), "")


def name_other_things(one: FigureStatement, other: FigureStatement) -> bool:
    """Whether their words name two things: what is asked, what is counted, a subject of its own on each side."""
    if (one.is_bare or other.is_bare) and max(shared_letters(one, other), shared_letters(other, one)) < _ONE_THING:
        return True
    # 复诊 against 初诊: each stands on its own side only. 社保卡 is short for 社会保障卡.
    if _own_letters(one, other) and _own_letters(other, one):
        return True
    if (
        one.kind is FigureKind.COUNT
        and not one.roles & other.roles
        and min(len(letters_apart(one, other)), len(letters_apart(other, one))) >= _OTHER_THING
    ):
        return True
    return _is_the_contrary(one, other) or _is_the_contrary(other, one)


def letters_apart(one: FigureStatement, other: FigureStatement) -> set[str]:
    """Letters of what the one tells that stand nowhere around the other."""
    return set("".join(one.telling)) - set("".join(other.context))


def own_letters_apart(one: FigureStatement, other: FigureStatement) -> set[str]:
    """The same of its last clause alone."""
    return set("".join(one.own)) - set("".join(other.context))


def shared_letters(one: FigureStatement, other: FigureStatement) -> float:
    """The share of the letters of what the one tells that stand around the other; all where it tells nothing."""
    told = set("".join(one.telling))
    return 1 - len(letters_apart(one, other)) / len(told) if told else 1.0


def _is_of_an_age(one: FigureStatement, other: FigureStatement) -> bool:
    """The exception to a rule: 未满16周岁的，… where the other tells no age at all."""
    return one.is_of_an_age and FigureKind.AGE not in (other.kind, *(each[0] for each, _ in other.conditions))


def _own_letters(one: FigureStatement, other: FigureStatement) -> set[str]:
    return set("".join(one.subject - other.near)) - set("".join(other.near))


def _is_the_contrary(one: FigureStatement, other: FigureStatement) -> bool:
    """非会员 against 会员."""
    marks = _CONTRARY_OF_SAID if one.kind in SAID else _CONTRARY
    return any(pair[0] in marks and pair not in other.context for pair in one.clause)


def _apart_in(name: str, group: Group, one: FigureStatement, other: FigureStatement) -> bool:
    if group.not_of & one.roles & other.roles:
        return False
    mine, yours = one.named.get(name), other.named.get(name)
    if mine and yours:
        return not mine.members & yours.members
    alone = mine or yours
    return alone is not None and alone.in_text and bool(alone.members & group.marked)


def _is_another_case(one: FigureStatement, other: FigureStatement) -> bool:
    """By figures of the conditions: 满60周岁的 and 满70周岁的, or by what follows from a case."""
    mine, yours = one.consequences, other.consequences
    if mine and yours and not any(says_the_same(a, b) for a in mine for b in yours):
        return True
    if bool(mine) is not bool(yours) and any(each[0] is one.kind for each in (*mine, *yours)):
        return True
    kinds = {each[0] for each, _ in one.conditions} & {each[0] for each, _ in other.conditions}
    return any(not share_a_condition(one, other, kind) for kind in kinds)


def share_a_condition(one: FigureStatement, other: FigureStatement, kind: FigureKind) -> bool:
    mine, yours = ([each for each in side.conditions if each[0][0] is kind] for side in (one, other))
    return any(
        says_the_same(a, b) and not (_sides(a, mine) and _sides(b, yours) and not _sides(a, mine) & _sides(b, yours))
        for a, _ in mine
        for b, _ in yours
    )


def _sides(of: Quantity, among: Sequence[tuple[Quantity, BoundSide | None]]) -> frozenset[BoundSide]:
    """五年以下（含五年）has five years at its upper side, although they are said again without."""
    return frozenset(side for each, side in among if side and says_the_same(each, of))
