"""What must hold between a clause of a draft and the clauses of the source that it restates.

Its figures stand with their own subject, too: 城镇 90%、农村 70% must not change places.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.checking.matching import Match, Source
from kb_service.asking.checking.segments import CanonicalClause, Detail, is_stated
from kb_service.asking.checking.words import Operator, changed
from kb_service.text.clauses import GAP, uncovered, uncovered_in_place

_SMALL = 2  # characters
_SEPARATORS = "、和与及或,"
# A title may be named; what it permits or forbids is no rule.
_OF_TITLES = frozenset({Operator.AND, Operator.OR, Operator.BEFORE, Operator.AFTER, Operator.WITH, Operator.ANY})


def clause_faults(match: Match, sources: Sequence[Source], *, restated: frozenset[str]) -> Iterator[Fault]:
    """``restated``: the pairs of the whole sentence."""
    clause = match.clause
    is_free = any(each.operator is Operator.FREE for each in clause.operators)
    for run in match.foreign:
        if not (is_free and run in clause.words.fees):
            yield Fault(FaultKind.FOREIGN_WORDS, clause.text, run)
    for detail in clause.details:
        yield from _detail_faults(detail, match, sources)
    yield from _mixed(match)
    yield from _cut_words(match, restated | match.source.context_pairs)
    yield from _exchanged(match)
    yield from _disordered(match)
    yield from _operator_faults(match)
    yield from _role_faults(match)


def _mixed(match: Match) -> Iterator[Fault]:
    """A clause made of several must begin each of them as its source does: else it has the subject of one and
    the predicate of another."""
    for clause in match.window[1:]:
        start = clause.content.split(GAP)[0][:2]
        if len(start) == 2 and start not in match.clause.pairs:
            yield Fault(FaultKind.MERGED_RULES, match.clause.text, clause.text)
    for clause in match.window if match.first < match.last else ():
        for left, before, after in uncovered_in_place(clause.content, match.clause.pairs):
            is_between = before and (after or clause is not match.window[-1])
            if is_between and len(left) > _SMALL and not clause.words.is_filler(left):
                yield Fault(FaultKind.MERGED_RULES, match.clause.text, left)


def _cut_words(match: Match, known: frozenset[str]) -> Iterator[Fault]:
    """首套印章 must not become 印章: what is left out of a clause ends where a word of grammar ends it."""
    for clause in match.window:
        for left, before, after in uncovered_in_place(clause.content, match.clause.pairs):
            if clause.words.is_filler(left) or not list(uncovered(left, known)):
                continue
            if (before and before + left[0] in clause.text) or (after and left[-1] + after in clause.text):
                yield Fault(FaultKind.DROPPED_CONDITION, match.clause.text, left)


def _exchanged(match: Match) -> Iterator[Fault]:
    """A word of the source exchanged for one that stands elsewhere: in the title, or a second time."""
    content = match.clause.content
    left = [each for clause in match.window for each in uncovered_in_place(clause.content, match.clause.pairs)]
    for run, before, after in uncovered_in_place(content, match.own_pairs):
        if any((before and before == its[1]) or (after and after == its[2]) for its in left):
            yield Fault(FaultKind.FOREIGN_WORDS, match.clause.text, run)
    there = sum((clause.count_of for clause in match.window), Counter[str]())
    above = match.pairs - match.own_pairs
    for pair, count in match.clause.count_of.items():
        if count > 1 and count > there[pair] + (pair in above) and there[pair]:
            yield Fault(FaultKind.FOREIGN_WORDS, match.clause.text, pair)


def _disordered(match: Match) -> Iterator[Fault]:
    """25至16周岁 of 16至25周岁."""
    ours = [each.meaning for each in match.clause.details if each.is_figure or each.kind == "ordinal"]
    theirs = iter([each.meaning for each in match.details])
    if len(ours) > 1 and not all(each in theirs for each in ours):
        yield Fault(FaultKind.FIGURE_OF_ANOTHER, match.clause.text, match.clause.text)


def _detail_faults(detail: Detail, match: Match, sources: Sequence[Source]) -> Iterator[Fault]:
    written = match.clause.text[detail.start : detail.end]
    if _stands_in(detail, match):
        return
    everywhere = [each for source in sources for segment in source.segments for each in segment.details]
    everywhere += [each for source in sources for clause in source.context for each in clause.details]
    known = any(each.meaning == detail.meaning for each in everywhere)
    kind = FaultKind.FIGURE_OF_ANOTHER if known else FaultKind.FOREIGN_FIGURE
    yield Fault(kind, match.clause.text, written)


def _stands_in(detail: Detail, match: Match) -> bool:
    """A figure stands in the window itself; other details may stand in its segment or above it."""
    about = match.segment.text + match.source.headings
    is_time_limit = match.clause.words.time_limits.search(about) is not None
    if is_stated(detail, match.details, is_time_limit=is_time_limit):
        return True
    above = [each for clause in match.source.context for each in clause.details]
    if match.segment.lead_in:
        above += match.segment.lead_in.details
    if detail.kind == "name":
        title = CanonicalClause(match.clause.text[detail.start + 1 : detail.end - 1], match.clause.words)
        if title.pairs <= match.source.context_pairs:
            return True
    if detail.is_figure or detail.kind == "per":
        return is_stated(detail, above, is_time_limit=is_time_limit)
    return is_stated(detail, [*above, *match.segment.details], is_time_limit=False)


def _operator_faults(match: Match) -> Iterator[Fault]:
    window = list(match.operators)
    if not any(each.operator in (Operator.MAY, Operator.MUST) for each in window):
        # 的配偶, 可以申请: the window has the subject only, and the rest of its rule says whether it may or must.
        window += [each for each in match.segment.operators if each.operator is Operator.MAY]
    above = match.segment.lead_in.operators if match.segment.lead_in else []
    context = [each for clause in match.source.context for each in clause.operators if each.operator in _OF_TITLES]
    candidates = [window, window + above, window + context] if above or context else [window]
    found = [list(changed(match.clause.operators, source)) for source in candidates]
    if all(found):
        yield Fault(FaultKind.CHANGED_MEANING, match.clause.text, "/".join(found[0]))


def _role_faults(match: Match) -> Iterator[Fault]:
    """由甲向乙 is not 由乙向甲, though it has the same words."""
    words = match.clause.words
    source = list(words.roles_in(match.segment.text))
    for role, of in words.roles_in(match.clause.text):
        same = [other for its, other in source if its == role]
        if same and not any(set(of) & set(other) for other in same):
            yield Fault(FaultKind.CHANGED_ROLES, match.clause.text, role + of)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A figure and the words that say what it is of."""

    detail: Detail
    text: str
    pairs: frozenset[str]


def figure_faults(clauses: Sequence[CanonicalClause], sources: Sequence[Source]) -> Iterator[Fault]:
    """``clauses`` of one sentence of a draft; ``sources``: what it cites."""
    cells = [cell for source in sources for segment in source.segments for cell in _cells_of(segment.clauses)]
    for own in _cells_of(clauses):
        same = [cell for cell in cells if cell.detail.meaning == own.detail.meaning]
        rivals = [
            cell for cell in cells if cell.detail.kind == own.detail.kind and cell.detail.meaning != own.detail.meaning
        ]
        if same and all(_is_of_a_rival(own, cell, rivals) for cell in same):
            yield Fault(FaultKind.FIGURE_OF_ANOTHER, own.text, own.detail.value)


def _is_of_a_rival(own: _Cell, cell: _Cell, rivals: Sequence[_Cell]) -> bool:
    """Whether it has words that its figure in the source lacks and another figure has."""
    lacking = own.pairs - cell.pairs
    return any(lacking & rival.pairs - cell.pairs for rival in rivals)


def _cells_of(clauses: Sequence[CanonicalClause]) -> Iterator[_Cell]:
    """For each figure the words since the last one of its kind, and those up to the next separator."""
    for at, clause in enumerate(clauses):
        figures = [each for each in clause.details if each.is_figure]
        for detail in figures:
            alike = [each for each in figures if each.kind == detail.kind]
            place = alike.index(detail)
            before = clause.text[alike[place - 1].end if place else 0 : detail.start]
            if place:
                before = _after_separator(before)
            after = clause.text[detail.end : alike[place + 1].start if place + 1 < len(alike) else None]
            after = _up_to_separator(after) if place + 1 < len(alike) else after
            lead = [] if place else _lead_in(clauses, at, detail.kind)
            parts = [*lead, before, after]
            pairs = frozenset[str]().union(*(CanonicalClause(part, clause.words).pairs for part in parts))
            yield _Cell(detail, before + clause.text[detail.start : detail.end] + after, pairs)


def _lead_in(clauses: Sequence[CanonicalClause], at: int, kind: str) -> list[str]:
    lead: list[str] = []
    for clause in reversed(clauses[:at]):
        if any(each.kind == kind for each in clause.details):
            break
        lead.append(clause.text)
    return lead


def _after_separator(text: str) -> str:
    found = [text.find(each) for each in _SEPARATORS if each in text]
    return text[min(found) + 1 :] if found else text


def _up_to_separator(text: str) -> str:
    found = [text.find(each) for each in _SEPARATORS if each in text]
    return text[: min(found)] if found else text
