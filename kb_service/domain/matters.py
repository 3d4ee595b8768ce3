"""Matters, departments, facets and regions: what a question can be about, and who answers for it."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from kb_service.domain.documents import Audience
from kb_service.domain.service_hours import ServiceHours


class Facet(StrEnum):
    """What of a matter is asked (要素)."""

    CONDITIONS = "conditions"
    MATERIALS = "materials"
    STEPS = "steps"
    TIME_LIMIT = "time_limit"
    FEE = "fee"
    PLACE = "place"
    PHONE = "phone"
    LEGAL_BASIS = "legal_basis"
    ONLINE_ENTRY = "online_entry"


@dataclass(frozen=True, slots=True)
class Matter:
    """A service item (事项). ``department_id`` names the responsible department."""

    id: str
    name: str
    department_id: str
    aliases: tuple[str, ...] = ()
    audience: Audience | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Department:
    """A responsible department (责任单位). ``hours`` is the text shown to people, e.g. 周一至周五 9:00-17:30.

    ``service_hours``: when its helpers answer people online; None where it has none. ``stands_for``: the id of the
    department that it takes the place of in its district, ``region``. ``deputies``: ids of those that answer in its
    place while nobody of it is there, in order. ``juniors_reply_alone``: what its juniors write needs no approval.
    ``proposes_drafts``: where an answer was not sure enough, the assistant's draft goes to its helpers.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    phone: str | None = None
    hours: str | None = None
    owns: tuple[str, ...] = ()
    service_hours: ServiceHours | None = None
    region: str | None = None
    stands_for: str | None = None
    deputies: tuple[str, ...] = ()
    juniors_reply_alone: bool = False
    proposes_drafts: bool = False


# Fewer characters in common (a share of both names, from 0 to 1) do not make one name mean the other.
_ALIKE = 0.4


def names_like(named: str, departments: Iterable[Department], *, most: int = 3) -> Sequence[str]:
    """The names of the departments that may have been meant by a name that none has, the nearest first.

    Near is what shares a run of characters, of the name, an alias or the id, with what was written.
    """
    wanted = comparable(named)
    found = []
    for each in departments:
        names = [comparable(name) for name in (each.name, *each.aliases, each.id)]
        found.append((max(_alike(wanted, name) for name in names), each.name))
    ranked = sorted(found, key=lambda pair: (-pair[0], pair[1]))
    return [name for likeness, name in ranked[:most] if likeness >= _ALIKE]


def _alike(wanted: str, name: str) -> float:
    if wanted and (wanted in name or name in wanted):
        return 1.0
    return SequenceMatcher(None, wanted, name, autojunk=False).ratio()


def comparable(name: str) -> str:
    """A name as it is compared with what somebody wrote."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def department_of_district(
    department: Department, region: str | None, departments: Iterable[Department]
) -> Department | None:
    """The one that takes its place in that district, if it has one of its own for it."""
    if region is None:
        return None
    return next((each for each in departments if each.stands_for == department.id and each.region == region), None)


CITY = "上海市"
# Ways other data name the city or the whole country; the whole country is the same as no region.
_CITY_NAMES = {"上海", "上海市", "shanghai", "sh", "市级"}
_NATION_NAMES = {"", "全国", "国家", "中国", "national", "cn", "china"}


def region_path(name: str | None) -> str | None:
    """A region as a path from the city down, ``上海市/浦东新区``; None for the whole country or no region.

    A name without the city is taken as one of its districts.
    """
    cleaned = (name or "").strip().strip("/").replace("／", "/")
    if cleaned.lower() in _NATION_NAMES:
        return None
    if cleaned.lower() in _CITY_NAMES:
        return CITY
    parts = [part.strip() for part in cleaned.split("/") if part.strip()]
    if parts[0].lower() in _CITY_NAMES:
        parts = parts[1:]
    return "/".join([CITY, *parts])


def place_of(region: str | None) -> str | None:
    """Where a text holds, as `region_path`, None for the whole country: in the city, where it does not say."""
    return region_path(region) if (region or "").strip() else CITY


def visible_regions(asked: str | None) -> tuple[str, ...]:
    """The regions whose passages a question sees, besides those without one: its own, its ancestors', the city's."""
    path = region_path(asked) or CITY
    parts = path.split("/")
    return tuple("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
