"""Whether the figures of two texts on one matter conflict. Pure: statements in, differences out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb_service.domain.days import Interval
from kb_service.domain.documents import Metadata
from kb_service.domain.matters import region_path
from kb_service.domain.suspicions import on_one_level
from kb_service.publishing.contrasts import Group
from kb_service.publishing.quantities import Quantity, all_within, is_comparable, says_the_same
from kb_service.publishing.statements import FigureStatement
from kb_service.publishing.wordings import NO, SAID, TOPICS
from kb_service.text.bounds import Side
from kb_service.text.figures import FigureKind

# How much of each clause the other's surroundings must say too. Chosen on the tuning half of `python -m eval.planting`;
# counts are the least telling of figures (2张, 3人), so more must agree.
_ALIKE = 0.5
_ALIKE_OF_COUNTS = 0.7
# Added when both name the same thing that a time or telephone is for, and when a text has no other figure of the kind.
_SAME_ROLE = 0.1
_ONLY_ONES = 0.15
# Added when both are said of one case: of 65 to 69 years, in a row of a table and in a sentence.
_SAME_CASE = 0.15
# When both hold, the words hardly matter: 每本10元 and 免费办理 are the fees of one matter.
_ONLY_ONES_OF_A_ROLE = 0.4
# A statement of the other text that agrees, and is about as much alike, shows that nothing conflicts.
_ABOUT_AS_MUCH = 0.2
# As near as that, two statements of one text that differ are rows of a scale: neither is the one that is meant.
_NO_NEARER = 0.05

# Of what is said with 可以 or 不得: of the clause that says less, and of the other.
_CONTRARY, _CONTRARY_OF_SAID = "非", "非无未"
_SAYS_ALL, _SAYS_PART = 0.8, 0.4
# How much of what need not be done is said around the demand.
_NEEDS = 0.75


@dataclass(frozen=True, slots=True)
class FigureConflict:
    """Two statements of the same thing with other figures. ``likeness`` runs from 0 to about 1.2."""

    ours: FigureStatement
    theirs: FigureStatement
    likeness: float


def serve_the_same(one: Metadata, other: Metadata) -> bool:
    """Whether two texts speak to the same people. Without an audience a text speaks to all."""
    return region_path(one.region) == region_path(other.region) and (
        one.audience is None or other.audience is None or one.audience is other.audience
    )


def may_contradict(one: Metadata, other: Metadata) -> bool:
    """Whether two texts speak to the same people, and neither gives way to the other."""
    return serve_the_same(one, other) and on_one_level(one, other)


def common_from(one: Interval, other: Interval, first_day: int) -> bool:
    """Whether both are in force on some day that is not before ``first_day``, an ordinal."""
    return max(one.start_day, other.start_day, first_day) < min(one.end_day, other.end_day)


def differences(
    ours: Sequence[FigureStatement], theirs: Sequence[FigureStatement], groups: Mapping[str, Group]
) -> list[FigureConflict]:
    """Between two versions, the most alike first; a statement is held against at most one of the other side."""
    alike = _alike(ours, theirs, groups)
    agreeing: dict[FigureStatement, float] = {}
    for pair in alike:
        if not do_conflict(pair.ours, pair.theirs):
            for side in (pair.ours, pair.theirs):
                agreeing[side] = max(agreeing.get(side, 0.0), pair.likeness)

    def agrees_elsewhere(pair: FigureConflict) -> bool:
        return any(agreeing.get(side, 0.0) >= pair.likeness - _ABOUT_AS_MUCH for side in (pair.ours, pair.theirs))

    conflicting = [each for each in alike if do_conflict(each.ours, each.theirs) and not agrees_elsewhere(each)]
    found: list[FigureConflict] = []
    taken: set[FigureStatement] = set()
    for pair in sorted(conflicting, key=lambda pair: -pair.likeness):
        sides = {pair.ours, pair.theirs}
        if pair.likeness < _needed(pair.ours.kind) or sides & taken:
            continue
        taken |= sides
        if not _stands_beside(pair, ours, theirs) and not _is_one_of_several(pair, conflicting):
            found.append(pair)
    return found


def _stands_beside(pair: FigureConflict, ours: Sequence[FigureStatement], theirs: Sequence[FigureStatement]) -> bool:
    """Whether the other's sentence states the same figure too, of whatever: then the text tells which is for what."""
    return any(
        each.source is other.source and each.span == other.span and says_all(each, one)
        for one, other, side in ((pair.ours, pair.theirs, theirs), (pair.theirs, pair.ours, ours))
        for each in side
        if each.kind is one.kind
    )


def _is_one_of_several(pair: FigureConflict, conflicting: Sequence[FigureConflict]) -> bool:
    """Whether one side has another statement as near that differs from this one as well: a scale, rows of a table.

    What is free as a whole differs from every row.
    """
    if any(_is_free(each) for each in (pair.ours, pair.theirs)) and _names_the_whole(pair):
        return False
    near = [each for each in conflicting if each is not pair and each.likeness >= pair.likeness - _NO_NEARER]
    return any(
        (each.ours is pair.ours and do_conflict(each.theirs, pair.theirs))
        or (each.theirs is pair.theirs and do_conflict(each.ours, pair.ours))
        for each in near
    )


def _is_free(statement: FigureStatement) -> bool:
    return statement.kind is FigureKind.AMOUNT and all(not each[2] for each in statement.quantities)


def _names_the_whole(pair: FigureConflict) -> bool:
    free, priced = (pair.ours, pair.theirs) if _is_free(pair.ours) else (pair.theirs, pair.ours)
    return _covered(priced, free) >= _SAYS_ALL and not _is_free(priced)


def _needed(kind: FigureKind) -> float:
    return _ALIKE_OF_COUNTS if kind is FigureKind.COUNT else _ALIKE


def _alike(
    ours: Sequence[FigureStatement], theirs: Sequence[FigureStatement], groups: Mapping[str, Group]
) -> list[FigureConflict]:
    lonely = _only_ones(ours) | _only_ones(theirs)
    least = _ALIKE - _ABOUT_AS_MUCH
    pairs = []
    for one in ours:
        for other in theirs:
            if one.kind is not other.kind or (_needs_the_same_words(one) and not _is_opposed(one, other)):
                continue
            value = likeness(one, other)
            if one in lonely and other in lonely:
                value += _ONLY_ONES_OF_A_ROLE if _are_of_one_role(one, other) else _ONLY_ONES
            if value >= least and not tells_apart(one, other, groups):
                pairs.append(FigureConflict(one, other, value))
    return pairs


def _needs_the_same_words(one: FigureStatement) -> bool:
    return one.kind in SAID and not one.roles & TOPICS


def _are_of_one_role(one: FigureStatement, other: FigureStatement) -> bool:
    """Both name one role, and not each something of its own besides: 护照 and 通行证."""
    return bool(one.roles & other.roles) and not (_letters_apart(one, other) and _letters_apart(other, one))


def _letters_apart(one: FigureStatement, other: FigureStatement) -> set[str]:
    return set("".join(one.telling)) - set("".join(other.context))


def _is_opposed(one: FigureStatement, other: FigureStatement) -> bool:
    """Of the very same: all that the one clause says is said around the other, which says not much besides."""
    if not do_conflict(one, other):
        return False
    covered = _covered(one, other), _covered(other, one)
    if one.kind is FigureKind.NEED:
        # Of a list of what is needed, one thing may not be.
        refusing, demanding = (one, other) if NO in one.quantities[0] else (other, one)
        named = len(refusing.thing & demanding.near) / len(refusing.thing) if refusing.thing else 0
        return named >= _NEEDS and _covered(refusing, demanding) >= _NEEDS
    return max(covered) >= _SAYS_ALL and min(covered) >= _SAYS_PART


def _only_ones(statements: Sequence[FigureStatement]) -> set[FigureStatement]:
    """Those beside which a text states nothing else of the kind; it may say the same twice."""
    return {
        each
        for each in statements
        if all(
            other is each or (says_all(each, other) and says_all(other, each))
            for other in statements
            if other.kind is each.kind and other.roles & TOPICS == each.roles & TOPICS
        )
    }


def do_conflict(one: FigureStatement, other: FigureStatement) -> bool:
    """Whether the figures can be compared and neither side says all that the other says."""
    return (
        all(any(is_comparable(a, b) for b in other.quantities) for a in one.quantities)
        and not says_all(one, other)
        and not says_all(other, one)
    )


def says_all(one: FigureStatement, other: FigureStatement) -> bool:
    """Whether each figure of the other is among those of the one."""
    return all_within(other.quantities, one.quantities)


def likeness(one: FigureStatement, other: FigureStatement) -> float:
    """The mean share of a clause that the other's surroundings say too, and more when both name one role."""
    shared = (_covered(one, other) + _covered(other, one)) / 2
    if one.roles & other.roles:
        shared += _SAME_ROLE
    kinds = {each[0] for each, _ in one.conditions} & {each[0] for each, _ in other.conditions}
    return shared + _SAME_CASE if any(_share_a_condition(one, other, kind) for kind in kinds) else shared


def _covered(one: FigureStatement, by: FigureStatement) -> float:
    return len(one.clause & by.context) / len(one.clause) if one.clause else 0.5


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
    # 复诊 against 初诊: each stands on its own side only. 社保卡 is short for 社会保障卡.
    if _own_letters(one, other) and _own_letters(other, one):
        return "subject"
    if _is_the_contrary(one, other) or _is_the_contrary(other, one):
        return "contrary"
    return next((name for name, group in groups.items() if _apart_in(name, group, one, other)), "")


def _own_letters(one: FigureStatement, other: FigureStatement) -> set[str]:
    return set("".join(one.subject - other.near)) - set("".join(other.near))


def _is_the_contrary(one: FigureStatement, other: FigureStatement) -> bool:
    """非会员 against 会员."""
    marks = _CONTRARY_OF_SAID if one.kind in SAID else _CONTRARY
    return any(pair[0] in marks and pair not in other.context for pair in one.clause)


def _apart_in(name: str, group: Group, one: FigureStatement, other: FigureStatement) -> bool:
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
    return any(not _share_a_condition(one, other, kind) for kind in kinds)


def _share_a_condition(one: FigureStatement, other: FigureStatement, kind: FigureKind) -> bool:
    mine, yours = ([each for each in side.conditions if each[0][0] is kind] for side in (one, other))
    return any(
        says_the_same(a, b) and not (_sides(a, mine) and _sides(b, yours) and not _sides(a, mine) & _sides(b, yours))
        for a, _ in mine
        for b, _ in yours
    )


def _sides(of: Quantity, among: Sequence[tuple[Quantity, Side | None]]) -> frozenset[Side]:
    """五年以下（含五年）has five years at its upper side, although they are said again without."""
    return frozenset(side for each, side in among if side and says_the_same(each, of))
