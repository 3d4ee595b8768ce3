"""Jobs that were given up, where an operator looks."""

from datetime import timedelta
from itertools import count

import pytest

from ingestion.checking import Finding
from kb_service.domain.jobs import ClaimedJob, Job, JobKind
from kb_service.wiring import now
from tests.api.conftest import Http
from tests.api.test_life_of_versions import Desk
from tests.factories import NOON

_numbers = count(1)


def claimed(http: Http, kind: JobKind, subject: str) -> ClaimedJob:
    found = http.service.records.jobs.claim(
        kind, limit=1000, new_lease=lambda: f"test#there:1:a-{next(_numbers)}", at=now() + timedelta(days=1)
    )
    (job,) = [each for each in found if each.subject == subject]
    return job


def findings(http: Http) -> list[Finding]:
    return [each for each in http.service.check().findings if each.kind == "job"]


def dead_reads(http: Http) -> str:
    lines = http.get("/metrics").text.splitlines()
    return next(line for line in lines if line.startswith('kb_dead_letters{kind="read"}'))


def test_a_job_that_was_given_up_is_found_and_counted_until_it_is_enqueued_again(http: Http) -> None:
    jobs, job = http.service.records.jobs, Job(JobKind.READ, "the-torn-file")
    jobs.enqueue(job, at=NOON)
    assert (findings(http), dead_reads(http)) == ([], 'kb_dead_letters{kind="read"} 0.0')
    jobs.bury(claimed(http, JobKind.READ, "the-torn-file"), "it failed 10 times, at last with: disk full", at=NOON)
    (found,) = findings(http)
    assert found.subject == "read the-torn-file"
    assert found.detail == "given up at 2026-07-01T12:00:00+08:00: it failed 10 times, at last with: disk full"
    assert dead_reads(http) == 'kb_dead_letters{kind="read"} 1.0'
    jobs.enqueue(job, at=NOON)
    assert (findings(http), dead_reads(http)) == ([], 'kb_dead_letters{kind="read"} 0.0')
    jobs.finish(claimed(http, JobKind.READ, "the-torn-file"))


@pytest.mark.parametrize("step", ["approve", "reject"])
def test_a_rehearsal_that_was_given_up_is_no_finding_once_the_version_has_left_review(http: Http, step: str) -> None:
    editor, reviewer = Desk(http, "zhang"), Desk(http, "li")
    version_id = editor.draft(f"whistle-{step}", title="哨子登记办法", text="第一条 哨子登记免费。")
    editor.step(version_id, "submit")
    http.service.records.jobs.bury(claimed(http, JobKind.REHEARSE, version_id), "no memory", at=NOON)
    assert [each.subject for each in findings(http)] == [f"rehearse {version_id}"]
    assert reviewer.step(version_id, step, reason="日期有误").status_code == 200
    assert findings(http) == []
