"""The period that figures are asked of: the same two days, `from` and `to`, at every door."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Query
from pydantic import BeforeValidator

from kb_service.api.access import ServiceOf
from kb_service.domain.causes import Cause
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.resolution import Period

_LONGEST = timedelta(days=3 * 366)
# Weeks and months around a period are counted with, so there have to be some.
_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)

# A form sends the empty text for a day that nobody filled in.
DayOrNone = Annotated[date | None, BeforeValidator(lambda value: value or None)]
_From = Annotated[DayOrNone, Query(alias="from", description="The first day; else that of eleven weeks ago.")]
_To = Annotated[DayOrNone, Query(alias="to", description="The last day, counted in; else today.")]


def _period(service: ServiceOf, first: _From = None, last: _To = None) -> Period:
    """Raises InvalidRecord for a period that ends before it begins, takes more than three years, or is at the end of
    time."""
    usual = service.measuring.usual_period()
    end = last or (usual.last if first is None or first <= usual.last else first)
    begin = first or min(usual.first, end)
    if not _EARLIEST <= begin <= end <= _LATEST or end - begin > _LONGEST:
        raise InvalidRecord(
            f"from {begin} to {end} is no period of at most three years between 1900 and 2999",
            Cause("no_period", {"first": str(begin), "last": str(end)}),
        )
    return Period(begin, end)


AskedPeriod = Annotated[Period, Depends(_period)]
