"""What knowledge is used and missed in a period, and what becomes of it on the coming days: counted when asked for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from kb_service.domain.answers import MatterRef
from kb_service.domain.days import Interval, days_later, shanghai_day
from kb_service.domain.knowledge_use import (
    AHEAD,
    Damage,
    HandedOver,
    KnownVersion,
    SwitchDay,
    calendar_ahead,
    ending_soon,
    matters_without,
    never_cited,
    past_review,
    ranked_by_damage,
    used,
)
from kb_service.domain.questions_ahead import DayAhead
from kb_service.domain.reports import month_with
from kb_service.domain.resolution import Coverage, FigureDifference, Period, Share
from kb_service.measuring.recounting import RawRows


class Use(Protocol):
    def known_versions(self) -> Sequence[KnownVersion]: ...

    def replacing(self, document_ids: Sequence[str]) -> Mapping[str, Collection[Interval]]: ...

    def damages(self, period: Period, *, now: datetime) -> Sequence[Damage]: ...

    def handed_over(self, period: Period, *, now: datetime) -> Sequence[HandedOver]: ...

    def cited_versions(self, period: Period, *, now: datetime) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class KnowledgeUse:
    """``in_force``: how many versions are in force on ``today``; ``cited``: how many documents were cited in the
    period. ``without``: ids of matters without a text in force today. ``asked_ahead``: of switch days what becomes of
    known questions, as far as they were asked yet; ``title_of``: of versions that those cite. All lists are whole, the
    worst first."""

    period: Period
    at: datetime
    today: date
    in_force: int
    cited: int
    never_cited: Sequence[KnownVersion]
    damages: Sequence[Damage]
    handed_over: Sequence[HandedOver]
    ending_soon: Sequence[KnownVersion]
    past_review: Sequence[KnownVersion]
    matters: int
    without: Sequence[str]
    ahead: Sequence[SwitchDay]
    asked_ahead: Mapping[date, DayAhead]
    title_of: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MeasuringUse:
    """``catch_up``: takes into the rows of outcomes what is new, a bounded part of it."""

    use: Use
    asked_ahead: Callable[[], Mapping[date, DayAhead]]
    catch_up: Callable[[], None]
    matters: Callable[[], Sequence[MatterRef]]
    now: Callable[[], datetime]

    def knowledge_use(self, period: Period) -> KnowledgeUse:
        self.catch_up()
        now = self.now()
        today = shanghai_day(now)
        versions = self.use.known_versions()
        matter_ids = [each.id for each in self.matters()]
        damages = self.use.damages(period, now=now)
        asked = self.asked_ahead()
        effects = [each for day in asked.values() for each in day.effects]
        cited_ahead = {version_id for each in effects for version_id in (*each.before, *each.after)}
        cited = {each.document_id for each in damages}
        return KnowledgeUse(
            period=period,
            at=now,
            today=today,
            in_force=sum(each.interval.contains(today) for each in versions),
            cited=len(cited),
            never_cited=never_cited(versions, cited, today),
            damages=ranked_by_damage(damages),
            handed_over=self.use.handed_over(period, now=now),
            ending_soon=self._ending_soon(versions, today),
            past_review=past_review(versions, today),
            matters=len(matter_ids),
            without=matters_without(versions, matter_ids, today),
            ahead=_ahead(versions, matter_ids, today),
            asked_ahead=asked,
            title_of={each.version_id: each.title for each in versions if each.version_id in cited_ahead},
        )

    def used(self, period: Period) -> Share:
        """Of the versions in force in the period, those that its answers cite."""
        now = self.now()
        return used(self.use.known_versions(), self.use.cited_versions(period, now=now), period, shanghai_day(now))

    def coverage(self) -> Coverage:
        matter_ids = [each.id for each in self.matters()]
        without = matters_without(self.use.known_versions(), matter_ids, shanghai_day(self.now()))
        return Coverage(len(matter_ids) - len(without), len(matter_ids))

    def days_ahead(self) -> Sequence[SwitchDay]:
        """The switch days after today, the nearest first."""
        matter_ids = [each.id for each in self.matters()]
        return _ahead(self.use.known_versions(), matter_ids, shanghai_day(self.now()))

    def _ending_soon(self, versions: Sequence[KnownVersion], today: date) -> Sequence[KnownVersion]:
        alone = ending_soon(versions, {}, today=today)
        replaced_on = self.use.replacing([each.document_id for each in alone])
        return ending_soon(versions, replaced_on, today=today) if replaced_on else alone


def used_differences(use: Use, rows: RawRows, now: datetime) -> tuple[int, Sequence[FigureDifference]]:
    """Of each month the versions that answers cite, and the share of those in force, counted again from the stored
    answers: how many figures, and those that differ. Answers whose words were erased cite nothing."""
    known, today = use.known_versions(), shanghai_day(now)
    cited: dict[Period, set[str]] = {}
    for answer in rows.answers:
        its = cited.setdefault(month_with(shanghai_day(answer.at)), set())
        its |= {each["version_id"] for each in (answer.body or {}).get("citations", ())}
    found = []
    for month, counted in cited.items():
        kept = use.cited_versions(month, now=now)
        for figure, ours, theirs in (
            ("knowledge.cited", len(kept), len(counted)),
            ("knowledge.used", used(known, kept, month, today).successes, used(known, counted, month, today).successes),
        ):
            if ours != theirs:
                found.append(FigureDifference("month", f"{month.first:%Y-%m}", figure, ours, theirs))
    return 2 * len(cited), found


def _ahead(versions: Sequence[KnownVersion], matter_ids: Sequence[str], today: date) -> Sequence[SwitchDay]:
    until = days_later(today, AHEAD.days) or date.max
    return calendar_ahead(versions, matter_ids, after=today, until=until)
