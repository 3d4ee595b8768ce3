"""`kb worker`: read and embed uploads beside the process that owns the index."""

import contextlib
import logging
import os
import signal
import threading

from kb_service.domain.errors import NotAllowed
from kb_service.intake_wiring import open_taking_in
from kb_service.job_wiring import readers_worker
from kb_service.settings import Settings
from kb_service.wiring import now, open_records, open_texts

log = logging.getLogger(__name__)


def run(settings: Settings) -> None:
    """Until a signal ends it. Raises NotAllowed on SQLite."""
    if settings.database.startswith("sqlite"):
        raise NotAllowed(
            "more workers need PostgreSQL (KB_DATABASE_URL); on SQLite one process does it all, so `kb serve` is enough"
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    records = open_records(settings)
    reading = open_taking_in(settings, records, now=now)
    worker = readers_worker(settings, records, reading, open_texts(settings, records).preparing)
    worker.start()
    print(f"kb worker {worker.name} takes uploads (Ctrl-C ends it)", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    is_idle = worker.stop()
    reading.close()
    if not is_idle:
        _end_at_once()
    records.close()


def _end_at_once() -> None:
    """Without waiting for what is in work, nor closing what it uses: it is found again at the next start."""
    log.warning("ending in the middle of a job; it will be finished after the next start")
    logging.shutdown()
    os._exit(0)
