"""What a public record withholds: an attacker who adds, subtracts and knows that counts are no less than nothing."""

import random
from collections.abc import Iterator

import numpy
import pytest
from scipy.optimize import linprog

from kb_service.domain.public_record import MEASURES, PublicMeasure, PublicRow, Tables, public_rows
from kb_service.domain.resolution import AssistantCounts, By, Counts, HumanCounts
from kb_service.domain.suppression import Cell, Nested, may_be_told, withheld

K = 10
OWNER_OF = {f"m{number}": f"d{number % 4}" for number in range(14)}


def test_one_small_row_takes_the_smallest_other_with_it() -> None:
    assert withheld({"a": (3,), "b": (40,), "c": (12,), "d": (50,)}, K) == {"a", "c"}


def test_two_small_rows_whose_sum_is_small_take_a_third_with_them() -> None:
    assert withheld({"a": (3,), "b": (4,), "c": (12,), "d": (50,)}, K) == {"a", "b", "c"}


def test_two_small_rows_whose_sum_is_not_small_need_no_third() -> None:
    assert withheld({"a": (6,), "b": (7,), "c": (12,)}, K) == {"a", "b"}


def test_few_that_were_not_resolved_are_as_small_as_few_that_were() -> None:
    assert withheld({"a": (90, 3), "b": (40, 40), "c": (60, 60)}, K) == {"a", "b"}


def test_a_row_that_is_withheld_for_another_reason_does_not_stand_alone_either() -> None:
    assert withheld({"a": (40,), "b": (50,), "c": (60,)}, K, from_the_start={"c"}) == {"a", "c"}


OWNERS = {"a": "x", "b": "x", "c": "y", "d": "y"}


def nested(matters: dict[str, Cell], slack: int) -> Nested:
    """Departments x and y, each with ``slack`` questions of no matter that is known."""
    cells = matters | ({"": (2 * slack,)} if slack else {})
    departments: dict[str, Cell] = {
        each: (slack + sum(matters[key][0] for key, owner in OWNERS.items() if owner == each),) for each in "xy"
    }
    return Nested(cells, departments, OWNERS, {"x": (slack,), "y": (slack,)}, "", K)


def test_a_matter_cannot_be_had_from_its_department_and_the_other_matters() -> None:
    assert nested({"a": (3,), "b": (40,), "c": (9,), "d": (50,)}, 0).withheld() == ({"a", "b", "c", "d"}, set())


def test_questions_of_no_matter_hide_a_small_one_and_are_not_told_then() -> None:
    assert nested({"a": (3,), "b": (40,), "c": (9,), "d": (50,)}, 15).withheld() == ({"a", "c", ""}, set())


def test_what_has_nothing_beside_it_in_its_department_takes_another_with_it() -> None:
    matters: dict[str, Cell] = {"a": (30,), "b": (60,), "c": (40,), "d": (50,)}
    assert nested(matters, 0).withheld(matters={"a"}) == ({"a", "b"}, set())


def test_matters_of_a_department_that_is_withheld_are() -> None:
    matters: dict[str, Cell] = {"a": (30,), "b": (40,), "c": (60,), "d": (50,)}
    assert nested(matters, 0).withheld(departments={"x"}) == ({"a", "b", "c", "d"}, {"x", "y"})


def test_of_a_row_whose_questions_are_withheld_nothing_is_told() -> None:
    def asked(questions: int, said: int) -> Counts:
        return Counts(AssistantCounts(questions, questions // 2, 0, 2 * said, said))

    pairs = {("a", "x"): asked(3, 0), ("b", "x"): asked(25, 12), ("c", "x"): asked(100, 10), ("d", "x"): asked(90, 20)}
    tables = Tables(pairs, {"": sum(pairs.values(), Counts())}, {"": sum(pairs.values(), Counts())})
    _, rows = public_rows(tables, dict.fromkeys("abcd", "x"), K)
    told = {row.value: [*row.cells] for row in rows if row.by is By.MATTER}
    assert told["b"] == [] and told["c"] == ["questions", "answered", "confirmed"]


def city(seed: int) -> Tables:
    """Matters, departments, districts and weeks of very different sizes."""
    dealt = random.Random(seed)

    def counts(mean: float) -> Counts:
        questions, talks = int(dealt.expovariate(1 / mean)), int(dealt.expovariate(3 / mean))
        answered, said, settled = (sum(dealt.random() < share for _ in range(questions)) for share in (0.8, 0.3, 0.95))
        handed, said_talks = sum(dealt.random() < 0.2 for _ in range(questions)), talks // 2
        return Counts(
            AssistantCounts(questions, answered, handed, said, dealt.randint(0, said), settled, settled * 2 // 3),
            HumanCounts(talks, 0, said_talks, dealt.randint(0, said_talks), talks, talks * 2 // 3),
        )

    pairs = {(matter, owner): counts(2.0 ** dealt.randint(1, 7)) for matter, owner in OWNER_OF.items()}
    pairs |= {("", department): counts(2.0 ** dealt.randint(1, 5)) for department in ("d0", "d1", "d3", "")}
    everything = sum(pairs.values(), Counts())
    return Tables(pairs, _dealt_out(dealt, everything, 6), _dealt_out(dealt, everything, 5))


def _dealt_out(dealt: random.Random, everything: Counts, rows: int) -> dict[str, Counts]:
    """The same people by something else: shares of halves, so that some rows are small."""

    def part(counts: Counts, share: float) -> Counts:
        cut = [
            type(side)(*(int(getattr(side, name) * share) for name in side.__slots__))
            for side in (counts.assistant, counts.human)
        ]
        return Counts(*cut)  # type: ignore[arg-type]

    shares = [0.5 ** dealt.randint(1, 9) for _ in range(rows - 1)]
    scale = 1 / (sum(shares) + 0.2)
    found = {f"r{number}": part(everything, share * scale) for number, share in enumerate(shares)}
    told = sum(found.values(), Counts())
    rest = [
        type(whole)(*(getattr(whole, name) - getattr(some, name) for name in whole.__slots__))
        for whole, some in ((everything.assistant, told.assistant), (everything.human, told.human))
    ]
    return found | {"": Counts(*rest)}  # type: ignore[arg-type]


class Attacker:
    """Knows all that is told, which department each matter has, and that a part is no more than its whole."""

    def __init__(self, tables: Tables, measure: PublicMeasure, rows: list[PublicRow], total: PublicRow) -> None:
        self.places = [*tables.pairs]
        self.measure = measure
        self.whole = next((each for each in MEASURES if each.name == measure.whole), measure)
        self.size = len(measure.cell(Counts()))
        self.equal: list[tuple[numpy.ndarray, float]] = []
        for row in [total, *(each for each in rows if each.by in (By.MATTER, By.DEPARTMENT))]:
            for of, offset in ((self.measure, 0), (self.whole, self.size)):
                for part, count in enumerate(row.cells.get(of.name, ())):
                    self.equal.append((self._sum(row.by, row.value, offset + part), count))

    def _sum(self, by: By | None, value: str, part: int) -> numpy.ndarray:
        found = numpy.zeros((len(self.places), self.size + 1))
        for number, (matter, department) in enumerate(self.places):
            if by is None or value == (matter if by is By.MATTER else department):
                found[number, part] = 1
        return found.ravel()

    def range_of(self, by: By, value: str, part: int) -> tuple[float, float]:
        parts_in_whole = []
        for number in range(len(self.places)):
            row = numpy.zeros((len(self.places), self.size + 1))
            row[number, : self.size], row[number, self.size] = 1, -1
            parts_in_whole.append(row.ravel())
        wanted = self._sum(by, value, part)
        bounds = [
            linprog(
                sign * wanted,
                A_ub=numpy.array(parts_in_whole),
                b_ub=numpy.zeros(len(parts_in_whole)),
                A_eq=numpy.array([each for each, _ in self.equal]),
                b_eq=numpy.array([count for _, count in self.equal]),
            )
            for sign in (1, -1)
        ]
        assert all(each.status == 0 for each in bounds), [each.message for each in bounds]
        return bounds[0].fun, -bounds[1].fun


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("measure", [each for each in MEASURES if each.of_assistant], ids=lambda each: each.name)
def test_nothing_that_is_withheld_can_be_narrowed_to_less_than_a_small_count(seed: int, measure: PublicMeasure) -> None:
    tables = city(seed)
    total, rows = public_rows(tables, OWNER_OF, K)
    attacker = Attacker(tables, measure, rows, total)
    hidden = [each for each in rows if each.by in (By.MATTER, By.DEPARTMENT) and measure.name not in each.cells]
    for row in hidden:
        assert row.by
        low, high = attacker.range_of(row.by, row.value, 0)
        assert high - low >= K - 1e-6, (row.by, row.value, low, high)


def test_the_attacker_finds_what_only_small_counts_would_hide() -> None:
    tables = city(0)
    questions = MEASURES[0]
    total, rows = public_rows(tables, OWNER_OF, K)
    naive = [
        PublicRow(each.by, each.value, {questions.name: cell})
        for each in rows
        if each.by and may_be_told(cell := questions.cell(tables.table(each.by)[each.value]), K)
    ]
    attacker = Attacker(tables, questions, naive, total)
    matters = tables.table(By.MATTER)
    small = [key for key, counts in matters.items() if counts.assistant.questions < K]
    ranges = [attacker.range_of(By.MATTER, key, 0) for key in small]
    assert small and any(high - low < K - 1 for low, high in ranges)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_told_and_what_is_left_of_each_table_is_never_small(seed: int) -> None:
    """Within a table, and of each department what its matters leave."""
    tables = city(seed)
    total, rows = public_rows(tables, OWNER_OF, K)
    for measure in MEASURES:
        for left in _left(measure, rows, total):
            assert all(each == 0 for each in left) or may_be_told(left, K), (measure.name, left)
        for row in rows:
            assert may_be_told(row.cells.get(measure.name, (K,)), K)


def _left(measure: PublicMeasure, rows: list[PublicRow], total: PublicRow) -> Iterator[Cell]:
    def told(by: By) -> list[PublicRow]:
        return [each for each in rows if each.by is by and measure.name in each.cells]

    if measure.name in total.cells:
        for by in (By.MATTER, By.DEPARTMENT, By.DISTRICT, By.WEEK):
            yield _minus(total.cells[measure.name], told(by), measure)
    for department in told(By.DEPARTMENT) if measure.of_assistant else []:
        own = [each for each in told(By.MATTER) if OWNER_OF.get(each.value) == department.value]
        yield _minus(department.cells[measure.name], own, measure)


def _minus(whole: Cell, rows: list[PublicRow], measure: PublicMeasure) -> Cell:
    return tuple(each - sum(row.cells[measure.name][part] for row in rows) for part, each in enumerate(whole))
