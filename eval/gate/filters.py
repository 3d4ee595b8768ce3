"""Districts and audiences: each text is shown to those whom it is for and to nobody else, by rules computed here with
none of the service's own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from eval.gate.component_measures import Case, Measured
from eval.gate.days import Asker, approved_versions, days_of, middle, versions_found
from kb_service.asking.reading.lexicon import load_districts
from kb_service.domain.documents import Audience, Version
from kb_service.service import Service

_CITY = "上海市"
# Of the many texts for one audience, and of those for all.
_MOST = 6
# Its own words name a text's district, so that asked without one they are read as of it.
_OTHER_DISTRICTS = 3


def of_filters(service: Service, today: date) -> list[Measured]:
    """Searched for with their own words on a day in force, asked from and as what they are for, and what not."""
    versions = approved_versions(service)
    days = days_of(versions)
    # A text without a start holds from the day on which it was taken in: the day after it is no border.
    later = today + timedelta(days=1)
    day_of = {each.id: middle(days[each.id], later) for each in versions if each.id in days}
    known = [each for each in versions if each.id in day_of]
    return [*_of_regions(service, known, day_of), *_of_audiences(service, known, day_of)]


def _of_regions(service: Service, versions: Sequence[Version], day_of: Mapping[str, date]) -> list[Measured]:
    districts = load_districts(service.settings.prompts_dir).districts
    shown, hidden = [], []
    for each in versions:
        own = _district(each.metadata.region)
        if own is None:
            continue
        shown.append(_case(service, each, day_of, own, each.metadata.audience, is_for_it=True))
        for other in [name for name in districts if name != own][:_OTHER_DISTRICTS]:
            hidden.append(_case(service, each, day_of, other, each.metadata.audience, is_for_it=False))
    for each in _some(each for each in versions if _district(each.metadata.region) is None):
        shown.append(_case(service, each, day_of, districts[0], each.metadata.audience, is_for_it=True))
    return [Measured("regions.shown", tuple(shown)), Measured("regions.hidden", tuple(hidden))]


def _of_audiences(service: Service, versions: Sequence[Version], day_of: Mapping[str, date]) -> list[Measured]:
    shown: list[Case] = []
    hidden: list[Case] = []
    for audience in (*Audience, None):
        for each in _some(one for one in versions if one.metadata.audience is audience):
            district = _district(each.metadata.region)
            for asked in (*Audience, None):
                is_for_it = audience is None or asked is None or asked is audience
                case = _case(service, each, day_of, district, asked, is_for_it=is_for_it)
                (shown if is_for_it else hidden).append(case)
    return [Measured("audiences.shown", tuple(shown)), Measured("audiences.hidden", tuple(hidden))]


def _case(
    service: Service,
    version: Version,
    day_of: Mapping[str, date],
    district: str | None,
    audience: Audience | None,
    *,
    is_for_it: bool,
) -> Case:
    by = Asker(district and f"{_CITY}/{district}", audience)
    found = versions_found(service, version, day_of[version.id], by)
    who = f"{district or _CITY}，{audience or '个人或法人'}"
    name = f"{version.document_id}@{version.metadata.effective_from}:{district or ''}:{audience or ''}"
    return Case(name, f"{version.metadata.title}（{who}）", float((version.id in found) is is_for_it))


def _some(versions: Iterator[Version]) -> list[Version]:
    """The same ones always; of one document, one."""
    return sorted({each.document_id: each for each in versions}.values(), key=lambda each: each.document_id)[:_MOST]


def _district(region: str | None) -> str | None:
    """Of 浦东新区 and 上海市/浦东新区; None of the city and of no region."""
    name = (region or "").rstrip("/").split("/")[-1]
    return name if name not in ("", _CITY) else None
