"""The State Council's announced holidays and make-up days, from the package chinesecalendar."""

from datetime import date

from kb_service.domain.calendar import CalendarDay, WorkingCalendar

_MAKE_UP_DAY = CalendarDay(is_working=True, name="调休上班")

# The names the notices use, where the package shortens them.
_FULL_NAME_OF = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def statutory_calendar() -> WorkingCalendar:
    """Every year the installed package covers, from 2004 on. Builds it anew: keep the result.

    A year counts as announced when its National Day is listed: every notice has that day, while a New Year holiday may
    reach across the year's end into a year that has no notice yet.
    """
    # Imported here because it builds its tables, and a command that needs no calendar should not wait for them.
    from chinese_calendar.constants import Holiday, holidays, workdays

    years = frozenset(day.year for day in holidays if (day.month, day.day) == (10, 1))
    listed: dict[date, CalendarDay] = {}
    for day, english in holidays.items():
        name = Holiday(english).chinese
        listed[day] = CalendarDay(is_working=False, name=_FULL_NAME_OF.get(name, name))
    listed.update(dict.fromkeys(workdays, _MAKE_UP_DAY))
    return WorkingCalendar(announced_years=years, listed=listed)
