"""Counting what was resolved, in SQL, over the rows of outcomes with what people said and what became of talks."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    DateTime,
    FromClause,
    Label,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import gaps
from kb_service.adapters.sql.measuring_tables import outcomes
from kb_service.adapters.sql.remembered_weeks import RememberedWeeks
from kb_service.adapters.sql.tables import Moment, feedback, matters
from kb_service.adapters.sql.talk_tables import clocks, escalations
from kb_service.domain.answers import Outcome, Reason
from kb_service.domain.clocks import ClockKind
from kb_service.domain.escalations import GOING_ON, EscalationState, Verdict
from kb_service.domain.gaps import TO_DO
from kb_service.domain.resolution import (
    BACK_WITHIN,
    COUNTED,
    NO_RETURN,
    AssistantCounts,
    By,
    ClockCounts,
    Counts,
    Grouped,
    HumanCounts,
    Period,
    Side,
)

_READ = (
    outcomes.c.id,
    outcomes.c.week,
    outcomes.c.matter_id,
    outcomes.c.department_id,
    outcomes.c.district,
    outcomes.c.channel,
    outcomes.c.outcome,
    outcomes.c.ended_at,
    outcomes.c.is_followed,
    outcomes.c.came_back_at,
)


class _AskedRow(NamedTuple):
    hour: int
    outcome: str
    reasons: str


# Of what rows are grouped by, in that order.
_Values = tuple[str | None, ...]


class SqlResolution:
    """Implements `measuring.Resolution`. Each figure is counted where it lies; of weeks that nothing changes any more
    it is remembered, see `RememberedWeeks`."""

    def __init__(self, database: Database, weeks: RememberedWeeks | None = None) -> None:
        self._database = database
        self._weeks = weeks or RememberedWeeks()

    def counts(self, period: Period | None, by: By, *, now: datetime) -> Grouped:
        """Of all time without a period."""
        return {value: counts for (value,), counts in self.counts_by(period, (by,), now=now).items()}

    def counts_by_week(self, period: Period, by: By, *, now: datetime) -> Mapping[str, Grouped]:
        """By week and, in it, by something else: one look for both."""
        found: dict[str, dict[str | None, Counts]] = {}
        for (week, value), counts in self.counts_by(period, (By.WEEK, by), now=now).items():
            found.setdefault(str(week), {})[value] = counts
        return found

    def counts_by(self, period: Period | None, bys: Sequence[By], *, now: datetime) -> Mapping[_Values, Counts]:
        """By several things at once; the values in the order of ``bys``."""
        with self._database.reading() as connection:
            if period is None:
                assistant = _of_assistant(connection, None, bys, now)
            else:
                assistant = self._assistant_by(connection, period, bys, now)
            human = _of_human(connection, period, bys, now)
        nothing = Counts()
        return {
            values: Counts(assistant.get(values, nothing.assistant), human.get(values, nothing.human))
            for values in [*assistant, *(each for each in human if each not in assistant)]
        }

    def _assistant_by(
        self, connection: Connection, period: Period, bys: Sequence[By], now: datetime
    ) -> dict[_Values, AssistantCounts]:
        owners: tuple[tuple[str, str], ...] = ()
        if By.DEPARTMENT in bys:
            owned = select(matters.c.id, matters.c.department_id).order_by(matters.c.id)
            owners = tuple((row.id, row.department_id) for row in connection.execute(owned))
        found: dict[_Values, AssistantCounts] = {}
        for part in self._weeks.counted(
            connection,
            ("assistant", *bys, owners),
            period,
            now,
            lambda days: _by_week(_of_assistant(connection, days, (By.WEEK, *bys), now)),
        ):
            for values, counts in part.items():
                found[values] = found[values] + counts if values in found else counts
        return found

    def reasons(self, period: Period, *, now: datetime) -> Mapping[Reason, int]:
        """Why questions were not answered by the assistant, the most frequent first; one may have several reasons."""
        found: dict[Reason, int] = {}
        for asked, count in self._asked(period, now).items():
            if asked.outcome in COUNTED - {Outcome.ANSWERED}:
                for each in filter(None, asked.reasons.split(",")):
                    found[Reason(each)] = found.get(Reason(each), 0) + count
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    def hours(self, period: Period, *, now: datetime) -> Mapping[int, int]:
        """Questions by hour of the week, greetings left out."""
        found: dict[int, int] = {}
        for asked, count in self._asked(period, now).items():
            if asked.outcome not in NO_RETURN:
                found[asked.hour] = found.get(asked.hour, 0) + count
        return found

    def _asked(self, period: Period, now: datetime) -> Mapping["_AskedRow", int]:
        """One look for hours and reasons: both are of few kinds."""
        columns = (outcomes.c.hour_of_week, outcomes.c.outcome, outcomes.c.reasons)
        found: dict[_AskedRow, int] = {}
        with self._database.reading() as connection:

            def count(days: Period) -> Mapping[date, list[tuple[_AskedRow, int]]]:
                keys = (outcomes.c.week, *columns)
                query = select(*keys, func.count()).where(*_within(Side.ASSISTANT, days)).group_by(*keys)
                asked_of: dict[date, list[tuple[_AskedRow, int]]] = {}
                for week, *kind, number in connection.execute(query).all():
                    asked_of.setdefault(week, []).append((_AskedRow(*kind), number))
                return asked_of

            for part in self._weeks.counted(connection, "asked", period, now, count):
                for asked, number in part:
                    found[asked] = found.get(asked, 0) + number
        return found

    def clocks(self, period: Period, *, now: datetime) -> Sequence[ClockCounts]:
        """Of talks that began in the period."""
        is_met, is_stopped = clocks.c.met_at.is_not(None), clocks.c.stopped_at.is_not(None)
        ended_at = func.coalesce(clocks.c.met_at, clocks.c.stopped_at, literal(now, Moment()))
        in_time = ended_at < clocks.c.due_at
        query = (
            select(
                clocks.c.kind,
                times(and_(is_met, in_time)),
                times(~in_time),
                times(and_(~is_met, ~is_stopped, in_time)),
                times(and_(~is_met, is_stopped, in_time)),
            )
            .join(outcomes, outcomes.c.id == clocks.c.escalation_id)
            .where(*_within(Side.HUMAN, period))
            .group_by(clocks.c.kind)
        )
        with self._database.reading() as connection:
            found = {ClockKind(row[0]): row for row in connection.execute(query)}
        return [ClockCounts(kind, *(found[kind][1:] if kind in found else (0, 0, 0, 0))) for kind in ClockKind]

    def first_reply_seconds(self, period: Period) -> Sequence[float]:
        """Of the first round only: how long people waited in service hours until anybody replied."""
        query = (
            select(type_coerce(clocks.c.started_at, DateTime()), type_coerce(clocks.c.met_at, DateTime()))
            .join(outcomes, outcomes.c.id == clocks.c.escalation_id)
            .where(*_within(Side.HUMAN, period), clocks.c.kind == ClockKind.FIRST_REPLY, clocks.c.round == 1)
            .where(clocks.c.met_at.is_not(None))
        )
        with self._database.reading() as connection:
            # Of many thousands only the difference matters: without zones they are read in half the time.
            return [(met_at - started_at).total_seconds() for started_at, met_at in connection.execute(query).all()]

    def gaps_to_do(self) -> Sequence[tuple[datetime, datetime]]:
        """When each was found and when it is due."""
        query = select(gaps.c.opened_at, gaps.c.due_at).where(gaps.c.state.in_(TO_DO))
        with self._database.reading() as connection:
            return [(row.opened_at, row.due_at) for row in connection.execute(query)]


def _by_week(counts_of: Mapping[_Values, AssistantCounts]) -> Mapping[date, dict[_Values, AssistantCounts]]:
    """Of counts whose first value is the week."""
    found: dict[date, dict[_Values, AssistantCounts]] = {}
    for (week, *values), counts in counts_of.items():
        found.setdefault(date.fromisoformat(str(week)), {})[tuple(values)] = counts
    return found


def times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _within(side: Side, period: Period | None) -> list[ColumnElement[bool]]:
    its = [outcomes.c.side == side]
    return its if period is None else [*its, outcomes.c.day.between(period.first, period.last)]


def _nobody_back(facts: CTE) -> ColumnElement[bool]:
    """A talk that was opened again and closed later begins its seven days anew."""
    return or_(facts.c.came_back_at.is_(None), facts.c.came_back_at <= facts.c.ended_at)


def _is_settled(facts: CTE, now: datetime) -> ColumnElement[bool]:
    return and_(facts.c.is_followed == 1, facts.c.ended_at <= now - BACK_WITHIN)


def _of_assistant(
    connection: Connection, period: Period | None, bys: Sequence[By], now: datetime
) -> dict[_Values, AssistantCounts]:
    facts = _facts(
        Side.ASSISTANT, period, last_word.c.resolved.label("said"), _is_taken_over(), source=with_last_word()
    )
    is_counted = facts.c.outcome.in_(COUNTED)
    is_answered = facts.c.outcome == Outcome.ANSWERED
    is_handed_over = or_(facts.c.outcome == Outcome.HANDED_OVER, facts.c.is_taken_over)
    is_settled = and_(is_counted, _is_settled(facts, now))
    not_spoken_against = func.coalesce(facts.c.said, 1) == 1
    counted = (
        times(is_counted),
        times(is_answered),
        times(and_(is_counted, is_handed_over)),
        times(and_(is_counted, facts.c.said.is_not(None))),
        times(and_(is_counted, facts.c.said == 1)),
        times(is_settled),
        times(and_(is_settled, is_answered, ~is_handed_over, not_spoken_against, _nobody_back(facts))),
        times(facts.c.outcome == Outcome.CLARIFY),
        times(facts.c.outcome == Outcome.OUT_OF_SCOPE),
    )
    source: FromClause = facts
    department_id: ColumnElement[Any] = facts.c.department_id
    if By.DEPARTMENT in bys:  # that of the matter as it is today; else where the question was handed to
        source = facts.join(matters, matters.c.id == facts.c.matter_id, isouter=True)
        department_id = func.coalesce(matters.c.department_id, facts.c.department_id)
    found = _grouped(connection, [_key(each, facts, department_id) for each in bys], counted, source)
    return {values: AssistantCounts(*numbers) for values, numbers in found.items()}


def _of_human(
    connection: Connection, period: Period | None, bys: Sequence[By], now: datetime
) -> dict[_Values, HumanCounts]:
    facts = _facts(Side.HUMAN, period)
    verdict = escalations.c.verdict_of_person
    is_going_on = escalations.c.state.in_(GOING_ON)
    is_settled = and_(~is_going_on, _is_settled(facts, now))
    is_resolved = and_(escalations.c.state == EscalationState.RESOLVED, escalations.c.verdict == Verdict.RESOLVED)
    not_spoken_against = or_(verdict.is_(None), verdict == Verdict.RESOLVED)
    counted = (
        func.count(),
        times(is_going_on),
        times(verdict.is_not(None)),
        times(verdict == Verdict.RESOLVED),
        times(is_settled),
        times(and_(is_settled, is_resolved, not_spoken_against, _nobody_back(facts))),
    )
    source = facts.join(escalations, escalations.c.id == facts.c.id)
    keys = [_key(each, facts, escalations.c.department_id) for each in bys]
    found = _grouped(connection, keys, counted, source)
    return {values: HumanCounts(*numbers) for values, numbers in found.items()}


def _key(by: By, facts: CTE, department_id: ColumnElement[Any]) -> ColumnElement[Any]:
    match by:
        case By.DEPARTMENT:
            return department_id
        case By.MATTER:
            return facts.c.matter_id
        case By.DISTRICT:
            return facts.c.district
        case By.CHANNEL:
            return facts.c.channel
        case By.WEEK:
            return facts.c.week


def _grouped(
    connection: Connection,
    keys: Sequence[ColumnElement[Any]],
    counted: Sequence[ColumnElement[Any]],
    source: FromClause,
) -> dict[_Values, tuple[int, ...]]:
    found: dict[_Values, tuple[int, ...]] = {}
    for row in connection.execute(select(*keys, *counted).select_from(source).group_by(*keys)).all():
        values = tuple(None if each is None else str(each) for each in row[: len(keys)])
        found[values] = tuple(int(each) for each in row[len(keys) :])
    return found


def _facts(side: Side, period: Period | None, *more: ColumnElement[Any], source: FromClause = outcomes) -> CTE:
    """The rows of one side, ``more`` looked up once for each: left to choose, SQLite looks up anew for each sum."""
    query = select(*_READ, *more).select_from(source).where(*_within(side, period))
    return query.cte("facts").prefix_with("MATERIALIZED")


last_word = feedback.alias("last_word")


def with_last_word() -> FromClause:
    """The rows of outcomes, each with what the person said last of whether the answer helped.

    A join with the table itself: SQLite finds its rows by their index, PostgreSQL reads them all at once.
    """
    later = feedback.alias("later")
    is_said = [last_word.c.answer_id == outcomes.c.id, last_word.c.resolved.is_not(None)]
    said_later = select(later.c.id).where(
        later.c.answer_id == last_word.c.answer_id, later.c.resolved.is_not(None), later.c.id > last_word.c.id
    )
    return outcomes.outerjoin(last_word, and_(*is_said, ~said_later.exists()))


def _is_taken_over() -> Label[Any]:
    """Whether a talk was opened on an answer; looked up where the answer itself did not hand over."""
    has_talk = select(escalations.c.id).where(escalations.c.answer_id == outcomes.c.id).exists()
    is_handed_over = outcomes.c.outcome == Outcome.HANDED_OVER
    return case((is_handed_over, true()), else_=has_talk).label("is_taken_over")
