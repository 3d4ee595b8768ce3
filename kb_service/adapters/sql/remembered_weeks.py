"""What was counted of weeks that nothing changes any more, kept in the process until something does change in them.

A week is kept once all its answers are more than seven days old: whoever comes back on them later counts no more. What
can still change is looked for before each count: answers taken in late, what people say of old answers, talks that are
opened on them. Erased words, or another database under the service, and everything is counted anew.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection, Table, func, select

from kb_service.adapters.sql.measuring_tables import outcomes
from kb_service.adapters.sql.schedules import chunks
from kb_service.adapters.sql.tables import feedback
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.domain.days import shanghai_day
from kb_service.domain.resolution import BACK_WITHIN, Period, week_of

Counted = TypeVar("Counted")

_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)
# What another process was just writing when the last look came is found by the next.
_SLACK = timedelta(hours=1)


# A row that may change later, as it was: its id, when it was changed last, and the answer that it is about.
_Row = tuple[str, datetime, str | None]


@dataclass(frozen=True, slots=True)
class _Seen:
    """Of the rows that counts are made of, how far they were seen. ``last_id``: of the answer with that number.
    ``said``, ``talks``: of feedback and escalations those changed last."""

    number: int
    last_id: str | None
    erased: int
    said: Set[_Row]
    talks: Set[_Row]


class RememberedWeeks:
    def __init__(self) -> None:
        self._lock = Lock()
        # None: nothing was there to count.
        self._kept: dict[tuple[Hashable, date], object | None] = {}
        self._seen: _Seen | None = None
        # Whether somebody may still wait for a count of all weeks: until whoever fills it has asked for all figures.
        self.is_cold = True

    def counted(
        self,
        connection: Connection,
        name: Hashable,
        period: Period,
        now: datetime,
        count: Callable[[Period], Mapping[date, Counted]],
    ) -> list[Counted]:
        """The counts of the weeks of a period, to be added up: made now, or kept from before.

        ``name``: of what is counted, and of all that it depends on besides the rows looked at here. ``count``: of days,
        by the Monday of their week; a week that has nothing may be missing.
        """
        kept_of = self._follow(connection)
        found: list[Counted] = []
        for days, weeks in _runs(period, shanghai_day(now), lambda week: (name, week) in kept_of):
            if days is None:
                found += [each for week in weeks if (each := kept_of[name, week]) is not None]  # type: ignore[misc]
                continue
            made = count(days)
            found += made.values()
            with self._lock:
                if kept_of is self._kept:  # else something changed meanwhile, perhaps in one of these weeks
                    kept_of.update({(name, week): made.get(week) for week in weeks})
        return found

    def filled(self) -> None:
        """Everything that pages show was asked for."""
        self.is_cold = False

    def _follow(self, connection: Connection) -> dict[tuple[Hashable, date], object | None]:
        """What is kept, without the weeks in which something changed."""
        with self._lock:
            before = self._seen
            self._seen = now_seen = _look(connection, before)
            if before is None or _is_another(connection, before) or now_seen.erased != before.erased:
                self._kept, self.is_cold = {}, True
            elif touched := _touched(connection, before, now_seen):
                self._kept = {key: each for key, each in self._kept.items() if key[1] not in touched}
            return self._kept


def _runs(
    period: Period, today: date, is_kept: Callable[[date], bool]
) -> Iterator[tuple[Period | None, Sequence[date]]]:
    """Neighbouring parts of a period that are to be counted, as one, with those of its weeks that may be kept; and,
    without days, the weeks that are kept: many looks at a few days each take the database longer than one at all."""
    for is_known, parts in groupby(_parts(period, today), key=lambda part: part[1] is not None and is_kept(part[1])):
        run = list(parts)
        weeks = [week for _, week in run if week is not None]
        yield (None if is_known else Period(run[0][0].first, run[-1][0].last)), weeks


def _parts(period: Period, today: date) -> Iterator[tuple[Period, date | None]]:
    """Whole weeks that are over long enough, each by its Monday, and the days between them, in a row as one."""
    day = period.first
    while day <= period.last:
        if _begins_a_kept_week(day, period.last, today):
            yield Period(day, day + _WEEK - _DAY), day
            day += _WEEK
            continue
        end = day
        while end < period.last and not _begins_a_kept_week(end + _DAY, period.last, today):
            end += _DAY
        yield Period(day, end), None
        day = end + _DAY


def _begins_a_kept_week(day: date, period_ends: date, today: date) -> bool:
    following = day + _WEEK
    return day == week_of(day) and following <= period_ends + _DAY and following + BACK_WITHIN <= today


def _look(connection: Connection, before: _Seen | None) -> _Seen:
    last = select(outcomes.c.number, outcomes.c.id).where(outcomes.c.number.is_not(None))
    newest = connection.execute(last.order_by(outcomes.c.number.desc()).limit(1)).first()
    erased = select(func.count()).select_from(outcomes).where(outcomes.c.asker.is_(None))
    return _Seen(
        number=newest.number if newest else 0,
        last_id=newest.id if newest else None,
        erased=int(connection.execute(erased).scalar_one()),
        said=_changed_last(connection, feedback, before.said if before else ()),
        talks=_changed_last(connection, escalations, before.talks if before else ()),
    )


def _changed_last(connection: Connection, table: Table, before: Collection[_Row]) -> Set[_Row]:
    """Those changed since an hour before the last change that was seen; without one, before the last there is."""
    since = max((changed_at for _, changed_at, _ in before), default=None)
    if since is None:
        since = connection.execute(select(func.max(table.c.changed_at))).scalar()
    if since is None:
        return frozenset()
    query = select(table.c.id, table.c.changed_at, table.c.answer_id).where(table.c.changed_at >= since - _SLACK)
    return frozenset((str(row.id), row.changed_at, row.answer_id) for row in connection.execute(query))


def _is_another(connection: Connection, before: _Seen) -> bool:
    """Whether another database was put under the service: the answer that was the last one is not there."""
    if before.last_id is None:
        return False
    there = select(outcomes.c.number).where(outcomes.c.id == before.last_id)
    return connection.execute(there).scalar() != before.number


def _touched(connection: Connection, before: _Seen, now_seen: _Seen) -> set[date]:
    """The weeks in which something changed; who came late may have come back on what was asked the week before."""
    found: set[date] = set()
    if now_seen.number > before.number:
        new = select(outcomes.c.week).distinct().where(outcomes.c.number > before.number)
        for week in connection.execute(new).scalars():
            found |= {week, week - _WEEK}
    changed = (now_seen.said - before.said) | (now_seen.talks - before.talks)
    answer_ids = {answer_id for _, _, answer_id in changed if answer_id}
    for some in chunks(answer_ids):
        its = select(outcomes.c.week).distinct().where(outcomes.c.id.in_(some))
        found |= set(connection.execute(its).scalars())
    return found
