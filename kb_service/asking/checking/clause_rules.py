"""What must hold between a clause of a draft and the clauses of the source that it restates."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from kb_service.asking.checking.canonical import is_idle
from kb_service.asking.checking.details import Detail, is_said
from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.checking.matching import Match, Source
from kb_service.asking.checking.segments import Clause, Segment, left_out, pairs_of, uncovered
from kb_service.asking.checking.signs import Sign, changed

_ROLE = re.compile(r"(?P<role>先|再|由|向|给|被|比|自从|从|自|经)(?P<of>[^\W\d_]{2})")
_NO_ROLE = re.compile(
    r"自[己行愿助主动然]|自由|自然|自办|再次|再生|再就业|优先|首先|经营|经济|经办|已经|经常|曾经|缘由|理由|事由|从事|给予|比例|向导|方向|一[向]|原先"
)
_SMALL = 2  # characters
_PAID = frozenset(["费用", "费", "手续费用"])


# A title may be named; what it permits or forbids is no rule.
_OF_TITLES = frozenset({Sign.AND, Sign.OR, Sign.BEFORE, Sign.AFTER, Sign.WITH, Sign.ANY})


def clause_faults(match: Match, sources: Sequence[Source], *, said: frozenset[str]) -> Iterator[Fault]:
    """``said``: the pairs of the whole sentence."""
    clause = match.clause
    signs = {each.sign for each in clause.signs}
    for run in match.foreign:
        if not (Sign.FREE in signs and run in _PAID):
            yield Fault(FaultKind.FOREIGN_WORDS, clause.text, run)
    for detail in clause.details:
        yield from _detail_faults(detail, match, sources)
    yield from _mixed(match)
    yield from _cut_words(match, said | match.source.context_pairs)
    yield from _exchanged(match)
    yield from _disordered(match)
    yield from _sign_faults(match)
    yield from _role_faults(match)


def _mixed(match: Match) -> Iterator[Fault]:
    """A clause made of several must begin each of them as its source does: else it has the subject of one and what is
    said of another."""
    for clause in match.window[1:]:
        start = clause.content.split("\x00")[0][:2]
        if len(start) == 2 and start not in match.clause.pairs:
            yield Fault(FaultKind.MERGED_RULES, match.clause.text, clause.text)
    for clause in match.window if match.first < match.last else ():
        for left, before, after in left_out(clause.content, match.clause.pairs):
            is_between = before and (after or clause is not match.window[-1])
            if is_between and len(left) > _SMALL and not is_idle(left):
                yield Fault(FaultKind.MERGED_RULES, match.clause.text, left)


def _cut_words(match: Match, told: frozenset[str]) -> Iterator[Fault]:
    """首套印章 must not become 印章: what is left out of a clause ends where a word of grammar ends it."""
    for clause in match.window:
        for left, before, after in left_out(clause.content, match.clause.pairs):
            if is_idle(left) or not list(uncovered(left, told)):
                continue
            if (before and before + left[0] in clause.text) or (after and left[-1] + after in clause.text):
                yield Fault(FaultKind.DROPPED_CONDITION, match.clause.text, left)


def _exchanged(match: Match) -> Iterator[Fault]:
    """A word of the source exchanged for one that stands elsewhere: in the title, or a second time."""
    content = match.clause.content
    left = [each for clause in match.window for each in left_out(clause.content, match.clause.pairs)]
    for run, before, after in left_out(content, match.own_pairs):
        if any((before and before == its[1]) or (after and after == its[2]) for its in left):
            yield Fault(FaultKind.FOREIGN_WORDS, match.clause.text, run)
    there = sum((clause.count_of for clause in match.window), Counter[str]())
    above = match.pairs - match.own_pairs
    for pair, count in match.clause.count_of.items():
        if count > 1 and count > there[pair] + (pair in above) and there[pair]:
            yield Fault(FaultKind.FOREIGN_WORDS, match.clause.text, pair)


def _disordered(match: Match) -> Iterator[Fault]:
    """25至16周岁 of 16至25周岁."""
    ours = [each.said for each in match.clause.details if each.is_figure or each.kind == "ordinal"]
    theirs = iter([each.said for clause in match.window for each in clause.details])
    if len(ours) > 1 and not all(each in theirs for each in ours):
        yield Fault(FaultKind.FIGURE_OF_ANOTHER, match.clause.text, match.clause.text)


def _detail_faults(detail: Detail, match: Match, sources: Sequence[Source]) -> Iterator[Fault]:
    written = match.clause.text[detail.start : detail.end]
    if _stands_in(detail, match):
        return
    everywhere = [each for source in sources for segment in source.segments for each in details_of(segment)]
    everywhere += [each for source in sources for clause in source.context for each in clause.details]
    known = any(each.said == detail.said for each in everywhere)
    kind = FaultKind.FIGURE_OF_ANOTHER if known else FaultKind.FOREIGN_FIGURE
    yield Fault(kind, match.clause.text, written)


def _stands_in(detail: Detail, match: Match) -> bool:
    """A figure stands in the window itself; other details may stand in its segment or above it."""
    window = [each for clause in match.window for each in clause.details]
    about = match.segment.text + match.source.headings
    if is_said(detail, window, about=about):
        return True
    above = [each for clause in match.source.context for each in clause.details]
    if match.segment.lead_in:
        above += details_of(match.segment.lead_in)
    if detail.kind == "name":
        title = pairs_of(Clause(match.clause.text[detail.start + 1 : detail.end - 1]).content)
        if title <= match.source.context_pairs:
            return True
    if detail.is_figure or detail.kind == "per":
        return is_said(detail, above, about=about)
    return is_said(detail, [*above, *details_of(match.segment)], about="")


def details_of(segment: Segment) -> list[Detail]:
    return [each for clause in segment.clauses for each in clause.details]


def _sign_faults(match: Match) -> Iterator[Fault]:
    window = [each for clause in match.window for each in clause.signs]
    if not any(each.sign in (Sign.MAY, Sign.MUST) for each in window):
        # 的配偶, 可以申请: the window has the subject only, and the rest of its rule says whether it may or must.
        window += [each for clause in match.segment.clauses for each in clause.signs if each.sign is Sign.MAY]
    lead_in = match.segment.lead_in
    above = [each for clause in lead_in.clauses for each in clause.signs] if lead_in else []
    context = [each for clause in match.source.context for each in clause.signs if each.sign in _OF_TITLES]
    candidates = [window, window + above, window + context] if above or context else [window]
    found = [list(changed(match.clause.signs, source)) for source in candidates]
    if all(found):
        yield Fault(FaultKind.CHANGED_MEANING, match.clause.text, "/".join(found[0]))


def _role_faults(match: Match) -> Iterator[Fault]:
    """由甲向乙 is not 由乙向甲, though it has the same words."""
    source = list(_roles(match.segment.text))
    for role, of in _roles(match.clause.text):
        same = [other for its, other in source if its == role]
        if same and not any(set(of) & set(other) for other in same):
            yield Fault(FaultKind.CHANGED_ROLES, match.clause.text, role + of)


def _roles(text: str) -> Iterator[tuple[str, str]]:
    hidden = _NO_ROLE.sub(lambda found: "\x00" * len(found[0]), text)
    for found in _ROLE.finditer(hidden):
        yield found["role"], found["of"]
