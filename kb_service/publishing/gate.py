"""What has to be confirmed by name before a version is submitted or approved: docs/decisions/0034."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from kb_service.domain.documents import Metadata, Version
from kb_service.domain.errors import ConfirmationMissing
from kb_service.domain.matters import region_path
from kb_service.domain.open_points import OpenPoint, PointKind, kept, missing_fields
from kb_service.domain.rehearsals import Effect, Rehearsal

# 某某办法（2025年修订）, 2025年某某标准.
_BRACKETED = r"（[^（）]*）|\([^()]*\)|〔[^〔〕]*〕|\[[^\[\]]*\]"
_NOT_OF_A_TITLE = re.compile(rf"{_BRACKETED}|[\d〇零一二三四五六七八九]{{2,4}}年度?|[\s《》]")

_OF_EFFECT = {Effect.LOST: PointKind.ANSWERS_LOST, Effect.IN_CONFLICT: PointKind.ANSWERS_IN_CONFLICT}


@dataclass(frozen=True, slots=True)
class KnownIds:
    """``regions``: the names of districts. ``documents``: which of some ids are documents. ``titles``: those under
    which a document has been approved.
    """

    regions: Collection[str]
    matters: Collection[str]
    departments: Collection[str]
    documents: Callable[[Collection[str]], Collection[str]]
    titles: Callable[[str], Collection[str]]


def points_of_version(version: Version, known: KnownIds) -> list[OpenPoint]:
    """What is missing, what no catalogue knows, and whether it may be another document under the same id."""
    return points_of_fields(version.metadata, known) + _points_of_title(version, known)


def _points_of_title(version: Version, known: KnownIds) -> list[OpenPoint]:
    """A file without an id is called by its name, and two files may be called 附件1: the second one approved would
    take the place of the first. Years and what stands in brackets do not make another title.
    """
    before = {_bare(each) for each in known.titles(version.document_id)}
    is_another = bool(before) and _bare(version.metadata.title) not in before
    return [OpenPoint(PointKind.OTHER_TITLE, (version.document_id,))] if is_another else []


def _bare(title: str) -> str:
    return _NOT_OF_A_TITLE.sub("", title)


def points_of_fields(metadata: Metadata, known: KnownIds) -> list[OpenPoint]:
    """What is missing, and what no catalogue knows."""
    named = {each for each in (*metadata.repeals, metadata.replaces, metadata.amends) if each}
    unknown = sorted(named - set(known.documents(named))) if named else []
    found = missing_fields(metadata)
    if metadata.matter_id and metadata.matter_id not in known.matters:
        found.append(OpenPoint(PointKind.UNKNOWN_MATTER, (metadata.matter_id,)))
    if metadata.department and metadata.department not in known.departments:
        found.append(OpenPoint(PointKind.UNKNOWN_DEPARTMENT, (metadata.department,)))
    if metadata.region and not _is_known_region(metadata.region, known.regions):
        found.append(OpenPoint(PointKind.UNKNOWN_REGION, (metadata.region,)))
    if unknown:
        found.append(OpenPoint(PointKind.UNKNOWN_DOCUMENT, tuple(unknown), len(unknown)))
    return found


def _is_known_region(region: str, districts: Collection[str]) -> bool:
    """The city, or a place in one of its districts by their full names: 浦东 is where nobody asks from."""
    path = region_path(region)
    _, *within = path.split("/") if path else ("",)
    return not within or within[0] in districts


def points_of_rehearsal(rehearsal: Rehearsal) -> list[OpenPoint]:
    counts = rehearsal.counts
    return [OpenPoint(kind, count=counts[effect]) for effect, kind in _OF_EFFECT.items() if counts.get(effect)]


def require_confirmed(points: Sequence[OpenPoint], confirmed: Collection[str]) -> None:
    """Raises ConfirmationMissing, which names what is open and is not among ``confirmed``."""
    missing = [each for each in points if each.kind not in confirmed]
    if missing:
        words = ", ".join(f'"{each.kind}"' for each in points)
        raise ConfirmationMissing(
            f"{'; '.join(map(_told, missing))}. Mend it, or say that it is meant: send it again with "
            f'"confirm": [{words}]',
            kept(missing),
        )


def require_open(points: Sequence[OpenPoint], confirmed: Iterable[str]) -> None:
    """Raises ConfirmationMissing where something is confirmed that is not open: it was not looked at."""
    if surplus := sorted(set(confirmed) - {each.kind for each in points}):
        words = ", ".join(f'"{each.kind}"' for each in points)
        raise ConfirmationMissing(
            f"{', '.join(surplus)} is confirmed but not open: what was read is no longer so. Read the open points "
            f'again; now they are "confirm": [{words}]',
            kept(points),
        )


def _told(point: OpenPoint) -> str:
    about = ", ".join(map(repr, point.about))
    match point.kind:
        case PointKind.NO_FIRST_DAY:
            return "no day is given from which it holds (effective_from)"
        case PointKind.NO_MATTER:
            return "no matter is given"
        case PointKind.NO_DEPARTMENT:
            return "no department is given"
        case PointKind.UNKNOWN_MATTER:
            return f"matter {about} is not in the catalogue"
        case PointKind.UNKNOWN_DEPARTMENT:
            return f"department {about} is not in the catalogue"
        case PointKind.UNKNOWN_REGION:
            return f"region {about} is neither the city nor one of its districts"
        case PointKind.UNKNOWN_DOCUMENT:
            return f"it replaces, repeals or amends {about}, which is no document here"
        case PointKind.OTHER_TITLE:
            return f"no approved version of document {about} has this title; is it the same document?"
        case PointKind.MASKED:
            return f"{', '.join(point.about)} stands where personal data was taken out"
        case PointKind.ANSWERS_LOST:
            return f"{point.count} known questions would no longer be answered"
        case PointKind.ANSWERS_IN_CONFLICT:
            return f"{point.count} known questions would find sources in conflict"
