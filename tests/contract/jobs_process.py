"""A process that does jobs, to be killed: `python -m tests.contract.jobs_process URL NAME FOLDER SECONDS SUBJECT …`."""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from ingestion.worker import Work, Worker
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.domain.jobs import ClaimedJob, Job, JobKind


def now() -> datetime:
    return datetime.now(UTC)


def main(database_url: str, name: str, folder: str, seconds: str, *subjects: str) -> None:
    """Enqueues jobs and works until it is killed. Each takes ``seconds``; its effect is a file that can be made only
    once, and that a job finds when it was done before, as it would find its rows."""
    effects = Path(folder)

    def note(job: ClaimedJob) -> None:
        if (effects / f"done-{job.subject}").exists():
            return
        time.sleep(float(seconds))
        os.close(os.open(effects / f"done-{job.subject}", os.O_CREAT | os.O_EXCL))

    def give_up(job: ClaimedJob, reason: str) -> None:
        (effects / f"failed-{job.subject}").write_text(reason)

    jobs = SqlJobs(Database(database_url), now=now)
    works = {JobKind.READ: Work(note, at_once=2, give_up=give_up)}
    Worker(name=name, jobs=jobs, works=works, now=now).start()
    for subject in subjects:
        jobs.enqueue(Job(JobKind.READ, subject), at=now())
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
