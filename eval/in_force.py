"""The passages of a knowledge base that hold on a day, for suites that are made of its own documents."""

import re
from collections.abc import Iterator
from datetime import date

from kb_service.domain.documents import PassageInVersion
from kb_service.service import Service

_PAGE = 500
_NO_NAME = re.compile(r"办事指南|操作指引|办事要点|[（(].*?[)）]|《|》|演示：")


def passages_in_force(service: Service, day: date) -> Iterator[PassageInVersion]:
    after = ""
    intervals = {}
    while page := service.library.published_passages_after(after, limit=_PAGE):
        after = page[-1].passage.id
        for each in page:
            version_id = each.passage.version_id
            if version_id not in intervals:
                intervals[version_id] = service.library.interval(version_id)
            interval = intervals[version_id]
            if interval is not None and interval.contains(day):
                yield each


def topic(source: PassageInVersion) -> str:
    """What a question calls the matter of a text: its title without what only says that it is a guide."""
    return _NO_NAME.sub("", source.metadata.title).strip()
