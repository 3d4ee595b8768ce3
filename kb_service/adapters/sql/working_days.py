"""What an administrator entered of the calendar: days that differ from the announced ones, and whole years."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, insert, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.seals import seals
from kb_service.adapters.sql.tables import calendar_days, calendar_years
from kb_service.adapters.sql.trail import record
from kb_service.domain.calendar import CalendarDay, WorkingCalendar


class SqlWorkingDays:
    """The announced calendar with the entries of the database laid over it."""

    def __init__(self, database: Database, announced: WorkingCalendar) -> None:
        self._database = database
        self._announced = announced

    def calendar(self) -> WorkingCalendar:
        with self._database.reading() as connection:
            days = connection.execute(select(calendar_days)).all()
            years = connection.execute(select(calendar_years.c.year)).scalars().all()
        return self._announced.with_overrides(
            {row.day: CalendarDay(bool(row.is_working), row.name) for row in days}, years
        )

    def replace_year(self, year: int, days: Mapping[date, CalendarDay], *, actor: str, at: datetime) -> None:
        """These are the days of the year that differ from plain weeks or from what was announced; the year counts as
        announced from now on."""
        start, end = date(year, 1, 1), date(year, 12, 31)
        with self._database.writing() as connection:
            of_before = select(calendar_days.c.day).where(calendar_days.c.day.between(start, end))
            named = {*connection.execute(of_before).scalars(), *days}
            subjects = [("calendar_day", day.isoformat()) for day in sorted(named)]
            was = seals(connection, [("calendar_year", str(year)), *subjects])
            connection.execute(delete(calendar_days).where(calendar_days.c.day.between(start, end)))
            connection.execute(delete(calendar_years).where(calendar_years.c.year == year))
            connection.execute(insert(calendar_years).values(year=year, announced_by=actor, announced_at=at))
            rows = [{"day": d, "is_working": int(c.is_working), "name": c.name} for d, c in sorted(days.items())]
            if rows:
                connection.execute(insert(calendar_days), rows)
            detail = {"year": year, "days": {d.isoformat(): [c.is_working, c.name] for d, c in sorted(days.items())}}
            record(connection, at=at, actor=actor, action="calendar", detail=detail, was=was)
