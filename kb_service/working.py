"""`kb worker`: read and embed uploads beside the process that owns the index."""

import contextlib
import logging
import os
import signal
import threading

from kb_service.domain.errors import ExecutorNameInUse, NotAllowed
from kb_service.job_wiring import workers_jobs
from kb_service.settings import Settings
from kb_service.wiring import open_records, open_texts, taking_in

log = logging.getLogger(__name__)


def run(settings: Settings) -> None:
    """Until a signal ends it. Raises NotAllowed on SQLite, ExecutorNameInUse when another process has the name."""
    if settings.database.startswith("sqlite"):
        raise NotAllowed(
            "more workers need PostgreSQL (KB_DATABASE_URL); on SQLite one process does it all, so `kb serve` is enough"
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    records = open_records(settings)
    reading = taking_in(records)
    faults: list[str] = []
    stopping = threading.Event()

    def superseded(why: str) -> None:
        faults.append(why)
        stopping.set()

    texts = open_texts(settings, records)
    jobs = workers_jobs(settings, records, reading, texts.preparing, superseded=superseded)
    jobs.start()
    print(f"kb worker {jobs.name} takes uploads (Ctrl-C ends it)", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        stopping.wait()
    is_idle = jobs.stop()
    reading.close()
    if faults:
        raise ExecutorNameInUse(faults[0])
    if not is_idle:
        end_at_once()
    records.database.close()


def end_at_once() -> None:
    """Without waiting for what is in work, nor closing what it uses: it is found again at the next start."""
    log.warning("ending in the middle of a job; it will be finished after the next start")
    logging.shutdown()
    os._exit(0)
