"""A figure stands with its own subject: 城镇 90%、农村 70% must not change places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb_service.asking.checking.details import Detail
from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.checking.matching import Source
from kb_service.asking.checking.segments import Clause, pairs_of

_SEPARATORS = "、和与及或,"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure and the words that say what it is of."""

    detail: Detail
    text: str
    pairs: frozenset[str]


def figure_faults(clauses: Sequence[Clause], sources: Sequence[Source]) -> Iterator[Fault]:
    """``clauses`` of one sentence of a draft; ``sources``: what it cites."""
    cells = [cell for source in sources for segment in source.segments for cell in cells_of(segment.clauses)]
    for own in cells_of(clauses):
        same = [cell for cell in cells if cell.detail.said == own.detail.said]
        rivals = [cell for cell in cells if cell.detail.kind == own.detail.kind and cell.detail.said != own.detail.said]
        if same and all(_is_of_a_rival(own, cell, rivals) for cell in same):
            yield Fault(FaultKind.FIGURE_OF_ANOTHER, own.text, own.detail.value)


def _is_of_a_rival(own: Cell, cell: Cell, rivals: Sequence[Cell]) -> bool:
    """Whether it has words that its figure in the source lacks and another figure has."""
    lacking = own.pairs - cell.pairs
    return any(lacking & rival.pairs - cell.pairs for rival in rivals)


def cells_of(clauses: Sequence[Clause]) -> Iterator[Cell]:
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
            pairs = frozenset(pair for part in parts for pair in pairs_of(Clause(part).content))
            yield Cell(detail, before + clause.text[detail.start : detail.end] + after, pairs)


def _lead_in(clauses: Sequence[Clause], at: int, kind: str) -> list[str]:
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
