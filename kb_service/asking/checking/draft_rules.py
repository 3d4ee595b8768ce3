"""What must hold between a draft and the segments it restates: nothing that limits a rule is left out.

Of a sentence no condition or operator; of the whole no exception or item of a list, nor the order of steps.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.checking.matching import Match, Source
from kb_service.asking.checking.segments import CanonicalClause, Segment
from kb_service.asking.checking.words import Operator, lost
from kb_service.text.clauses import uncovered

_SMALL_SHARE = 0.25
# 补办 before 不收费: a clause that only names what the next one is about.
_LONGEST_TOPIC = 4
_LIST = re.compile(r"(?:、|和|以及|及|与|或者|或)(?![^《]*》)")
_LONGEST_ITEM = 16
_GRANTING = frozenset({Operator.MAY, Operator.FREE, Operator.NEED_NOT})
_LIMITING = frozenset({Operator.MUST, Operator.NO, Operator.ONLY})
_TO_BE_KEPT = frozenset({Operator.EXCEPT, Operator.NO, Operator.ONLY})
_OF_A_WHOLE_LIST = _GRANTING - {Operator.MAY} | {Operator.NO, Operator.ONLY, Operator.ANY, Operator.HEDGE}


def sentence_faults(text: str, found: Sequence[Match]) -> Iterator[Fault]:
    """What is left out of the sentence ``text``; ``found``: a match for each of its clauses, in order."""
    clauses = [match.clause for match in found]
    yield from _merged(text, found)
    for segment in _segments(found):
        own = [match for match in found if match.segment is segment]
        yield from _lost_operators(text, own)
        yield from _dropped_conditions(text, own, clauses)
        yield from _dropped_frequency(text, own)
        yield from _shortened(text, own, clauses)


def _segments(found: Sequence[Match]) -> list[Segment]:
    return list({(match.source.number, match.segment.at): match.segment for match in found}.values())


def _merged(text: str, found: Sequence[Match]) -> Iterator[Fault]:
    """A condition or a subject of one rule before the consequence of another."""
    for match, following in pairwise(found):
        if not match.own or not (match.clause.is_condition or _is_topic(match)):
            continue
        is_before = match.segment is following.segment and following.first < match.first and _is_topic(match)
        if is_before or not _belong_together(match, following):
            yield Fault(FaultKind.MERGED_RULES, text, f"{match.clause.text},{following.clause.text}")


def _is_topic(match: Match) -> bool:
    """Only names what the next clause is about."""
    clause = match.clause
    own = sum(map(len, uncovered(clause.content, match.source.context_pairs)))
    return not clause.details and not clause.operators and own <= _LONGEST_TOPIC


def _belong_together(one: Match, other: Match) -> bool:
    if one.source is not other.source:
        return False
    segments = (one.segment, other.segment)
    if segments[0] is segments[1] or segments[0].lead_in is segments[1] or segments[1].lead_in is segments[0]:
        return True
    return (
        segments[0].lead_in is not None and segments[0].lead_in is segments[1].lead_in and not one.clause.is_condition
    )


def _lost_operators(text: str, own: Sequence[Match]) -> Iterator[Fault]:
    touched = {
        at: clause
        for match in own
        for at, clause in enumerate(match.segment.clauses)
        if match.first <= at <= match.last
    }
    ours = [each for match in own for each in match.clause.operators]
    source = [each for clause in touched.values() for each in clause.operators]
    for operator in lost(ours, source):
        if operator is not Operator.EXCEPT:
            yield Fault(FaultKind.CHANGED_MEANING, text, f"-{operator}")


def _dropped_conditions(text: str, own: Sequence[Match], draft: Sequence[CanonicalClause]) -> Iterator[Fault]:
    """The conditions that stand right before what is restated, in the same segment or in the line above a list."""
    segment = own[0].segment
    for match in own:
        for at in _conditions_before(segment, match.first):
            if not any(each.first <= at <= each.last for each in own) and not is_restated(segment.clauses[at], draft):
                yield Fault(FaultKind.DROPPED_CONDITION, text, segment.clauses[at].text)
    for match in own:
        for clause in match.window:
            if clause.is_condition and not is_restated(clause, draft):
                yield Fault(FaultKind.DROPPED_CONDITION, text, clause.text)


def _conditions_before(segment: Segment, first: int) -> Iterator[int]:
    """The nearest run of conditions; without any, the clause before if it says who or what it is about."""
    # Before a condition only those that it goes on from: what stands further ahead is another rule of the line.
    before = range(first - 1, max(first - 2, -1) if segment.clauses[first].is_condition else -1, -1)
    nearest = next((at for at in before if segment.clauses[at].is_condition), None)
    if nearest is None:
        if first and not segment.clauses[first].is_condition and segment.clauses[first - 1].limits_what_follows:
            yield first - 1
        return
    while nearest >= 0 and segment.clauses[nearest].is_condition:
        yield nearest
        nearest -= 1


def is_restated(clause: CanonicalClause, draft: Sequence[CanonicalClause]) -> bool:
    """Whether the clauses of a draft have the figures of a source's clause and (nearly) all its words."""
    details = {each.bounded_meaning for other in draft for each in other.details}
    figures = {each.bounded_meaning for each in clause.details if each.is_figure}
    return figures <= details and _share_left_out(clause, draft) <= _SMALL_SHARE


def _share_left_out(clause: CanonicalClause, draft: Sequence[CanonicalClause]) -> float:
    pairs = frozenset(pair for other in draft for pair in other.pairs)
    left = [run for run in uncovered(clause.content, pairs) if not clause.words.is_filler(run)]
    return sum(map(len, left)) / len(clause.characters) if clause.characters else 0.0


def _dropped_frequency(text: str, own: Sequence[Match]) -> Iterator[Fault]:
    """200元 of 每月200元."""
    restated = {detail.meaning for match in own for detail in match.clause.details}
    for match in own:
        for clause in match.window:
            per = [each for each in clause.details if each.kind == "per" and each.meaning not in restated]
            if per and any(each.is_figure and each.meaning in restated for each in clause.details):
                yield Fault(FaultKind.CHANGED_MEANING, text, f"-{per[0].value}")


def _shortened(text: str, own: Sequence[Match], clauses: Sequence[CanonicalClause]) -> Iterator[Fault]:
    """身份证 of 身份证、户口簿和照片."""
    for clause in {id(each): each for match in own for each in match.window}.values():
        items = [CanonicalClause(item, clause.words) for item in _LIST.split(clause.text)]
        if len(items) < 2 or any(len(item.text) > _LONGEST_ITEM for item in items[1:]):
            continue
        kept = [_share_left_out(item, clauses) < _SMALL_SHARE for item in items]
        missing = [item.text for item in items if item.content and _share_left_out(item, clauses)]
        if any(kept) and missing:
            yield Fault(FaultKind.SHORTENED_LIST, text, "、".join(missing))


def draft_faults(found: Sequence[Match]) -> Iterator[Fault]:
    """``found``: a match for each clause of the draft, in order."""
    draft = [match.clause for match in found]
    for segment, source in _used(found):
        own = [match for match in found if match.segment is segment]
        restated = [at for match in own for at in range(match.first, match.last + 1)]
        yield from _dropped_limits(segment, restated, draft)
        yield from _left_out_of_a_list(segment, source, draft)
        yield from _dropped_next(segment, source, draft)
        yield from _lost_above_a_list(segment, draft)
    yield from _shortened_lists(found)
    yield from _order(found)


def _used(found: Sequence[Match]) -> list[tuple[Segment, Source]]:
    used = {(match.source.number, match.segment.at): (match.segment, match.source) for match in found if match.own}
    return list(used.values())


def _dropped_limits(segment: Segment, restated: Sequence[int], draft: Sequence[CanonicalClause]) -> Iterator[Fault]:
    """但是…, 最高不超过…, …除外 in the same segment; and the duty that comes with what is granted."""
    granted = {each.operator for at in restated for each in segment.clauses[at].operators} & _GRANTING
    for at, clause in enumerate(segment.clauses):
        operators = {each.operator for each in clause.operators}
        limits = at > max(restated) and (
            clause.words.begins_with_limit(clause.text) or (granted and operators & _LIMITING)
        )
        if Operator.EXCEPT not in operators and not limits:
            continue
        wanted = [clause] if len(clause.content) > 1 else list(segment.clauses[at : at + 2])
        if not all(is_restated(each, draft) for each in wanted) or not _keeps_operators(clause, draft):
            yield Fault(FaultKind.DROPPED_EXCEPTION, what=clause.text)


def _keeps_operators(clause: CanonicalClause, draft: Sequence[CanonicalClause]) -> bool:
    kept = Counter(each.operator for other in draft for each in other.operators)
    return Counter(each.operator for each in clause.operators if each.operator in _TO_BE_KEPT) <= kept


def _left_out_of_a_list(segment: Segment, source: Source, draft: Sequence[CanonicalClause]) -> Iterator[Fault]:
    """Half of the materials sends people home again."""
    for clause in segment.clauses:
        if clause.words.materials.search(source.headings) and clause.characters and not is_restated(clause, draft):
            yield Fault(FaultKind.SHORTENED_LIST, what=clause.text)


def _dropped_next(segment: Segment, source: Source, draft: Sequence[CanonicalClause]) -> Iterator[Fault]:
    """The next sentence, where it begins with 但是."""
    following = next((each for each in source.segments if each.at == segment.at + 1), None)
    if following is None:
        return
    first = following.clauses[0]
    if not first.words.begins_with_exception(first.text):
        return
    if not all(is_restated(each, draft) for each in following.clauses[:2]):
        yield Fault(FaultKind.DROPPED_EXCEPTION, what=following.text)


def _lost_above_a_list(segment: Segment, draft: Sequence[CanonicalClause]) -> Iterator[Fault]:
    """What the line above a list says of all its items: 不予受理, 可以."""
    if segment.lead_in is None:
        return
    kept = {each.operator for other in draft for each in other.operators}
    above = {each.operator for each in segment.lead_in.operators}
    for operator in sorted(above & _OF_A_WHOLE_LIST - kept):
        yield Fault(FaultKind.CHANGED_MEANING, what=f"-{operator}: {segment.lead_in.text}")


def _shortened_lists(found: Sequence[Match]) -> Iterator[Fault]:
    used = {(match.source.number, match.segment.at) for match in found if match.own}
    for source in {match.source.number: match.source for match in found}.values():
        for items in _lists(source):
            kept = [each for each in items if (source.number, each.at) in used]
            left = [each for each in items if (source.number, each.at) not in used]
            if left and len(kept) > 1 and not _is_any(items[0]):
                yield Fault(FaultKind.SHORTENED_LIST, what=left[0].text)


def _lists(source: Source) -> list[list[Segment]]:
    """Items that follow one another under one line, or under the heading."""
    lists: dict[int, list[Segment]] = {}
    for segment in source.segments:
        if segment.is_item:
            lists.setdefault(segment.lead_in.at if segment.lead_in else -1, []).append(segment)
    return [items for items in lists.values() if len(items) > 1]


def _is_any(item: Segment) -> bool:
    return item.lead_in is not None and any(each.operator is Operator.ANY for each in item.lead_in.operators)


def _order(found: Sequence[Match]) -> Iterator[Fault]:
    """Steps come in the order of their source, and 先 and 再 do not change places."""
    for match, following in pairwise(found):
        if match.source is not following.source or not match.own or not following.own:
            continue
        are_steps = match.segment.is_item and following.segment.is_item and _is_of_steps(match)
        says_order = following.clause.words.step_begins.match(following.clause.text) is not None
        if (are_steps or says_order) and _place(following) < _place(match):
            yield Fault(FaultKind.WRONG_ORDER, following.clause.text, match.clause.text)


def _is_of_steps(match: Match) -> bool:
    lead_in = match.segment.lead_in.text if match.segment.lead_in else ""
    return match.clause.words.steps.search(match.source.headings + lead_in) is not None


def _place(match: Match) -> tuple[int, int]:
    return match.segment.at, match.first
