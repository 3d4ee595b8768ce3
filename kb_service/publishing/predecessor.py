"""Which version another one takes the place of: what it is compared with."""

from collections.abc import Mapping, Sequence

from kb_service.domain.days import OPEN_START_DAY
from kb_service.domain.documents import Version
from kb_service.ports import Scheduled


def related_documents(version: Version) -> list[str]:
    """Where a predecessor may stand: its own document, the one it replaces, the one it was made from."""
    said = version.metadata
    return [each for each in dict.fromkeys((version.document_id, said.replaces, said.amends)) if each]


def predecessor(version: Version, schedules: Mapping[str, Sequence[Scheduled]]) -> str | None:
    """The id of the approved version that starts last before this one (or on its day: then this one corrects it);
    of its own document, else of the replaced, else of the amended one. None for a first version."""
    start = version.metadata.effective_from
    first_day = start.toordinal() if start else OPEN_START_DAY
    for document_id in related_documents(version):
        earlier = [
            each.version_id
            for each in schedules.get(document_id, ())
            if each.version_id != version.id and each.interval.start_day <= first_day
        ]
        if earlier:
            return earlier[-1]
    return None
