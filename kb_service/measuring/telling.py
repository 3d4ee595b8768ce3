"""What is told everybody of a month that is over: made once its questions are seven days old, so that it stays."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kb_service.domain.causes import Cause
from kb_service.domain.days import shanghai_day
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.matters import Matter
from kb_service.domain.public_record import UNKNOWN, PublicRecord, Tables, public_rows
from kb_service.domain.reports import moments_of, month_of
from kb_service.domain.resolution import BACK_WITHIN, By, Counts, Period


class ResolutionBy(Protocol):
    def counts_by(
        self, period: Period, bys: Sequence[By], *, now: datetime
    ) -> Mapping[tuple[str | None, ...], Counts]: ...


@dataclass(frozen=True, slots=True)
class Telling:
    """``smallest``: no count below it is told. ``districts``: by their full names; others are told as unknown, since
    clients name them."""

    resolution: ResolutionBy
    matters: Callable[[], Sequence[Matter]]
    smallest: int
    now: Callable[[], datetime]
    districts: Collection[str]

    def month(self, written: str) -> PublicRecord:
        """Of ``2026-11``. Raises InvalidRecord for what is no month, and for one whose seven days are not over: told
        twice, the difference would tell of few people."""
        at = self.now()
        period = month_of(written, today=shanghai_day(at))
        settled_at = moments_of(period)[1] + BACK_WITHIN
        if at < settled_at:
            day = shanghai_day(settled_at)
            raise InvalidRecord(f"{written} can be told from {day} on", Cause("month_not_settled", {"day": str(day)}))
        owner_of = {each.id: each.department_id for each in self.matters()}
        total, rows = public_rows(self._tables(period, owner_of, at), owner_of, self.smallest)
        return PublicRecord(period, at, self.smallest, total, rows)

    def _tables(self, period: Period, owner_of: Mapping[str, str], at: datetime) -> Tables:
        pairs: dict[tuple[str, str], Counts] = {}
        found = self.resolution.counts_by(period, (By.MATTER, By.DEPARTMENT), now=at)
        for (matter, department), counts in found.items():
            key = (matter if matter in owner_of else UNKNOWN) or UNKNOWN, department or UNKNOWN
            pairs[key] = pairs.get(key, Counts()) + counts
        return Tables(pairs, self._districts(period, at), self._table(period, By.WEEK, at))

    def _districts(self, period: Period, at: datetime) -> Mapping[str, Counts]:
        found: dict[str, Counts] = {}
        for value, counts in self._table(period, By.DISTRICT, at).items():
            name = value if value in self.districts else UNKNOWN
            found[name] = found.get(name, Counts()) + counts
        return found

    def _table(self, period: Period, by: By, at: datetime) -> Mapping[str, Counts]:
        found = self.resolution.counts_by(period, (by,), now=at)
        return {value or UNKNOWN: counts for (value,), counts in found.items()}
