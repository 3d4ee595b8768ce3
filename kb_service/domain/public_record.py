"""What is told everybody of a month: resolution without small counts, channels, or anything of a person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kb_service.domain.resolution import By, Counts, Period, Share, share
from kb_service.domain.suppression import Cell, Nested, added, may_be_told, withheld

# Channels are named by clients, and are nobody's business.
TABLES = (By.MATTER, By.DEPARTMENT, By.DISTRICT, By.WEEK)
# A row of what nobody knows; no id is empty.
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class PublicMeasure:
    """``cell``: what is told of a row, in counts that each have to be large enough. ``whole``: the measure that this
    one is a part of; where that is withheld in a row, this one is."""

    name: str
    cell: Callable[[Counts], Cell]
    whole: str | None
    of_assistant: bool


def _parts(part: int, whole: int) -> Cell:
    return part, whole - part


MEASURES = (
    PublicMeasure("questions", lambda c: (c.assistant.questions,), None, True),
    PublicMeasure("answered", lambda c: _parts(c.assistant.answered, c.assistant.questions), "questions", True),
    PublicMeasure("handed_over", lambda c: _parts(c.assistant.handed_over, c.assistant.questions), "questions", True),
    PublicMeasure("confirmed", lambda c: _parts(c.assistant.said_resolved, c.assistant.said), "questions", True),
    PublicMeasure("implied", lambda c: _parts(c.assistant.implied, c.assistant.settled), "questions", True),
    PublicMeasure("talks", lambda c: (c.human.talks,), None, False),
    PublicMeasure("talks_confirmed", lambda c: _parts(c.human.said_resolved, c.human.said), "talks", False),
    PublicMeasure("talks_implied", lambda c: _parts(c.human.implied, c.human.settled), "talks", False),
)
# Told with how many it is of, as a share.
RATES = ("confirmed", "implied", "talks_confirmed", "talks_implied")


@dataclass(frozen=True, slots=True)
class PublicRow:
    """``cells``: by measure, those withheld left out. ``value`` is UNKNOWN where nobody knows."""

    by: By | None
    value: str
    cells: Mapping[str, Cell]

    @property
    def withheld(self) -> list[str]:
        return [each.name for each in MEASURES if each.name not in self.cells]

    def count(self, measure: str) -> int | None:
        cell = self.cells.get(measure)
        return cell[0] if cell else None

    def rate(self, measure: str) -> Share | None:
        cell = self.cells.get(measure)
        return share(cell[0], sum(cell)) if cell else None


@dataclass(frozen=True, slots=True)
class PublicRecord:
    """``smallest``: no count below it is told, and none can be computed."""

    period: Period
    at: datetime
    smallest: int
    total: PublicRow
    rows: Sequence[PublicRow]


@dataclass(frozen=True, slots=True)
class Tables:
    """``pairs``: counts by matter and department. Matters that the catalogue does not have are UNKNOWN."""

    pairs: Mapping[tuple[str, str], Counts]
    districts: Mapping[str, Counts]
    weeks: Mapping[str, Counts]

    def table(self, by: By) -> Mapping[str, Counts]:
        match by:
            case By.MATTER | By.DEPARTMENT:
                found: dict[str, Counts] = {}
                for (matter, department), counts in self.pairs.items():
                    key = matter if by is By.MATTER else department
                    found[key] = found.get(key, Counts()) + counts
                return found
            case By.DISTRICT:
                return self.districts
            case By.WEEK:
                return self.weeks
            case By.CHANNEL:
                raise ValueError("channels are not told")


def public_rows(tables: Tables, owner_of: Mapping[str, str], k: int) -> tuple[PublicRow, list[PublicRow]]:
    """The row of everything, and those of all tables, without what is withheld. ``owner_of``: the department of each
    matter."""
    table_of = {by: tables.table(by) for by in TABLES}
    everything = sum(table_of[By.WEEK].values(), Counts())
    hidden: dict[tuple[str, By], set[str]] = {}
    for measure in MEASURES:
        cells = {by: {key: measure.cell(counts) for key, counts in table_of[by].items()} for by in TABLES}
        start = {by: hidden[measure.whole, by] if measure.whole else set() for by in TABLES}
        for by in TABLES:
            hidden[measure.name, by] = withheld(cells[by], k, from_the_start=start[by])
        if measure.of_assistant:
            pair = _nested(tables, measure, cells, owner_of, k).withheld(
                matters=start[By.MATTER], departments=start[By.DEPARTMENT]
            )
            hidden[measure.name, By.MATTER], hidden[measure.name, By.DEPARTMENT] = pair
    rows = [
        PublicRow(by, key, {each.name: each.cell(counts) for each in MEASURES if key not in hidden[each.name, by]})
        for by in TABLES
        for key, counts in sorted(table_of[by].items())
    ]
    told = {each.name: cell for each in MEASURES if may_be_told(cell := each.cell(everything), k)}
    return PublicRow(None, UNKNOWN, told), rows


def _nested(
    tables: Tables, measure: PublicMeasure, cells: Mapping[By, Mapping[str, Cell]], owner_of: Mapping[str, str], k: int
) -> Nested:
    nothing = tuple(0 for _ in measure.cell(Counts()))
    slack = {
        department: added([nothing, *(
            measure.cell(counts) for (matter, owner), counts in tables.pairs.items()
            if owner == department and owner_of.get(matter) != department
        )])
        for department in cells[By.DEPARTMENT]
    }  # fmt: skip
    return Nested(
        matters=cells[By.MATTER],
        departments=cells[By.DEPARTMENT],
        owner_of={matter: owner_of[matter] for matter in cells[By.MATTER] if matter in owner_of},
        slack=slack,
        nothing=UNKNOWN,
        k=k,
    )
