"""What of a version is open, and has to be confirmed by name before it goes on: docs/decisions/0034."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from kb_service.domain.documents import Metadata, Version
from kb_service.domain.masking import marks_in


class PointKind(StrEnum):
    NO_FIRST_DAY = "no_first_day"
    NO_MATTER = "no_matter"
    NO_DEPARTMENT = "no_department"
    UNKNOWN_MATTER = "unknown_matter"
    UNKNOWN_DEPARTMENT = "unknown_department"
    UNKNOWN_REGION = "unknown_region"
    UNKNOWN_DOCUMENT = "unknown_document"
    OTHER_TITLE = "other_title"
    MASKED = "masked"
    ANSWERS_LOST = "answers_lost"
    ANSWERS_IN_CONFLICT = "answers_in_conflict"


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """``about``: the unknown ids, the document of another title, or the marks of what was masked. ``count``: of them,
    or of the known questions; 1 where something is missing.

    Questions are not named: people asked them, and the trail, which keeps what was confirmed, never forgets.
    """

    kind: PointKind
    about: tuple[str, ...] = ()
    count: int = 1


def missing_fields(metadata: Metadata) -> list[OpenPoint]:
    given = {
        PointKind.NO_FIRST_DAY: metadata.effective_from,
        PointKind.NO_MATTER: metadata.matter_id,
        PointKind.NO_DEPARTMENT: metadata.department,
    }
    return [OpenPoint(kind) for kind, value in given.items() if not value]


def marks_left(version: Version) -> list[OpenPoint]:
    """A mark that masking left in a draft (〔手机号〕) tells residents nothing."""
    metadata = version.metadata
    texts = (version.text, metadata.title, metadata.question or "", *metadata.similar_questions)
    marks = marks_in("\n".join(texts))
    return [OpenPoint(PointKind.MASKED, marks, len(marks))] if marks else []


def kept(points: Sequence[OpenPoint]) -> list[dict[str, Any]]:
    """As the trail keeps what was confirmed."""
    return [asdict(each) | {"kind": str(each.kind), "about": list(each.about)} for each in points]
