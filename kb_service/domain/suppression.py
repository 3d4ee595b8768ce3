"""Which counts of a public record are withheld, so that no small one can be read or computed; decision 46.

A cell is a row's counts of one measure: ``(12,)``, or two that add up, ``(resolved, not resolved)``. It may be told
when each of them is at least ``k``. What is withheld in a table must be as fit to be told as any row, and be of two
rows at least: its sum is known to whoever subtracts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

Cell = tuple[int, ...]


def may_be_told(cell: Cell, k: int) -> bool:
    return all(each >= k for each in cell)


def added(cells: Iterable[Cell]) -> Cell:
    """Empty of none."""
    return tuple(map(sum, zip(*cells, strict=True)))


def withheld(cells: Mapping[str, Cell], k: int, *, from_the_start: Collection[str] = ()) -> set[str]:
    """Of a table whose sum is told. The smallest rows go first."""
    found = {*from_the_start} & cells.keys() | {key for key, cell in cells.items() if not may_be_told(cell, k)}
    for key in _smallest_first(cells.keys() - found, cells):
        if not found or _hides(found, cells, k):
            break
        found.add(key)
    return found


def _hides(found: Collection[str], cells: Mapping[str, Cell], k: int) -> bool:
    return len(found) >= 2 and may_be_told(added(cells[each] for each in found), k)


def _smallest_first(keys: Iterable[str], cells: Mapping[str, Cell]) -> list[str]:
    return sorted(keys, key=lambda key: (sum(cells[key]), key))


@dataclass(slots=True)
class Nested:
    """Two tables of which one divides the other: ``owner_of`` matters are departments. ``slack``: what a department
    has beside its matters, of no matter that is known; together it is the row ``nothing`` among the matters."""

    matters: Mapping[str, Cell]
    departments: Mapping[str, Cell]
    owner_of: Mapping[str, str]
    slack: Mapping[str, Cell]
    nothing: str
    k: int
    _departments: set[str] = field(default_factory=set)
    _matters: set[str] = field(default_factory=set)

    def withheld(
        self, *, matters: Collection[str] = (), departments: Collection[str] = ()
    ) -> tuple[set[str], set[str]]:
        """Of matters and of departments; those given are withheld from the start.

        What a department's matters leave of it can be computed, so it has to be nothing or fit to be told. Where a
        department is withheld its matters are, and where any matter is, the row of no matter is.
        """
        self._departments = {*departments}
        while True:
            self._departments = withheld(self.departments, self.k, from_the_start=self._departments)
            self._matters = {*matters} & self.matters.keys()
            self._matters |= {key for key, cell in self.matters.items() if not may_be_told(cell, self.k)}
            self._matters |= {key for key, owner in self.owner_of.items() if owner in self._departments}
            exhausted = self._settle()
            if exhausted is None:
                return self._matters, self._departments
            self._departments.add(exhausted)

    def _settle(self) -> str | None:
        """Withholds matters until nothing can be computed; a department that has none left to withhold."""
        while True:
            open_one = next(
                (each for each in sorted(self.departments.keys() - self._departments) if self._leaks(each)), None
            )
            if open_one is not None:
                left = [key for key in self._own(open_one) if key not in self._matters]
                if not left:
                    return open_one
                self._matters.add(_smallest_first(left, self.matters)[0])
                continue
            if self._matters or self._departments:
                self._matters |= {self.nothing} & self.matters.keys()
            left = [*(self.matters.keys() - self._matters)]
            if not self._matters or not left or _hides(self._matters, self.matters, self.k):
                return None
            self._matters.add(_smallest_first(left, self.matters)[0])

    def _own(self, department: str) -> list[str]:
        return [key for key, owner in self.owner_of.items() if owner == department]

    def _leaks(self, department: str) -> bool:
        own = [self.matters[key] for key in self._own(department) if key in self._matters]
        slack = self.slack[department]
        if not own:
            return any(slack) and not may_be_told(slack, self.k)
        is_alone = len(own) == 1 and sum(slack) < self.k
        return is_alone or not may_be_told(added([*own, slack]), self.k)
