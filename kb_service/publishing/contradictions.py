"""Whether the figures of two texts on one matter conflict. Pure: statements in, differences out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb_service.domain.days import Interval
from kb_service.domain.documents import Metadata
from kb_service.domain.matters import place_of
from kb_service.domain.suspicions import on_one_level
from kb_service.publishing.alignment import alignment
from kb_service.publishing.contrasts import Group
from kb_service.publishing.figure_statement import FigureStatement
from kb_service.publishing.quantities import all_within, is_comparable
from kb_service.publishing.stances import NO
from kb_service.publishing.telling_apart import (
    letters_apart,
    name_other_things,
    own_letters_apart,
    share_a_condition,
    shared_letters,
    tells_apart,
)
from kb_service.publishing.wordings import READ_FREELY, SAID, TOPICS
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
_SAYS_ALL, _SAYS_PART = 0.8, 0.4
# The same of what is only likely to be of one thing.
_SAYS_ENOUGH = 0.5
# How much of what a bare answer is asked, by its letters, the other must name.
_SAYS_MOST, _SAYS_NEARLY_ALL = 0.65, 0.75
_DUTY = "duty"
# Of two texts without a common matter or subject: how much of each clause, and how many pairs of its own.
_WORD_FOR_WORD, _OWN_WORDS = 0.9, 3
# How much of what need not be done is said around the demand.
_NEEDS = 0.75
# How many pairs an act must have of its own to be recognised, and how many letters its clause may have that the other
# text has not.
_OWN_ACT, _NAMES_LITTLE = 1, 0.34
# The cosine of two sentences in nearly the same words.
_NEAREST = 0.98
_OF_SEVERAL_SORTS = frozenset({FigureKind.COUNT, FigureKind.STANCE, FigureKind.CHOICE})
# How likely two statements are to speak of one thing, for a difference that their words alone do not show.
_LIKELY = 0.66
# So many letters apart, one side of a limit says the same in other words: 限养, 最多饲养.
_NAMED_OTHERWISE = 2


@dataclass(frozen=True, slots=True)
class FigureConflict:
    """Two statements of the same thing with other figures. ``likeness`` runs from 0 to about 1.2."""

    ours: FigureStatement
    theirs: FigureStatement
    likeness: float


# The cosine of two statements' sentences, embedded as questions.
Nearness = Callable[[FigureStatement, FigureStatement], float]


def unknown(_one: FigureStatement, _other: FigureStatement) -> float:
    """Of sentences that nobody embeds: far."""
    return 0.0


def serve_the_same(one: Metadata, other: Metadata) -> bool:
    """Whether two texts speak to the same people. Without an audience a text speaks to all, without a region to the
    city: whoever asks there sees both. 全国 is a region of its own: a law leaves room for the city's rules.
    """
    return place_of(one.region) == place_of(other.region) and (
        one.audience is None or other.audience is None or one.audience is other.audience
    )


def may_contradict(one: Metadata, other: Metadata) -> bool:
    """Whether two texts speak to the same people, and neither gives way to the other."""
    return serve_the_same(one, other) and on_one_level(one, other)


def common_from(one: Interval, other: Interval, first_day: int) -> bool:
    """Whether both are in force on some day that is not before ``first_day``, an ordinal."""
    return max(one.start_day, other.start_day, first_day) < min(one.end_day, other.end_day)


def differences(
    ours: Sequence[FigureStatement],
    theirs: Sequence[FigureStatement],
    groups: Mapping[str, Group],
    *,
    nearness: Nearness = unknown,
) -> list[FigureConflict]:
    """Between two versions, the most alike first; a statement is held against at most one of the other side, and of
    two sentences one difference is told. First what their words show to be of one thing, then what only may be.
    """
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
        if pair.likeness < _needed(pair) or sides & taken:
            continue
        taken |= sides
        if not _stands_beside(pair, ours, theirs) and not _is_one_of_several(pair, conflicting):
            found.append(pair)
    told = {_sentences(each) for each in found}
    for pair in _aligned(ours, theirs, groups, nearness):
        if (
            not {pair.ours, pair.theirs} & taken
            and _sentences(pair) not in told
            and not agreeing.keys() & {pair.ours, pair.theirs}
        ):
            taken |= {pair.ours, pair.theirs}
            told.add(_sentences(pair))
            found.append(pair)
    return found


def _aligned(
    ours: Sequence[FigureStatement],
    theirs: Sequence[FigureStatement],
    groups: Mapping[str, Group],
    nearness: Nearness,
) -> list[FigureConflict]:
    """What each text states but once and otherwise than the other, if it is likely to be of one thing."""
    pairs = []
    for one, other in comparable(ours, theirs, groups):
        likely = alignment(one, other, nearness(one, other))
        if likely >= _LIKELY:
            pairs.append(FigureConflict(one, other, likely))
    return sorted(pairs, key=lambda pair: -pair.likeness)


def comparable(
    ours: Sequence[FigureStatement], theirs: Sequence[FigureStatement], groups: Mapping[str, Group]
) -> Iterator[tuple[FigureStatement, FigureStatement]]:
    """What each states otherwise, and nothing but the meaning of other words could part; not what even the nearest
    sentences would not align.
    """
    lonely = [_only_ones(each) for each in (ours, theirs)]
    for one in ours:
        for other in theirs:
            if one.kind is not other.kind or not do_conflict(one, other):
                continue
            if not (_say_enough(one, other) if _is_said_of_much(one) else one in lonely[0] and other in lonely[1]):
                continue
            if alignment(one, other, _NEAREST) < _LIKELY:
                continue
            if tells_apart(one, other, groups) or name_other_things(one, other):
                continue
            if not _stands_beside(FigureConflict(one, other, 0), ours, theirs):
                yield one, other


def _is_said_of_much(one: FigureStatement) -> bool:
    return one.kind in SAID and not one.roles & TOPICS


def _say_enough(one: FigureStatement, other: FigureStatement) -> bool:
    """A text permits, demands and denies many things: of one is what the other says, by half its words at least."""
    return max(_covered(one, other), _covered(other, one)) >= _SAYS_ENOUGH


def _sentences(pair: FigureConflict) -> tuple[object, ...]:
    return (pair.ours.source.passage.id, pair.ours.span, pair.theirs.source.passage.id, pair.theirs.span)


def is_in_the_same_words(pair: FigureConflict) -> bool:
    """Whether two clauses say the same but for their figures, of something that a heading or title of either names."""
    one, other = pair.ours, pair.theirs
    covered = min(_covered(one, other), _covered(other, one))
    names_its_subject = bool(one.subject | other.subject) and min(len(one.telling), len(other.telling)) >= _OWN_WORDS
    return covered >= _WORD_FOR_WORD and names_its_subject


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


def _needed(pair: FigureConflict) -> float:
    """A bare answer (两条。) is of what is asked, whatever it counts."""
    one, other = pair.ours, pair.theirs
    is_named = one.is_bare or other.is_bare or bool(one.roles & other.roles)
    is_named = is_named or min(own_shared(one, other), own_shared(other, one)) >= _SAYS_NEARLY_ALL
    return _ALIKE if is_named or one.kind is not FigureKind.COUNT else _ALIKE_OF_COUNTS


def _alike(
    ours: Sequence[FigureStatement], theirs: Sequence[FigureStatement], groups: Mapping[str, Group]
) -> list[FigureConflict]:
    lonely = _only_ones(ours) | _only_ones(theirs)
    least = _ALIKE - _ABOUT_AS_MUCH
    pairs = []
    for one in ours:
        for other in theirs:
            if one.kind is not other.kind or one.kind in READ_FREELY or not _are_counted_alike(one, other):
                continue
            is_of_one_act = _need_the_same_words(one, other)
            if is_of_one_act and not _is_opposed(one, other):
                continue
            value = max(likeness(one, other), _ALIKE if is_of_one_act else 0)
            if one in lonely and other in lonely:
                value += _ONLY_ONES_OF_A_ROLE if _are_of_one_role(one, other) else _ONLY_ONES
            if value >= least and not tells_apart(one, other, groups) and not name_other_things(one, other):
                pairs.append(FigureConflict(one, other, value))
    return pairs


def _need_the_same_words(one: FigureStatement, other: FigureStatement) -> bool:
    """受理机关：民政局 is of one topic with 由街道受理, which names the same duty."""
    if one.kind not in SAID or one.roles & other.roles & TOPICS:
        return False
    return not (one.roles & other.roles & {_DUTY} and (one.roles | other.roles) & TOPICS)


def _are_of_one_role(one: FigureStatement, other: FigureStatement) -> bool:
    """Both name one role, and not each something of its own besides: 护照 and 通行证. A bare answer (两条。) speaks of
    what is asked, which the other may name in other words.
    """
    if one.is_bare or other.is_bare:
        shared = shared_letters(one, other), shared_letters(other, one)
        if one.roles & other.roles and min(shared) > 0:
            return True
        if one.is_bare and other.is_bare:
            return sum(shared) / 2 >= _SAYS_NEARLY_ALL
        return max(shared) >= _SAYS_MOST
    if _is_free(one) is not _is_free(other) and one.roles & other.roles:
        return max(own_shared(one, other), own_shared(other, one)) >= _SAYS_MOST
    if one.kind is FigureKind.COUNT and one.roles & other.roles:
        return min(len(own_letters_apart(one, other)), len(own_letters_apart(other, one))) <= _NAMED_OTHERWISE
    return bool(one.roles & other.roles) and not (letters_apart(one, other) and letters_apart(other, one))


def own_shared(one: FigureStatement, other: FigureStatement) -> float:
    """The share of the letters of its last clause that stand around the other."""
    told = set("".join(one.own))
    return 1 - len(own_letters_apart(one, other)) / len(told) if told else 0.0


def _is_opposed(one: FigureStatement, other: FigureStatement) -> bool:
    """Of the very same: all that the one clause says is said around the other, which says not much besides."""
    if not do_conflict(one, other):
        return False
    covered = _covered(one, other), _covered(other, one)
    if one.kind is FigureKind.NEED:
        # Of a list of what is needed, one thing may not be.
        refusing, demanding = (one, other) if NO in one.quantities[0] else (other, one)
        named = len(refusing.thing & demanding.near) / len(refusing.thing) if refusing.thing else 0
        return named >= _NEEDS and (_covered(refusing, demanding) >= _NEEDS or _names_little_else(refusing, demanding))
    if max(covered) >= _SAYS_ALL and min(covered) >= _SAYS_PART:
        return True
    return one.kind is FigureKind.PERMISSION and (_is_one_act(one, other) or _is_one_act(other, one))


def _is_one_act(one: FigureStatement, other: FigureStatement) -> bool:
    """Whether what the one may do is what the other may not, said in a clause that names nothing else of its own."""
    act = one.thing & one.own
    return len(act) >= _OWN_ACT and len(act & other.near) / len(act) >= _NEEDS and _names_little_else(one, other)


def _names_little_else(one: FigureStatement, other: FigureStatement) -> bool:
    return len(own_letters_apart(one, other)) <= len(set("".join(one.own))) * _NAMES_LITTLE


def _only_ones(statements: Sequence[FigureStatement]) -> set[FigureStatement]:
    """Those beside which a text states nothing else of the kind; it may say the same twice."""
    return {
        each
        for each in statements
        if all(
            other is each or (says_all(each, other) and says_all(other, each))
            for other in statements
            if other.kind is each.kind
            and other.roles & TOPICS == each.roles & TOPICS
            and not _name_other_roles(each, other)
            and _are_counted_alike(each, other)
        )
    }


def _name_other_roles(one: FigureStatement, other: FigureStatement) -> bool:
    """基金支付90%，个人自负10%: each is of a role of its own."""
    return any(not one.named[role].members & other.named[role].members for role in (one.roles & other.roles) - TOPICS)


def _are_counted_alike(one: FigureStatement, other: FigureStatement) -> bool:
    """2寸 is beside 3张 no other figure of the kind."""
    return one.kind not in _OF_SEVERAL_SORTS or any(
        is_comparable(a, b) for a in one.quantities for b in other.quantities
    )


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
    return shared + _SAME_CASE if any(share_a_condition(one, other, kind) for kind in kinds) else shared


def _covered(one: FigureStatement, by: FigureStatement) -> float:
    return len(one.clause & by.context) / len(one.clause) if one.clause else 0.5
