"""Live resolution: what was resolved, as people say and as their silence implies; docs/decisions/0044-resolution.md.

Two sides are counted apart: the assistant by questions, human help by talks. Days and weeks are those of Shanghai.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from operator import add, attrgetter
from typing import Self

from kb_service.domain.answers import Outcome, Reason
from kb_service.domain.clocks import ClockKind
from kb_service.domain.days import SHANGHAI
from kb_service.domain.masking import masked
from kb_service.domain.matters import region_path
from kb_service.domain.shares import wilson_interval

# Of an object those of its attributes that have these names.
_numbers_of = cache(lambda names: attrgetter(*names))
# Who is not back on the matter within so long after the answer, or the end of the talk, is taken to be helped.
BACK_WITHIN = timedelta(days=7)
# Questions that the assistant could resolve. A question back is followed by the question it asks for; greetings, and
# what is not its business, are outside all rates.
COUNTED = frozenset({Outcome.ANSWERED, Outcome.NO_SOURCE, Outcome.NOT_GROUNDED, Outcome.HANDED_OVER})
# The channel of questions that `kb eval` asks: nobody's, so in no figure and no gap.
EVALUATION = "evaluation"
# 新疆生产建设兵团 has eight characters.
_LONGEST_DISTRICT = 12
# Coming back to say thanks is not coming back on the matter.
NO_RETURN = frozenset({Outcome.COURTESY})


class Side(StrEnum):
    ASSISTANT = "assistant"
    HUMAN = "human"


class By(StrEnum):
    MATTER = "matter"
    DEPARTMENT = "department"
    DISTRICT = "district"
    CHANNEL = "channel"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Target:
    """What the city wants to reach, and where it says so."""

    rate: float
    year: int
    source: str


_PLAN_2021 = "沪府办发〔2021〕26号"
_LATER = "2024年工作目标"
ASSISTANT_TARGETS = (Target(0.5, 2022, _PLAN_2021), Target(0.8, 2025, _LATER))
HUMAN_TARGETS = (Target(0.9, 2022, _PLAN_2021),)
# Matters: 35 in 2021, 100 in 2022.
MATTER_TARGETS = (35, 100)


@dataclass(frozen=True, slots=True)
class Share:
    """``rate`` is ``successes`` of ``n``, None of nothing; ``low`` and ``high``: its 95 % Wilson interval."""

    successes: int
    n: int
    rate: float | None
    low: float
    high: float


def share(successes: int, n: int) -> Share:
    low, high = wilson_interval(successes, n)
    return Share(successes, n, successes / n if n else None, low, high)


class _Sums:
    """Counts that add up field by field."""

    __slots__: tuple[str, ...] = ()

    def __add__(self, other: Self) -> Self:
        # `astuple` copies deeply: over a year's groups that took longer than the counting.
        numbers = _numbers_of(self.__slots__)
        return type(self)(*map(add, numbers(self), numbers(other)))


@dataclass(frozen=True, slots=True)
class AssistantCounts(_Sums):
    """Of questions. ``questions``: those counted; ``handed_over``: of them, by the answer or by a talk opened on it;
    ``said``: of which the person said whether they were resolved; ``settled``: whose seven days are over;
    ``implied``: of those, answered, not handed over, not said to be unresolved, and nobody back. Beside the rates:
    ``asked_back`` and ``out_of_scope``."""

    questions: int = 0
    answered: int = 0
    handed_over: int = 0
    said: int = 0
    said_resolved: int = 0
    settled: int = 0
    implied: int = 0
    asked_back: int = 0
    out_of_scope: int = 0

    @property
    def confirmed(self) -> Share:
        return share(self.said_resolved, self.said)

    @property
    def implied_share(self) -> Share:
        return share(self.implied, self.settled)


@dataclass(frozen=True, slots=True)
class HumanCounts(_Sums):
    """Of talks. ``going_on``: not closed yet; ``said``: with the person's own verdict; ``settled``: closed, and the
    seven days after it are over; ``implied``: of those, resolved as the helper says, no other word of the person, and
    nobody back."""

    talks: int = 0
    going_on: int = 0
    said: int = 0
    said_resolved: int = 0
    settled: int = 0
    implied: int = 0

    @property
    def confirmed(self) -> Share:
        return share(self.said_resolved, self.said)

    @property
    def implied_share(self) -> Share:
        return share(self.implied, self.settled)


@dataclass(frozen=True, slots=True)
class Counts:
    assistant: AssistantCounts = field(default_factory=AssistantCounts)
    human: HumanCounts = field(default_factory=HumanCounts)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.assistant + other.assistant, self.human + other.human)


# By the value that they are grouped by: an id, a district, a channel, the Monday of a week; None where nobody knows.
Grouped = Mapping[str | None, Counts]


@dataclass(frozen=True, slots=True)
class Period:
    """Days ``first`` to ``last``, both in it."""

    first: date
    last: date

    @property
    def months(self) -> Sequence[str]:
        found, day = [], self.first.replace(day=1)
        while day <= self.last:
            found.append(day.isoformat()[:7])
            day = (day + timedelta(days=32)).replace(day=1)
        return found


@dataclass(frozen=True, slots=True)
class ClockCounts:
    """Of the clocks of one kind: met before they were due, late, still running, and stopped before they were due."""

    kind: ClockKind
    met: int
    late: int
    running: int
    stopped: int

    @property
    def kept(self) -> Share:
        return share(self.met, self.met + self.late)


@dataclass(frozen=True, slots=True)
class FirstReplies:
    """Seconds of service hours from the start of the clock to the first reply; None where there is none."""

    n: int
    median_seconds: float | None
    p90_seconds: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """``covered``: matters about which a text is in force today, of all ``matters``."""

    covered: int
    matters: int


@dataclass(frozen=True, slots=True)
class GapAges:
    """Gaps that are to be filled, by how many days ago they were found; the last bound is None."""

    up_to_days: int | None
    on_time: int
    late: int


GAP_AGES = (1, 3, 5, 10, None)


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """A figure that is not what its rows say. ``by``: a `By`, or month. ``kept``: as the service counts it;
    ``counted``: from the raw rows."""

    by: str
    value: str | None
    figure: str
    kept: int
    counted: int


def differences(by: By, kept: Grouped, counted: Grouped) -> list[FigureDifference]:
    found = []
    for value in sorted({*kept, *counted}, key=lambda each: each or ""):
        one, other = kept.get(value, Counts()), counted.get(value, Counts())
        for side in Side:
            ours, theirs = getattr(one, side), getattr(other, side)
            for each in fields(ours):
                pair = getattr(ours, each.name), getattr(theirs, each.name)
                if pair[0] != pair[1]:
                    found.append(FigureDifference(by, value, f"{side}.{each.name}", *pair))
    return found


def week_of(day: date) -> date:
    """Its Monday."""
    return day - timedelta(days=day.weekday())


def hour_of_week(at: datetime) -> int:
    """0 is Monday from midnight to one, 167 Sunday's last hour."""
    there = at.astimezone(SHANGHAI)
    return there.weekday() * 24 + there.hour


def district_of(region: str | None) -> str | None:
    """The district in ``上海市/浦东新区``; None of the city as a whole, and of what clients send that names none: it
    stands in every figure, so nothing of a person may."""
    parts = (region_path(region) or "").split("/")
    name = parts[1] if len(parts) > 1 else ""
    return name if 0 < len(name) <= _LONGEST_DISTRICT and _is_of_nobody(name) else None


@lru_cache(maxsize=1000)
def _is_of_nobody(name: str) -> bool:
    return masked(name) == name


def first_replies(seconds: Sequence[float]) -> FirstReplies:
    """Percentiles by nearest rank."""
    ordered = sorted(max(0.0, each) for each in seconds)
    if not ordered:
        return FirstReplies(0, None, None)
    return FirstReplies(len(ordered), _at_rank(ordered, 50), _at_rank(ordered, 90))


def _at_rank(ordered: Sequence[float], percent: int) -> float:
    return ordered[-(-len(ordered) * percent // 100) - 1]


def gap_ages(opened_and_due: Sequence[tuple[datetime, datetime]], now: datetime) -> list[GapAges]:
    found, above = [], -1
    for bound in GAP_AGES:
        inside = [
            due <= now
            for opened, due in opened_and_due
            if above < (age := (now - opened).days) and (bound is None or age <= bound)
        ]
        found.append(GapAges(bound, len(inside) - sum(inside), sum(inside)))
        above = bound if bound is not None else above
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is told of a period. ``behind``: answers that are not counted yet. ``left_out``: groups that are not
    listed, those with the fewest questions."""

    period: Period
    by: By
    at: datetime
    total: Counts
    groups: Grouped
    left_out: int
    reasons: Mapping[Reason, int]
    clocks: Sequence[ClockCounts]
    first_replies: FirstReplies
    behind: int
