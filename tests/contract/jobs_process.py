"""A process that takes jobs, to be killed: `python -m tests.contract.jobs_process URL EXECUTOR FOLDER SECONDS …`."""

import os
import sys
import time
from pathlib import Path

from ingestion.job_kinds import Work
from ingestion.jobs import DurableJobs
from kb_service.adapters.sql.executors import UploadLeft
from kb_service.domain.uploads import UploadState


def main(database_url: str, executor: str, folder: str, seconds: str, *names: str) -> None:
    """Enqueues uploads of these names and works until it is killed. Each job takes ``seconds``; its effect is a file
    that can be made only once, and that a job finds when it was done before, as it would find its rows."""
    effects = Path(folder)

    def note(what: str) -> None:
        if (effects / f"done-{what}").exists():
            return
        (effects / f"begun-{what}-{executor}").touch()
        time.sleep(float(seconds))
        os.close(os.open(effects / f"done-{what}", os.O_CREAT | os.O_EXCL))

    def give_up(upload_id: str, reason: str) -> None:
        (effects / f"failed-{upload_id}").write_text(reason)

    jobs = DurableJobs(
        executor=executor, database_url=database_url, work=Work(note, give_up), owners_work=None, at_once=2
    )
    jobs.start()
    for name in names:
        jobs.take_in(UploadLeft(name, 1, UploadState.WAITING, None, "guide.docx", 1000, 1))
    print("ready", flush=True)
    sys.stdin.read()
    jobs.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
