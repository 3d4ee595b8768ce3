"""What must hold between a sentence of a draft and the segments it restates: nothing that limits a rule is left out."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kb_service.asking.checking.canonical import is_idle
from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.checking.matching import Match
from kb_service.asking.checking.segments import Clause, Segment, uncovered
from kb_service.asking.checking.signs import Found, Sign, lost

_SMALL_SHARE = 0.25
# 补办 before 不收费: a clause that only names what the next one is about.
_LONGEST_TOPIC = 4
_LIST = re.compile(r"(?:、|和|以及|及|与|或者|或)(?![^《]*》)")
_LONGEST_ITEM = 16


def sentence_faults(text: str, found: Sequence[Match], *, earlier: Sequence[Clause] = ()) -> Iterator[Fault]:
    """``found``: a match for each clause of the sentence, in order."""
    clauses = [match.clause for match in found]
    yield from _merged(text, found)
    for segment in _segments(found):
        own = [match for match in found if match.segment is segment]
        yield from _lost_signs(text, own, clauses)
        yield from _dropped_conditions(text, own, [*clauses, *earlier])
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
    return not clause.details and not clause.signs and own <= _LONGEST_TOPIC


def _belong_together(one: Match, other: Match) -> bool:
    if one.source is not other.source:
        return False
    segments = (one.segment, other.segment)
    if segments[0] is segments[1] or segments[0].lead_in is segments[1] or segments[1].lead_in is segments[0]:
        return True
    return (
        segments[0].lead_in is not None and segments[0].lead_in is segments[1].lead_in and not one.clause.is_condition
    )


def _lost_signs(text: str, own: Sequence[Match], clauses: Sequence[Clause]) -> Iterator[Fault]:
    touched = {
        at: clause
        for match in own
        for at, clause in enumerate(match.segment.clauses)
        if match.first <= at <= match.last
    }
    said: list[Found] = [each for match in own for each in match.clause.signs]
    source = [each for clause in touched.values() for each in clause.signs]
    for sign in lost(said, source):
        if sign is not Sign.EXCEPT:
            yield Fault(FaultKind.CHANGED_MEANING, text, f"-{sign}")


def _dropped_conditions(text: str, own: Sequence[Match], said: Sequence[Clause]) -> Iterator[Fault]:
    """The conditions that stand right before what is restated, in the same segment or in the line above a list."""
    segment = own[0].segment
    for match in own:
        for at in _conditions_before(segment, match.first):
            if not any(each.first <= at <= each.last for each in own) and not is_told(segment.clauses[at], said):
                yield Fault(FaultKind.DROPPED_CONDITION, text, segment.clauses[at].text)
    for match in own:
        for clause in match.window:
            if clause.is_condition and not is_told(clause, said):
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


def is_told(clause: Clause, said: Sequence[Clause]) -> bool:
    """Whether the clauses of a draft have the figures of a source's clause and (nearly) all its words."""
    details = {(each.said, each.bounds) for other in said for each in other.details}
    figures = {(each.said, each.bounds) for each in clause.details if each.is_figure}
    return figures <= details and _share_left_out(clause, said) <= _SMALL_SHARE


def _share_left_out(clause: Clause, said: Sequence[Clause]) -> float:
    pairs = frozenset(pair for other in said for pair in other.pairs)
    content = clause.content.replace("\x00", "")
    left = [run for run in uncovered(clause.content, pairs) if not is_idle(run)]
    return sum(map(len, left)) / len(content) if content else 0.0


def _dropped_frequency(text: str, own: Sequence[Match]) -> Iterator[Fault]:
    """200元 of 每月200元."""
    said = {detail.said for match in own for detail in match.clause.details}
    for match in own:
        for clause in match.window:
            per = [each for each in clause.details if each.kind == "per" and each.said not in said]
            if per and any(each.is_figure and each.said in said for each in clause.details):
                yield Fault(FaultKind.CHANGED_MEANING, text, f"-{per[0].value}")


def _shortened(text: str, own: Sequence[Match], clauses: Sequence[Clause]) -> Iterator[Fault]:
    """身份证 of 身份证、户口簿和照片."""
    for clause in {id(each): each for match in own for each in match.window}.values():
        items = [Clause(item) for item in _LIST.split(clause.text)]
        if len(items) < 2 or any(len(item.text) > _LONGEST_ITEM for item in items[1:]):
            continue
        told = [_share_left_out(item, clauses) < _SMALL_SHARE for item in items]
        missing = [item.text for item in items if item.content and _share_left_out(item, clauses)]
        if any(told) and missing:
            yield Fault(FaultKind.SHORTENED_LIST, text, "、".join(missing))
