"""Rows of jobs on every database: leases, retries, dead letters, and when recurring ones are due."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kb_service.adapters.sql.jobs import LEASE, SqlJobs
from kb_service.domain.jobs import ClaimedJob, Job, JobKind, back_off, every_morning, first_due, reading_job
from tests.factories import NOON

GUIDE = Job(JobKind.READ, "guide")
FOLLOW = Job(JobKind.FOLLOW)
Claim = Callable[..., list[ClaimedJob]]
SECOND = timedelta(seconds=1)


def test_a_job_is_claimed_by_one_until_its_lease_ends_unless_that_is_extended(jobs: SqlJobs, claim: Claim) -> None:
    jobs.enqueue(GUIDE, at=NOON)
    (first,) = claim()
    assert (first.subject, first.attempt) == ("guide", 1)
    assert claim(LEASE - SECOND) == []
    assert jobs.extend([first.lease], at=NOON + LEASE - SECOND) == {first.lease}
    assert claim(LEASE) == []
    (second,) = claim(2 * LEASE)
    assert (second.subject, second.attempt) == ("guide", 2)
    assert jobs.extend([first.lease, second.lease], at=NOON) == {second.lease}


def test_who_lost_a_job_to_another_ends_nothing(jobs: SqlJobs, claim: Claim) -> None:
    jobs.enqueue(GUIDE, at=NOON)
    (slow,) = claim()
    (quick,) = claim(LEASE)
    jobs.finish(slow)
    jobs.retry(slow, "late", due_at=NOON)
    jobs.bury(slow, "late", at=NOON)
    assert jobs.extend([quick.lease], at=NOON) == {quick.lease}
    jobs.finish(quick)
    assert claim(timedelta(days=1)) == []


def test_a_job_enqueued_while_it_is_done_is_done_once_more_and_one_enqueued_twice_once(
    jobs: SqlJobs, claim: Claim
) -> None:
    jobs.enqueue(GUIDE, at=NOON)
    jobs.enqueue(GUIDE, at=NOON)
    (first,) = claim()
    jobs.enqueue(GUIDE, at=NOON + SECOND)
    assert claim(SECOND) == []
    jobs.finish(first)
    (again,) = claim(SECOND)
    assert (again.subject, again.attempt) == ("guide", 1)
    jobs.finish(again)
    assert claim(SECOND) == []


def test_a_failed_job_waits_for_its_time_with_its_error_and_a_dead_letter_until_it_is_enqueued_again(
    jobs: SqlJobs, claim: Claim
) -> None:
    jobs.enqueue(GUIDE, at=NOON)
    (first,) = claim()
    jobs.retry(first, "the disk is away", due_at=NOON + timedelta(hours=1))
    assert claim(timedelta(minutes=59)) == []
    (second,) = claim(timedelta(hours=1))
    assert (second.attempt, second.error) == (2, "the disk is away")
    jobs.bury(second, "given up", at=NOON)
    assert claim(timedelta(days=30)) == []
    jobs.enqueue_if_absent(GUIDE, at=NOON)
    assert claim(timedelta(days=30)) == []
    jobs.enqueue(GUIDE, at=NOON)
    (revived,) = claim()
    assert (revived.attempt, revived.error) == (1, None)


def test_small_batches_come_first_then_small_files_then_what_came_first(jobs: SqlJobs, claim: Claim) -> None:
    for name, files, size in (("large batch", 100, 1), ("large file", 1, 900_000), ("b", 1, 1000), ("a", 1, 1000)):
        jobs.enqueue(reading_job(name, file_name="guide.docx", size=size, files=files), at=NOON)
        time.sleep(0.001)
    assert [each.subject for each in claim(limit=3)] == ["a", "b", "large file"]
    assert [each.subject for each in claim(limit=3)] == ["large batch"]


def test_what_may_take_long_is_of_a_kind_of_its_own() -> None:
    def kind(file_name: str, size: int) -> JobKind:
        return reading_job("a", file_name=file_name, size=size, files=1).kind

    assert kind("guide.docx", 2_000_000) is JobKind.READ
    assert kind("guide.docx", 2_000_001) is JobKind.READ_LARGE
    assert kind("SCAN.PNG", 1000) is JobKind.READ_LARGE
    assert kind("notice.pdf", 300_000) is JobKind.READ_LARGE
    assert kind("notice.pdf", 200_000) is JobKind.READ


def test_leases_of_processes_that_surely_ended_are_freed_and_others_stay(jobs: SqlJobs, claim: Claim) -> None:
    jobs.enqueue(GUIDE, at=NOON)
    jobs.enqueue(Job(JobKind.READ, "notice"), at=NOON)
    gone, living = claim()
    jobs.release(lambda lease: lease == gone.lease)
    assert [each.subject for each in claim()] == [gone.subject]
    assert jobs.extend([living.lease], at=NOON) == {living.lease}


def test_pauses_grow_threefold_up_to_the_longest() -> None:
    pauses = [back_off(attempt, longest=timedelta(minutes=1)).total_seconds() for attempt in (1, 2, 3, 4, 5, 400)]
    assert pauses == [1, 3, 9, 27, 60, 60]


def test_a_morning_is_at_eight_in_shanghai_and_one_that_was_missed_is_made_up_for() -> None:
    before, after = datetime(2026, 11, 23, 23, 59, tzinfo=UTC), datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert every_morning(before) == after
    assert every_morning(after) == after + timedelta(days=1)
    assert first_due(every_morning, after + timedelta(hours=3)) == after
    assert first_due(every_morning, before) == after
