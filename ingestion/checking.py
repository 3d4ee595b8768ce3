"""`kb check`: database against index, vectors and words against texts, texts against passages, blobs against their
names; jobs that were given up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ingestion.checking_vectors import VectorCheck
from ingestion.sync import Synchroniser
from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.sql.added_rules import added_rules
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.rows import content_sha256
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.days import SHANGHAI
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import PassageIndex
from kb_service.text.terms import TermStatistics


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. ``kind``: behind, index, passage, blob, trail, row, database, version,
    job."""

    kind: str
    subject: str
    detail: str


def check(
    *,
    database: Database,
    library: SqlLibrary,
    synchroniser: Synchroniser,
    index: PassageIndex,
    blobs: BlobFolder,
    trail: SqlTrail,
    jobs: SqlJobs,
    vectors: VectorCheck,
    statistics: TermStatistics,
    kept_head: str | None = None,
) -> Iterator[Finding]:
    """Everything found wrong; nothing is changed.

    ``statistics``: what questions are weighed with. ``kept_head``: a head of the trail that was kept elsewhere.
    """
    yield from _read("trail", "the trail", lambda: _trail(trail, kept_head))
    yield from _read("row", "all rows", lambda: _rows(database))
    for rule, fault in added_rules(database):
        yield Finding("database", rule, fault)
    for letter in jobs.dead_letters():
        since = letter.since.astimezone(SHANGHAI).isoformat(timespec="seconds")
        yield Finding("job", f"{letter.kind} {letter.subject}", f"given up at {since}: {letter.error}")
    try:
        approved_content = trail.approved_content()
    except ValueError:  # an entry that cannot be read was told above
        approved_content = {}
    behind = library.unsynced()
    for document_id in behind:
        yield Finding("behind", document_id, "the index has not followed its last change yet")
    points = 0

    def document(document_id: str) -> Iterator[Finding]:
        nonlocal points
        passages = library.passages_of_documents([document_id])[document_id]
        if document_id not in behind:
            difference = synchroniser.difference(document_id, passages)
            points += difference.points
            if not difference.is_none:
                yield Finding("index", document_id, str(difference))
            for fault in vectors.of_document(document_id, passages):
                yield Finding("index", document_id, fault)
        yield from _misplaced_passages(library, document_id, passages)
        yield from _changed_versions(library, document_id, approved_content)

    for document_id in library.document_ids():
        yield from _read("version", document_id, partial(document, document_id))
    if not behind and (counted := index.count()) != points:
        yield Finding("index", "all documents", f"the index holds {counted} points, the database calls for {points}")
    for fault in vectors.of_the_rest():
        yield Finding("index", "kept vectors", fault)
    if not behind:
        for fault in vectors.of_statistics(statistics):
            yield Finding("index", "counts of words", fault)
    for digest in library.blobs():
        if not blobs.is_intact(digest):
            yield Finding("blob", digest, "the original file is missing or was changed")


def _read(kind: str, subject: str, findings: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What somebody wrote into the database that is no date, number or JSON at all is a finding too."""
    try:
        yield from findings()
    except (ValueError, TypeError, KeyError) as error:
        yield Finding(kind, subject, f"cannot be read: {error}")


def _trail(trail: SqlTrail, kept_head: str | None) -> Iterator[Finding]:
    for fault in trail.faults(kept_head=kept_head):
        yield Finding("trail", "the trail", fault)


def _rows(database: Database) -> Iterator[Finding]:
    for changed in row_faults(database):
        yield Finding("row", " ".join(changed.subject), changed.sentence)


def _changed_versions(library: SqlLibrary, document_id: str, approved_content: Mapping[str, str]) -> Iterator[Finding]:
    """Knowledge that says something else than what was approved."""
    for version in library.versions_of(document_id):
        approved = approved_content.get(version.id)
        if version.is_public and approved and content_sha256(version.text, version.metadata) != approved:
            yield Finding("version", version.id, "its text or fields were changed after it was approved")


def _misplaced_passages(
    library: SqlLibrary, document_id: str, passages: Sequence[PassageInVersion]
) -> Iterator[Finding]:
    text_of = {version.id: version.text for version in library.versions_of(document_id)}
    for found in passages:
        passage = found.passage
        if text_of[passage.version_id][passage.start : passage.end] != passage.text:
            yield Finding("passage", passage.id, f"its text is not at {passage.start}:{passage.end} of its version")
