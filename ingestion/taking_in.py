"""Taking an upload in: claimed under the lease of its job, read in a child process, stored in short transactions.

What is stored, what became of each record and how far the upload is are always committed together: whoever goes on
after a kill goes on behind the last committed record, and stores nothing twice.
"""

import logging
import math
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from ingestion.reading_child import KeptFile, Reader, ReadingChildren, ReadingFailed, StillReading, read_source
from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.sql.intake import SqlIntake
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.domain.causes import Cause
from kb_service.domain.errors import OUTAGES, FileRefused, UploadTakenOver
from kb_service.domain.life import BULK_IMPORT
from kb_service.domain.uploads import Chunk, Ending, RecordOutcome, RecordReport, Upload, UploadState
from kb_service.ports import Approval

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Ids of matters and departments by id, name and alias."""

    matters: Mapping[str, str]
    departments: Mapping[str, str]


class TakingIn:
    def __init__(
        self,
        *,
        uploads: SqlUploads,
        intake: SqlIntake,
        blobs: BlobFolder,
        names: Callable[[], KnownNames],
        children: ReadingChildren,
        now: Callable[[], datetime],
        reader: Reader = read_source,
    ) -> None:
        self._uploads = uploads
        self._intake = intake
        self._blobs = blobs
        self._names = names
        self._children = children
        self._now = now
        self._reader = reader

    def take_in(self, upload_id: str, *, lease: str, put_off_after: float = math.inf) -> bool:
        """To its end, whatever that is; one that is finished stays as it is. No two callers have the same ``lease``.

        False where nothing was read of it after so many seconds: it is for whoever has more time.
        """
        claimed = self._uploads.claim(upload_id, lease=lease, at=self._now())
        if claimed is None:
            return True
        try:
            self._take_in(claimed, put_off_after)
        except UploadTakenOver:
            log.info("upload %s was taken over from %s", upload_id, lease)
        except StillReading:
            return False
        return True

    def close(self) -> None:
        self._children.close()

    def _take_in(self, claimed: Upload, put_off_after: float) -> None:
        done = claimed
        try:
            with closing(self._chunks(claimed, put_off_after)) as chunks:
                for chunk in chunks:
                    done = self._store(done, chunk)
        except (UploadTakenOver, StillReading, *OUTAGES):
            raise
        except FileRefused as error:
            self._intake.finish(done, Ending(UploadState.REFUSED, str(error), cause=error.cause), at=self._now())
        except ReadingFailed as error:
            log.warning("upload %s (%s): %s\n%s", claimed.id, claimed.file_name, error, error.details)
            ending = Ending(UploadState.FAILED, f"{claimed.file_name}: {error}", cause=error.cause)
            self._intake.finish(done, ending, at=self._now())
        except Exception as error:  # whatever it was, it is this file's alone and stands in its status
            log.exception("upload %s (%s) failed", claimed.id, claimed.file_name)
            first = (str(error).splitlines() or [""])[0][:300]
            cause = Cause("taking_in_failed")
            ending = Ending(UploadState.FAILED, f"{type(error).__name__}: {first}", cause=cause)
            self._intake.finish(done, ending, at=self._now())

    def _chunks(self, claimed: Upload, put_off_after: float) -> Generator[Chunk]:
        names = self._names()
        path = self._blobs.path(claimed.blob_sha256)
        if not path.exists():
            raise FileRefused(
                f"the original of {claimed.file_name} is not kept; upload it again", Cause("original_lost")
            )
        source = KeptFile(
            path=path,
            file_name=claimed.file_name,
            blob_sha256=claimed.blob_sha256,
            fields=claimed.fields,
            matter_ids=names.matters,
            department_ids=names.departments,
        )
        yield from self._children.read(
            source, reader=self._reader, skip=claimed.records_done, put_off_after=put_off_after
        )

    def _store(self, claimed: Upload, chunk: Chunk) -> Upload:
        at = self._now()
        approval = Approval(claimed.actor, at, BULK_IMPORT) if claimed.publish else None
        return self._intake.store(claimed, chunk, at=at, approval=approval, end=ending_of)


def ending_of(done: Upload, reports: Sequence[RecordReport]) -> Ending:
    """How an upload ends whose records are all done. ``reports``: of the last of them."""
    refused = done.counts.get(RecordOutcome.REFUSED, 0)
    if not done.records_total:
        return Ending(UploadState.REFUSED, f"there is nothing in {done.file_name}", cause=Cause("no_text"))
    if refused < done.records_total:
        if not refused:
            return Ending(UploadState.STORED, None, done.version_id)
        summary = f"{refused} of its {done.records_total} records were refused"
        cause = Cause("some_refused", {"refused": refused, "total": done.records_total})
        return Ending(UploadState.STORED, summary, done.version_id, cause)
    last = reports[-1]
    if refused == 1:
        return Ending(UploadState.REFUSED, last.reason, cause=last.cause)
    summary = f"all its {refused} records were refused; the last one: {last.reason}"
    return Ending(UploadState.REFUSED, summary, cause=Cause("all_refused", {"refused": refused}))
