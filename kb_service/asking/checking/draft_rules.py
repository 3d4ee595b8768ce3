"""What must hold for a draft as a whole: exceptions, limits, whole lists, the order of steps."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.checking.matching import Match, Source
from kb_service.asking.checking.segments import Clause, Segment
from kb_service.asking.checking.sentence_rules import is_told
from kb_service.asking.checking.signs import Sign

_LIMIT = re.compile(
    r"^(?:每[人户次月年套件])*(?:但|不过|最[高多低少长晚迟]|至[多少]|不[得能]?(?:超过|高于|多于|低于|少于|晚于)|仅|只|限|除|且|并且|每人限|其中|"
    r"逾期|不能|不适用|不包括|不含|原则上|同时)"
)
_EXCEPTION_NEXT = re.compile(r"^(?:每[人户次月年套件])*(?:但|不过|除|例外|有下列[^,]*除外|上述[^,]*不)")
_GRANTING = frozenset({Sign.MAY, Sign.FREE, Sign.NEED_NOT})
_LIMITING = frozenset({Sign.MUST, Sign.NO, Sign.ONLY})
_STEPS = re.compile("流程|步骤|程序|操作|怎么办")
_TO_BRING = re.compile("材料|资料|证件")
_ORDER = re.compile(r"^(?:首先|先|第[一二三四五六七八九\d]步|然后|再|接着|随后|最后|之后)")


def draft_faults(found: Sequence[Match]) -> Iterator[Fault]:
    """``found``: a match for each clause of the draft, in order."""
    said = [match.clause for match in found]
    for segment, source in _used(found):
        own = [match for match in found if match.segment is segment]
        restated = [at for match in own for at in range(match.first, match.last + 1)]
        yield from _dropped_limits(segment, restated, said)
        yield from _left_out_of_a_list(segment, source, said)
        yield from _dropped_next(segment, source, said)
        yield from _signs_above(segment, said)
    yield from _shortened_lists(found)
    yield from _order(found)


def _used(found: Sequence[Match]) -> list[tuple[Segment, Source]]:
    used = {(match.source.number, match.segment.at): (match.segment, match.source) for match in found if match.own}
    return list(used.values())


def _dropped_limits(segment: Segment, restated: Sequence[int], said: Sequence[Clause]) -> Iterator[Fault]:
    """但是…, 最高不超过…, …除外 in the same segment; and the duty that comes with what is granted."""
    granted = {each.sign for at in restated for each in segment.clauses[at].signs} & _GRANTING
    for at, clause in enumerate(segment.clauses):
        signs = {each.sign for each in clause.signs}
        limits = at > max(restated) and (_LIMIT.match(clause.text) or (granted and signs & _LIMITING))
        if Sign.EXCEPT not in signs and not limits:
            continue
        wanted = [clause] if len(clause.content) > 1 else list(segment.clauses[at : at + 2])
        if not all(is_told(each, said) for each in wanted) or not _keeps_signs(clause, said):
            yield Fault(FaultKind.DROPPED_EXCEPTION, what=clause.text)


def _keeps_signs(clause: Clause, said: Sequence[Clause]) -> bool:
    kept = Counter(each.sign for other in said for each in other.signs)
    own = Counter(each.sign for each in clause.signs if each.sign in (Sign.EXCEPT, Sign.NO, Sign.ONLY))
    return own <= kept


def _left_out_of_a_list(segment: Segment, source: Source, said: Sequence[Clause]) -> Iterator[Fault]:
    """Half of the materials sends people home again."""
    if not _TO_BRING.search(source.headings):
        return
    for clause in segment.clauses:
        if clause.content.strip("\x00") and not is_told(clause, said):
            yield Fault(FaultKind.SHORTENED_LIST, what=clause.text)


def _dropped_next(segment: Segment, source: Source, said: Sequence[Clause]) -> Iterator[Fault]:
    """The next sentence, where it begins with 但是."""
    following = next((each for each in source.segments if each.at == segment.at + 1), None)
    if following is None or not _EXCEPTION_NEXT.match(following.clauses[0].text):
        return
    if not all(is_told(each, said) for each in following.clauses[:2]):
        yield Fault(FaultKind.DROPPED_EXCEPTION, what=following.text)


def _signs_above(segment: Segment, said: Sequence[Clause]) -> Iterator[Fault]:
    """What the line above a list says of all its items: 不予受理, 可以."""
    if segment.lead_in is None:
        return
    kept = {each.sign for other in said for each in other.signs}
    above = {each.sign for clause in segment.lead_in.clauses for each in clause.signs}
    for sign in sorted(above & {Sign.NO, Sign.NEED_NOT, Sign.ONLY, Sign.ANY, Sign.FREE, Sign.HEDGE} - kept):
        yield Fault(FaultKind.CHANGED_MEANING, what=f"-{sign}: {segment.lead_in.text}")


def _shortened_lists(found: Sequence[Match]) -> Iterator[Fault]:
    used = {(match.source.number, match.segment.at) for match in found if match.own}
    for source in {match.source.number: match.source for match in found}.values():
        for items in _lists(source):
            told = [each for each in items if (source.number, each.at) in used]
            left = [each for each in items if (source.number, each.at) not in used]
            if left and len(told) > 1 and not _is_any(items[0]):
                yield Fault(FaultKind.SHORTENED_LIST, what=left[0].text)


def _lists(source: Source) -> list[list[Segment]]:
    """Items that follow one another under one line, or under the heading."""
    lists: dict[int, list[Segment]] = {}
    for segment in source.segments:
        if segment.is_item:
            lists.setdefault(segment.lead_in.at if segment.lead_in else -1, []).append(segment)
    return [items for items in lists.values() if len(items) > 1]


def _is_any(item: Segment) -> bool:
    signs = [each.sign for clause in item.lead_in.clauses for each in clause.signs] if item.lead_in else []
    return Sign.ANY in signs


def _order(found: Sequence[Match]) -> Iterator[Fault]:
    """Steps come in the order of their source, and 先 and 再 do not change places."""
    for match, following in pairwise(found):
        if match.source is not following.source or not match.own or not following.own:
            continue
        are_steps = match.segment.is_item and following.segment.is_item and _is_of_steps(match)
        says_order = _ORDER.match(following.clause.text) is not None
        if (are_steps or says_order) and _place(following) < _place(match):
            yield Fault(FaultKind.WRONG_ORDER, following.clause.text, match.clause.text)


def _is_of_steps(match: Match) -> bool:
    lead_in = match.segment.lead_in.text if match.segment.lead_in else ""
    return _STEPS.search(match.source.headings + lead_in) is not None


def _place(match: Match) -> tuple[int, int]:
    return match.segment.at, match.first
