"""The date filter: each version is shown on its days and on no others, by days computed with none of the service's own
rules."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Seen
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.domain.documents import Audience, Version, VersionState
from kb_service.service import Service

_FOUND_AMONG = 10
_WORDS = 40


@dataclass(frozen=True, slots=True)
class Days:
    """The first day in force and the first day no longer; None is open."""

    first: date | None
    end: date | None

    def has(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.end is None or day < self.end)


def days_of(versions: Sequence[Version]) -> Mapping[str, Days]:
    """Of approved versions, by id: until the end they declare, the start of the next one of the same document, or the
    start of one that replaces or repeals it. Of two of one day the later approval counts, so these are left out."""
    of_document: dict[str, list[Version]] = defaultdict(list)
    ended_on: dict[str, list[date]] = defaultdict(list)
    for each in versions:
        of_document[each.document_id].append(each)
        start = each.metadata.effective_from
        for other in each.metadata.ended_documents(each.document_id):
            if start is not None:
                ended_on[other].append(start)
    found: dict[str, Days] = {}
    for document_id, same in of_document.items():
        for each in same:
            start = each.metadata.effective_from
            others = [one.metadata.effective_from for one in same if one is not each]
            if start in others:
                continue
            later = [day for day in (*others, *ended_on[document_id]) if day and (start is None or day > start)]
            found[each.id] = Days(
                start, min((day for day in (each.metadata.effective_to, *later) if day), default=None)
            )
    return found


def approved_versions(service: Service) -> list[Version]:
    library = service.library
    versions = [each for document in library.document_ids() for each in library.versions_of(document)]
    return [each for each in versions if each.state is VersionState.APPROVED]


def of_days(service: Service, today: date) -> list[Measured]:
    """Each version is searched for with its own words on both sides of its borders. ``shown`` counts those alone that
    are found in the middle of their time, so that it tells of the days and not of the search."""
    versions = approved_versions(service)
    days = days_of(versions)
    shown, hidden = [], []
    for version in versions:
        if version.id not in days:
            continue
        own = days[version.id]
        is_found = version.id in versions_found(service, version, middle(own, today))
        for day in _borders(own):
            found = versions_found(service, version, day)
            name = f"{version.document_id}@{version.metadata.effective_from}:{day}"
            said = f"{version.metadata.title}（{day}）"
            wrong = [each for each in found if each in days and not days[each].has(day)]
            hidden.append(
                Case(name, said, float(not wrong), note=f"{len(wrong)} versions of other days" if wrong else "")
            )
            if own.has(day) and is_found:
                shown.append(Case(name, said, float(version.id in found)))
    return [Measured("days.shown", tuple(shown)), Measured("days.hidden", tuple(hidden))]


def of_cited_days(service: Service, seen: Sequence[Seen]) -> Measured:
    """Each citation against the same days; one out of force is a violation."""
    days = days_of(approved_versions(service))
    cases, violations = [], []
    for each in seen:
        cited = [one for one in each.answer.citations if one.version_id in days]
        if not cited:
            continue
        wrong = [one for one in cited if not days[one.version_id].has(each.answer.as_of)]
        day = f" on {each.answer.as_of}"
        violations += [
            f"{each.question.id}: {one.document_id} from {one.effective_from} is not in force{day}" for one in wrong
        ]
        cases.append(Case(each.question.id, each.question.text, float(not wrong)))
    return Measured("days.cited", tuple(cases), tuple(violations))


def _words_of(service: Service, version: Version) -> str:
    passages = service.library.passages_of_version(version.id)
    own = passages[0].passage.text if passages else version.text
    return f"{version.metadata.question or version.metadata.title} {own[:_WORDS]}"


@dataclass(frozen=True, slots=True)
class Asker:
    """From where and as whom a version is searched for."""

    region: str | None
    audience: Audience | None


def versions_found(service: Service, version: Version, day: date, by: Asker | None = None) -> list[str]:
    """What is found with its own words on a day; by whom it is for unless said otherwise."""
    by = by or Asker(version.metadata.region, version.metadata.audience)
    words = _words_of(service, version)
    asked = service.asking.question(words, as_of=day, region=by.region, audience=by.audience)
    found = service.asking.search(asked, narrowing=EVERYTHING, limit=_FOUND_AMONG)
    return [each.source.passage.version_id for each in found]


def middle(own: Days, today: date) -> date:
    if own.has(today):
        return today
    if own.first and own.end:
        return own.first + (own.end - own.first) / 2
    return own.first + timedelta(days=30) if own.first else (own.end or today) - timedelta(days=30)


def _borders(own: Days) -> Iterator[date]:
    for border in (own.first, own.end):
        if border is not None:
            yield border - timedelta(days=1)
            yield border
