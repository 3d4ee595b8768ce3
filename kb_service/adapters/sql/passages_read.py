"""Passages read from SQL, the latest kept: a question reads thirty, and many questions the same ones.

Whatever changes what a passage shows, its version's state and metadata included, counts up the version's revision in
the same transaction. So a passage that was read at the revision which the database has now is as it is now.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from kb_service.adapters.sql import rows
from kb_service.adapters.sql.tables import passages, versions
from kb_service.domain.documents import Metadata, Passage, PassageInVersion, VersionState

# Some kilobytes each.
_PASSAGES_REMEMBERED = 4000

PASSAGE_AND_VERSION = (
    select(passages, *rows.METADATA_COLUMNS, versions.c.document_id, versions.c.state)
    .join(versions, versions.c.id == passages.c.version_id)
    .order_by(passages.c.version_id, passages.c.ordinal)
)
# Statements of what every question reads are made once: making one takes SQLAlchemy as long as running it.
_BY_ID = PASSAGE_AND_VERSION.where(passages.c.id.in_(bindparam("passage_ids", expanding=True)))
_REVISIONS = (
    select(passages.c.id, versions.c.revision)
    .join(versions, versions.c.id == passages.c.version_id)
    .order_by(passages.c.version_id, passages.c.ordinal)
)
_REVISIONS_BY_ID = _REVISIONS.where(passages.c.id.in_(bindparam("passage_ids", expanding=True)))
_REVISIONS_OF_VERSION = _REVISIONS.where(versions.c.id == bindparam("version_id"))


class PassagesRead:
    """Safe among threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, PassageInVersion]] = OrderedDict()
        self._lock = threading.Lock()

    def by_id(self, connection: Connection, passage_ids: Sequence[str]) -> Mapping[str, PassageInVersion]:
        """As many as one statement takes."""
        return self._read(connection, _REVISIONS_BY_ID, {"passage_ids": passage_ids})

    def of_version(self, connection: Connection, version_id: str) -> Mapping[str, PassageInVersion]:
        """In order."""
        return self._read(connection, _REVISIONS_OF_VERSION, {"version_id": version_id})

    def _read(
        self, connection: Connection, wanted: Select[Any], asked: Mapping[str, object]
    ) -> Mapping[str, PassageInVersion]:
        revision_of = {row.id: row.revision for row in connection.execute(wanted, asked)}
        found = self._remembered(revision_of)
        missing = [each for each in revision_of if each not in found]
        if missing:
            read = passages_in_versions(connection.execute(_BY_ID, {"passage_ids": missing}))
            new = {each.passage.id: each for each in read}
            # What changes between both statements is kept under the revision before, and so read again.
            self._remember({each: (revision_of[each], new[each]) for each in new})
            found |= new
        return {each: found[each] for each in revision_of if each in found}

    def _remembered(self, revision_of: Mapping[str, int]) -> dict[str, PassageInVersion]:
        found: dict[str, PassageInVersion] = {}
        with self._lock:
            for passage_id, revision in revision_of.items():
                known = self._known.get(passage_id)
                if known is not None and known[0] == revision:
                    found[passage_id] = known[1]
                    self._known.move_to_end(passage_id)
        return found

    def _remember(self, new: Mapping[str, tuple[int, PassageInVersion]]) -> None:
        with self._lock:
            self._known.update(new)
            while len(self._known) > _PASSAGES_REMEMBERED:
                self._known.popitem(last=False)


def passages_in_versions(found: Iterator[Row[Any]]) -> Iterator[PassageInVersion]:
    """Of rows of `PASSAGE_AND_VERSION`."""
    metadata_of: dict[str, Metadata] = {}
    for row in found:
        passage = Passage(
            id=row.id,
            version_id=row.version_id,
            ordinal=row.ordinal,
            text=row.text,
            start=row.start,
            end=row.end,
            heading_path=tuple(row.heading_path),
            page=row.page,
            second=row.second,
        )
        if row.version_id not in metadata_of:
            metadata_of[row.version_id] = rows.metadata(row)
        yield PassageInVersion(passage, row.document_id, VersionState(row.state), metadata_of[row.version_id])
