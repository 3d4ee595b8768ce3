"""Knowledge in use: what texts are good for, and what ends or begins ahead; docs/decisions/0047-knowledge-in-use.md.

Days are those of Shanghai. Everything here is computed from intervals and counts; nothing is asked.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kb_service.domain.answers import Reason
from kb_service.domain.days import Interval, days_later
from kb_service.domain.resolution import Period, Share, share

# How far ahead switch days are looked for, and how long before its end a text without a successor is listed.
AHEAD = timedelta(days=180)
ENDS_WITHIN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """An approved version that the index has, with the days on which it is in force."""

    version_id: str
    document_id: str
    title: str
    matter_id: str | None
    department: str | None
    published_on: date
    interval: Interval
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class CitedCounts:
    """Of the answers of a period that cite a document. ``unresolved``: the person's last word is 未解决; ``returned``:
    the asker was back on the matter, or opened a talk, within seven days; ``settled``: the seven days are over, and
    could be followed; ``failed``: of those, unresolved, returned or taken over by a talk."""

    cited: int = 0
    unresolved: int = 0
    returned: int = 0
    settled: int = 0
    failed: int = 0

    def __add__(self, other: "CitedCounts") -> "CitedCounts":
        return CitedCounts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def failure(self) -> Share:
        return share(self.failed, self.settled)

    @property
    def expected_damage(self) -> float:
        """``cited`` × the lower end of the 95 % Wilson interval of ``failed`` of ``settled``: so many of the answers
        that cite it are to be expected to have failed at the least. One failure of one is worth 0.2 answers, so that
        a document is not put first by chance."""
        return self.cited * self.failure.low


@dataclass(frozen=True, slots=True)
class Damage:
    """A document by its newest version that readers may see."""

    document_id: str
    version_id: str
    title: str
    matter_id: str | None
    department: str | None
    counts: CitedCounts


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Of a matter's questions in the period, those that people took over and those with no answer; ``reasons``: why,
    the most frequent first."""

    matter_id: str | None
    questions: int
    handed_over: int
    not_answered: int
    reasons: Mapping[Reason, int]

    @property
    def lost(self) -> Share:
        return share(self.handed_over + self.not_answered, self.questions)


@dataclass(frozen=True, slots=True)
class SwitchDay:
    """A day on which approved versions begin or end. ``replaced``: documents of which one version follows another that
    day. ``lost``, ``gained``: ids of matters without a text in force from that day on, or with one again;
    ``without``: how many have none that day."""

    day: date
    begin: Sequence[KnownVersion]
    end: Sequence[KnownVersion]
    lost: Sequence[str]
    gained: Sequence[str]
    without: int

    @property
    def replaced(self) -> frozenset[str]:
        return frozenset(one.document_id for one in self.begin) & frozenset(one.document_id for one in self.end)


def never_cited(
    versions: Iterable[KnownVersion], cited_documents: Collection[str], today: date
) -> Sequence[KnownVersion]:
    """Those in force today of documents of which no version was cited, the oldest first."""
    found = [each for each in versions if each.interval.contains(today) and each.document_id not in cited_documents]
    return sorted(found, key=lambda each: (each.interval.start_day, each.published_on, each.version_id))


def is_past_review(review_by: date | None, today: date) -> bool:
    """The day itself is there for the review."""
    return review_by is not None and review_by < today


def past_review(versions: Iterable[KnownVersion], today: date) -> Sequence[KnownVersion]:
    """Those in force today whose review date is over, the oldest first."""
    found = [each for each in versions if each.interval.contains(today) and is_past_review(each.review_by, today)]
    return sorted(found, key=lambda each: (each.review_by or date.max, each.version_id))


def used(versions: Iterable[KnownVersion], cited_versions: Collection[str], period: Period, today: date) -> Share:
    """Of the versions that were published and in force on a day of the period up to today, those that its answers
    cite."""
    last = min(period.last, today)
    there = [
        each.version_id
        for each in versions
        if each.published_on <= last and _is_in_force_within(each.interval, period.first, last)
    ]
    return share(sum(each in cited_versions for each in there), len(there))


def _is_in_force_within(interval: Interval, first: date, last: date) -> bool:
    return not (interval.is_empty or interval.starts_after(last) or interval.has_ended_by(first))


def matters_without(versions: Iterable[KnownVersion], matter_ids: Iterable[str], day: date) -> Sequence[str]:
    """Of these matters those about which no text is in force that day, in their order."""
    covered = {each.matter_id for each in versions if each.interval.contains(day)}
    return [each for each in matter_ids if each not in covered]


def calendar_ahead(
    versions: Sequence[KnownVersion], matter_ids: Collection[str], *, after: date, until: date
) -> Sequence[SwitchDay]:
    """The days after ``after`` and up to ``until`` on which a version begins or ends, in their order."""
    begin, end = _by_day(versions, after, until)
    in_force = Counter(each.matter_id for each in versions if each.interval.contains(after))
    without = sum(not in_force[each] for each in matter_ids)
    found = []
    for day in sorted({*begin, *end}):
        touched = {each.matter_id for each in (*begin.get(day, ()), *end.get(day, ()))} & {*matter_ids}
        had = {each for each in touched if in_force[each]}
        in_force.update(each.matter_id for each in begin.get(day, ()))
        in_force.subtract(each.matter_id for each in end.get(day, ()))
        has = {each for each in touched if in_force[each]}
        without += len(had - has) - len(has - had)
        found.append(
            SwitchDay(day, begin.get(day, []), end.get(day, []), sorted(had - has), sorted(has - had), without)
        )
    return found


def _by_day(
    versions: Iterable[KnownVersion], after: date, until: date
) -> tuple[Mapping[date, list[KnownVersion]], Mapping[date, list[KnownVersion]]]:
    """Those that begin and those that end on each day after ``after`` and up to ``until``."""
    begin: dict[date, list[KnownVersion]] = {}
    end: dict[date, list[KnownVersion]] = {}
    for each in versions:
        if each.interval.is_empty:
            continue
        for day_number, of_day in ((each.interval.start_day, begin), (each.interval.end_day, end)):
            if after.toordinal() < day_number <= until.toordinal():
                of_day.setdefault(date.fromordinal(day_number), []).append(each)
    return begin, end


def ending_soon(
    versions: Sequence[KnownVersion], replaced_on: Mapping[str, Collection[Interval]], *, today: date
) -> Sequence[KnownVersion]:
    """Those in force today that end within 90 days, when neither a version of the same document nor one that replaces
    it (``replaced_on``: its declared days, by the id of the document replaced) is in force on the day of their end."""
    until = (days_later(today, ENDS_WITHIN.days) or date.max).toordinal()
    of_document: dict[str, list[Interval]] = {}
    for each in versions:
        of_document.setdefault(each.document_id, []).append(each.interval)

    def has_successor(one: KnownVersion) -> bool:
        end = date.fromordinal(one.interval.end_day)
        following = (*of_document[one.document_id], *replaced_on.get(one.document_id, ()))
        return any(each.contains(end) for each in following)

    found = [each for each in versions if each.interval.contains(today) and each.interval.end_day <= until]
    return sorted(
        (each for each in found if not has_successor(each)), key=lambda each: (each.interval.end_day, each.version_id)
    )


def ranked_by_damage(damages: Iterable[Damage]) -> Sequence[Damage]:
    """Those with a failure, the greatest expected damage first."""
    found = [each for each in damages if each.counts.failed or each.counts.unresolved or each.counts.returned]
    return sorted(found, key=lambda each: (-each.counts.expected_damage, -each.counts.cited, each.document_id))
