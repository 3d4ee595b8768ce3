"""The store of uploads, on every database: what is the same file again, and who has it in work."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.intake import SqlIntake
from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.adapters.sql.working_days import SqlWorkingDays
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.causes import Cause
from kb_service.domain.errors import BatchNotFound, UploadNotFound, UploadNotRetryable, UploadTakenOver
from kb_service.domain.jobs import ClaimedJob, JobKind
from kb_service.domain.uploads import (
    Arrival,
    Chunk,
    Ending,
    IncomingRecord,
    RecordOutcome,
    Upload,
    UploadState,
    identity_of,
    safe_file_name,
)
from kb_service.publishing.publishing import Publishing
from kb_service.wiring import new_id
from tests.factories import NOON, draft, no_points, rehearsal

BLOB = "ab" * 32
STORED = Ending(UploadState.STORED)
FAILED = Ending(UploadState.FAILED, "the reader died")


@pytest.fixture
def uploads(database: Database) -> SqlUploads:
    return SqlUploads(database, new_id=new_id)


@pytest.fixture
def intake(database: Database) -> SqlIntake:
    return SqlIntake(database, SqlLibrary(database, new_id=new_id))


def arrival(file_name: str = "guide.md", **fields: Any) -> Arrival:
    return Arrival(**({"file_name": file_name, "size": 10, "blob_sha256": BLOB, "fields": {}} | fields))


def sent(uploads: SqlUploads, *arrivals: Arrival, **options: Any) -> list[Upload]:
    return list(uploads.register(arrivals or [arrival()], actor="wang", at=NOON, **options).uploads)


def claimed(uploads: SqlUploads, upload_id: str, lease: str = "e1") -> Upload:
    found = uploads.claim(upload_id, lease=lease, at=NOON)
    assert found is not None
    return found


def ended(uploads: SqlUploads, intake: SqlIntake, upload_id: str, ending: Ending) -> Upload:
    return intake.finish(claimed(uploads, upload_id), ending, at=NOON)


def store(intake: SqlIntake, upload: Upload, *records: IncomingRecord, total: int = 1, is_last: bool = True) -> Upload:
    chunk = Chunk(records, total, is_last)
    return intake.store(
        upload, chunk, at=NOON, approval=None, end=lambda done, _: replace(STORED, version_id=done.version_id)
    )


def test_a_file_that_came_waits_under_who_sent_it(uploads: SqlUploads) -> None:
    (found,) = sent(uploads, arrival(fields={"title": "签注指南"}), publish=True)
    assert uploads.upload(found.id) == found
    assert (found.state, found.actor, found.publish, found.dry_run) == (UploadState.WAITING, "wang", True, False)
    assert (found.file_name, found.fields, found.attempt) == ("guide.md", {"title": "签注指南"}, 1)


@pytest.mark.parametrize("state", [UploadState.WAITING, UploadState.READING, UploadState.STORED])
def test_the_same_file_again_is_the_same_upload_in_another_batch(
    uploads: SqlUploads, intake: SqlIntake, state: UploadState
) -> None:
    (first,) = sent(uploads)
    if state is UploadState.READING:
        claimed(uploads, first.id)
    if state is UploadState.STORED:
        ended(uploads, intake, first.id, STORED)
    again = uploads.register([arrival()], actor="li", at=NOON)
    assert [each.id for each in again.uploads] == [first.id]
    assert again.repeated == {first.id}
    assert uploads.upload(first.id).state is state
    assert [each.id for each in uploads.uploads_of(uploads.batch(again.batch.id))] == [first.id]


@pytest.mark.parametrize("state", [UploadState.REFUSED, UploadState.FAILED])
def test_the_same_file_again_is_tried_again_where_it_had_come_to_nothing(
    uploads: SqlUploads, intake: SqlIntake, state: UploadState
) -> None:
    (first,) = sent(uploads)
    why = Cause("damaged", {"kind": "Word"})
    ended(uploads, intake, first.id, Ending(state, "why", cause=why))
    assert uploads.upload(first.id).cause == why
    (again,) = sent(uploads)
    assert (again.id, again.state, again.attempt, again.reason) == (first.id, UploadState.WAITING, 2, None)
    assert again.cause is None


@pytest.mark.parametrize(
    ("cause", "is_retryable"),
    [(Cause("damaged", {"kind": "PDF"}), False), (Cause("reading_timed_out", {"seconds": 30}), True)],
)
def test_only_what_came_to_nothing_for_a_passing_cause_is_worth_another_try(
    uploads: SqlUploads, intake: SqlIntake, cause: Cause, is_retryable: bool
) -> None:
    (first,) = sent(uploads)
    assert not first.is_retryable
    ended(uploads, intake, first.id, Ending(UploadState.FAILED, "why", cause=cause))
    assert uploads.upload(first.id).is_retryable is is_retryable
    assert uploads.retry(first.id, at=NOON).state is UploadState.WAITING


def test_an_upload_that_was_given_up_is_worth_another_try(uploads: SqlUploads) -> None:
    (first,) = sent(uploads)
    uploads.give_up(first.id, "it failed 10 times", at=NOON)
    assert (uploads.upload(first.id).cause, uploads.upload(first.id).is_retryable) == (Cause("given_up"), True)


def test_what_was_rejected_since_is_taken_in_anew(uploads: SqlUploads, intake: SqlIntake, database: Database) -> None:
    (first,) = sent(uploads)
    done = store(intake, claimed(uploads, first.id), IncomingRecord(0, None, draft()))
    assert [each.id for each in sent(uploads)] == [first.id]
    version_states = SqlVersionStates(database, new_id=new_id)
    working_days = SqlWorkingDays(database, statutory_calendar())
    publishing = Publishing(
        version_states=version_states,
        calendar=working_days.calendar,
        rehearsed=rehearsal,
        points_of_version=no_points,
        now=lambda: NOON,
    )
    publishing.submit(str(done.version_id), actor="wang")
    publishing.reject(str(done.version_id), actor="zhao", reason="wrong")
    (again,) = sent(uploads)
    assert again.id != first.id


@pytest.mark.parametrize(
    "other",
    [
        arrival("other.md"),
        arrival("guide.txt"),
        arrival(blob_sha256="cd" * 32),
        arrival(fields={"title": "签注指南"}),
    ],
)
def test_another_name_format_content_or_field_is_another_upload(uploads: SqlUploads, other: Arrival) -> None:
    first, second = sent(uploads, arrival(), other)
    assert first.id != second.id


def test_a_dry_run_and_an_import_of_one_file_are_two_uploads_and_a_dry_run_that_is_over_is_run_again(
    uploads: SqlUploads, intake: SqlIntake
) -> None:
    (trial,) = sent(uploads, dry_run=True)
    assert [each.id for each in sent(uploads, dry_run=True)] == [trial.id]
    assert [each.id for each in sent(uploads)] != [trial.id]
    ended(uploads, intake, trial.id, STORED)
    assert [each.id for each in sent(uploads, dry_run=True)] != [trial.id]


def test_the_name_of_a_file_does_not_count_where_its_fields_give_the_id() -> None:
    fields = {"id": "guide"}
    first = identity_of(arrival("a.md", fields=fields), publish=False, dry_run=False)
    assert first == identity_of(arrival("b.md", fields=fields), publish=False, dry_run=False)
    assert first != identity_of(arrival("a.txt", fields=fields), publish=False, dry_run=False)


def test_a_file_twice_in_one_request_is_one_upload(uploads: SqlUploads) -> None:
    registered = uploads.register([arrival(), arrival()], actor="wang", at=NOON)
    first, second = registered.uploads
    assert first == second
    assert registered.batch.upload_ids == (first.id, first.id)


def test_the_same_file_from_two_at_one_moment_is_one_upload(uploads: SqlUploads) -> None:
    found: list[str] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        found.append(sent(uploads)[0].id)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_file_that_nobody_will_read_is_refused_from_the_start_and_stays_so(uploads: SqlUploads) -> None:
    (first,) = sent(uploads, arrival(refusal="larger than 100 MB"))
    (again,) = sent(uploads, arrival(refusal="larger than 100 MB"))
    assert (first.state, first.reason) == (UploadState.REFUSED, "larger than 100 MB")
    assert again == first


def test_who_claims_what_another_was_reading_begins_the_next_attempt(uploads: SqlUploads) -> None:
    (first,) = sent(uploads)
    assert claimed(uploads, first.id, "e1").attempt == 1
    again = claimed(uploads, first.id, "e2")
    assert (again.attempt, again.lease) == (2, "e2")


def test_a_file_that_came_in_or_is_tried_again_has_its_job_in_the_same_transaction(
    uploads: SqlUploads, intake: SqlIntake, database: Database
) -> None:
    jobs = SqlJobs(database, now=lambda: NOON)
    first, scan = sent(uploads, arrival("guide.md"), arrival("scan.png", blob_sha256="cd" * 32))
    sent(uploads, arrival(refusal="larger than 100 MB"))
    assert [each.subject for each in due(jobs, JobKind.READ)] == [first.id]
    (job,) = due(jobs, JobKind.READ_LARGE)
    assert job.subject == scan.id
    ended(uploads, intake, scan.id, FAILED)
    jobs.bury(job, "the reader died", at=NOON)
    assert due(jobs, JobKind.READ_LARGE) == []
    uploads.retry(scan.id, at=NOON)
    assert [each.subject for each in due(jobs, JobKind.READ_LARGE)] == [scan.id]


def test_who_has_many_files_waiting_lets_the_file_of_another_pass(uploads: SqlUploads, database: Database) -> None:
    jobs = SqlJobs(database, now=lambda: NOON)
    for number in range(4):
        sent(uploads, arrival(f"bad {number}.md", blob_sha256=f"{number}" * 64))
    (another,) = uploads.register([arrival("guide.md", size=900_000)], actor="li", at=NOON + timedelta(1)).uploads
    found = jobs.claim(JobKind.READ, limit=10, new_lease=new_id, at=NOON + timedelta(1))
    # The first was of somebody with one file; the others came when that person had some waiting already.
    names = [uploads.upload(each.subject).file_name for each in found]
    assert names[:2] == ["bad 0.md", "guide.md"]
    assert (len(names), found[1].subject) == (5, another.id)


def due(jobs: SqlJobs, kind: JobKind) -> list[ClaimedJob]:
    return jobs.claim(kind, limit=10, new_lease=new_id, at=NOON)


def test_who_lost_an_upload_to_another_stores_nothing_more(
    uploads: SqlUploads, intake: SqlIntake, database: Database
) -> None:
    (first,) = sent(uploads)
    slow = claimed(uploads, first.id, "e1")
    quick = claimed(uploads, first.id, "e2")
    with pytest.raises(UploadTakenOver):
        store(intake, slow, IncomingRecord(0, None, draft("from-slow")))
    store(intake, quick, IncomingRecord(0, None, draft("from-quick")))
    with pytest.raises(UploadTakenOver):
        intake.finish(slow, FAILED, at=NOON)
    assert SqlLibrary(database, new_id=new_id).document_ids() == ["from-quick"]
    assert uploads.upload(first.id).state is UploadState.STORED


def test_a_finished_upload_is_nobodys(uploads: SqlUploads, intake: SqlIntake) -> None:
    (first,) = sent(uploads)
    ended(uploads, intake, first.id, STORED)
    assert uploads.claim(first.id, lease="e1", at=NOON) is None


def test_a_refused_record_stands_with_its_reason_and_the_others_go_in(uploads: SqlUploads, intake: SqlIntake) -> None:
    (first,) = sent(uploads, arrival("bulk.jsonl"))
    why = Cause("no_such_day", {"field": "issued_on", "value": "2026-13-\x0040"})
    bad = IncomingRecord(1, 2, None, "no text", '{"id": "b\x00"}', why)
    done = store(intake, claimed(uploads, first.id), IncomingRecord(0, 1, draft("a")), bad, total=2)
    assert done.counts == {"added": 1, "refused": 1}
    (report,) = uploads.records(first.id)
    assert (report.line, report.outcome, report.reason) == (2, RecordOutcome.REFUSED, "no text")
    assert report.content == '{"id": "b\ufffd"}'
    assert report.cause == Cause("no_such_day", {"field": "issued_on", "value": "2026-13-\ufffd40"})


def test_an_id_longer_than_the_database_takes_is_refused_alone(
    uploads: SqlUploads, intake: SqlIntake, database: Database
) -> None:
    (first,) = sent(uploads, arrival("bulk.jsonl"))
    long, good = IncomingRecord(0, 1, draft("长" * 500)), IncomingRecord(1, 2, draft("good"))
    done = store(intake, claimed(uploads, first.id), long, good, total=2)
    if database.engine.dialect.name == "postgresql":  # SQLite takes what it is given
        assert done.counts == {"refused": 1, "added": 1}
    assert "good" in SqlLibrary(database, new_id=new_id).document_ids()


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(
    uploads: SqlUploads, intake: SqlIntake, database: Database
) -> None:
    library = SqlLibrary(database, new_id=new_id)
    library.store([draft("old")], actor="wang", at=NOON, approval=None)
    (trial,) = sent(uploads, arrival("bulk.jsonl"), dry_run=True)
    drafts = [draft("old"), draft("old", "签注收费。"), draft("new")]
    records = [IncomingRecord(number, number + 1, each) for number, each in enumerate(drafts)]
    half_way = store(intake, claimed(uploads, trial.id), *records, total=5, is_last=False)
    # What an earlier transaction said of a document counts, although nothing is left of it.
    more = [IncomingRecord(3, 4, draft("new")), IncomingRecord(4, 5, draft("new", "签注收费。"))]
    done = store(intake, half_way, *more, total=5)
    outcomes = [each.outcome for each in uploads.records(trial.id)]
    assert outcomes == ["unchanged", "would_be_new_version", "would_add", "unchanged", "would_be_new_version"]
    assert (done.state, done.counts["unchanged"]) == (UploadState.STORED, 2)
    assert library.counts() == {"documents": 1, "versions": 1, "passages": 1}


def test_a_failed_upload_is_retried_from_its_beginning_and_counts_what_it_had_stored(
    uploads: SqlUploads, intake: SqlIntake, database: Database
) -> None:
    (first,) = sent(uploads, arrival("bulk.jsonl"))
    begun = store(intake, claimed(uploads, first.id), IncomingRecord(0, 1, draft("a")), total=2, is_last=False)
    intake.finish(begun, FAILED, at=NOON)
    again = uploads.retry(first.id, at=NOON)
    assert (again.state, again.attempt, again.records_done, again.counts) == (UploadState.WAITING, 2, 0, {})
    records = [IncomingRecord(0, 1, draft("a")), IncomingRecord(1, 2, draft("b"))]
    assert store(intake, claimed(uploads, first.id), *records, total=2).counts == {"added": 2}
    assert SqlLibrary(database, new_id=new_id).counts()["versions"] == 2


def test_what_waits_is_read_or_is_stored_cannot_be_retried(uploads: SqlUploads, intake: SqlIntake) -> None:
    (first,) = sent(uploads)
    with pytest.raises(UploadNotRetryable, match="waiting"):
        uploads.retry(first.id, at=NOON)
    ended(uploads, intake, first.id, STORED)
    with pytest.raises(UploadNotRetryable, match="stored"):
        uploads.retry(first.id, at=NOON)
    with pytest.raises(UploadNotFound):
        uploads.retry("none", at=NOON)


def test_a_stored_upload_is_being_indexed_until_the_index_has_followed(
    uploads: SqlUploads, intake: SqlIntake, database: Database
) -> None:
    library = SqlLibrary(database, new_id=new_id)
    (first,) = sent(uploads)
    done = store(intake, claimed(uploads, first.id), IncomingRecord(0, None, draft()))
    assert uploads.being_indexed([done]) == {first.id}
    assert uploads.document_ids([done]) == {first.id: "guide"}
    library.mark_synced(library.unsynced(), at=NOON)
    assert uploads.being_indexed([done]) == frozenset()


def test_batches_come_newest_first_page_by_page(uploads: SqlUploads) -> None:
    made = [
        uploads.register([arrival()], actor="wang", at=NOON + timedelta(seconds=number // 2)).batch.id
        for number in range(5)
    ]
    first_page = uploads.batches(limit=2)
    second_page = uploads.batches(limit=5, after=first_page[-1].id)
    found = [each.id for each in [*first_page, *second_page]]
    assert found[0] == made[4]
    assert sorted(found) == sorted(made)
    with pytest.raises(BatchNotFound):
        uploads.batches(limit=2, after="none")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\wang\\指南.docx", "指南.docx"),
        ("a\x00b\r\n\x1b[31m.md", "ab[31m.md"),
        ("fdp\u202egpj.exe", "fdpgpj.exe"),
        ("..", "upload"),
        ("", "upload"),
        ("   ", "upload"),
        ("/", "upload"),
        ("字" * 300 + ".docx", "字" * 195 + ".docx"),
        ("字" * 300, "字" * 200),
    ],
)
def test_the_name_of_a_file_is_only_shown(given: str, shown: str) -> None:
    assert safe_file_name(given) == shown
