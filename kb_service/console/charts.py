"""Pictures of figures, as points for SVG drawn in templates: no script, and the same in print."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from kb_service.domain.resolution import Counts, Share, Side, Target

# In units of the pictures' own viewBox.
WIDTH, HEIGHT = 640.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 12.0, 12.0, 28.0
_RADIUS = (3.0, 12.0)


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    low: float
    high: float
    share: Share
    label: str


@dataclass(frozen=True, slots=True)
class ChartLine:
    """``name``: confirmed or implied. ``runs``: stretches of weeks with something to count, as SVG points; ``bands``:
    their intervals as polygons."""

    name: str
    marks: Sequence[Mark]
    runs: Sequence[str]
    bands: Sequence[str]


@dataclass(frozen=True, slots=True)
class Level:
    y: float
    target: Target


@dataclass(frozen=True, slots=True)
class Trend:
    """``ticks``: of the weeks, as many as there is room for."""

    side: Side
    lines: Sequence[ChartLine]
    levels: Sequence[Level]
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class ChartDot:
    x: float
    y: float
    radius: float
    name: str
    questions: int
    share: Share


@dataclass(frozen=True, slots=True)
class Cell:
    """``shade`` is 0 to 1, of the busiest hour."""

    day: int
    hour: int
    count: int
    shade: float


def y_of(rate: float) -> float:
    return round(_TOP + (1 - rate) * (HEIGHT - _TOP - _BOTTOM), 1)


def trend(side: Side, weeks: Mapping[str, Counts], targets: Sequence[Target]) -> Trend:
    names = list(weeks)
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(names) - 1)
    x_of = {name: round(_LEFT + number * step, 1) for number, name in enumerate(names)}
    sides = {name: getattr(counts, side) for name, counts in weeks.items()}
    every = -(-len(names) // 6)
    return Trend(
        side,
        [
            _line("confirmed", {name: each.confirmed for name, each in sides.items()}, x_of),
            _line("implied", {name: each.implied_share for name, each in sides.items()}, x_of),
        ],
        [Level(y_of(each.rate), each) for each in targets],
        [(x_of[name], name[5:]) for name in names[::every]],
    )


def _line(name: str, shares: Mapping[str, Share], x_of: Mapping[str, float]) -> ChartLine:
    """A week with nothing to count is a gap in the line, not a zero."""
    marks: list[Mark] = []
    stretches: list[list[Mark]] = []
    for has_some, run in groupby(shares.items(), key=lambda each: each[1].n > 0):
        if has_some:
            stretches.append([_mark(week, one, x_of[week]) for week, one in run])
            marks += stretches[-1]
    return ChartLine(
        name, marks, [_points((m.x, m.y) for m in run) for run in stretches], [_band(run) for run in stretches]
    )


def _mark(week: str, one: Share, x: float) -> Mark:
    return Mark(x, y_of(one.rate or 0), y_of(one.low), y_of(one.high), one, week)


def _band(run: Sequence[Mark]) -> str:
    return _points([*((m.x, m.high) for m in run), *((m.x, m.low) for m in reversed(run))])


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)


def dots(groups: Sequence[tuple[str, int, Share]]) -> list[ChartDot]:
    """Questions from left to right, resolution from the bottom up; what has nothing to count is left out."""
    shown = [each for each in groups if each[2].n]
    most = max((questions for _, questions, _ in shown), default=1)
    room = WIDTH - _LEFT - _RIGHT - 2 * _RADIUS[1]
    smallest, largest = _RADIUS
    return [
        ChartDot(
            x=round(_LEFT + _RADIUS[1] + room * (questions / most) ** 0.5, 1),
            y=y_of(one.rate or 0),
            radius=round(smallest + (largest - smallest) * (questions / most) ** 0.5, 1),
            name=name,
            questions=questions,
            share=one,
        )
        for name, questions, one in shown
    ]


def cells(hours: Mapping[int, int]) -> list[Cell]:
    most = max(hours.values(), default=0) or 1
    return [
        Cell(number // 24, number % 24, hours.get(number, 0), round(hours.get(number, 0) / most, 3))
        for number in range(7 * 24)
    ]
