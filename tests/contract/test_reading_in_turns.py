"""An honest file is not kept waiting by slow and bad ones that came before it."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.reading_child import QUICK_SECONDS
from ingestion.worker import Worker
from kb_service.domain.jobs import reading_job
from kb_service.job_wiring import reading_works
from kb_service.service import Records
from kb_service.settings import Settings
from kb_service.wiring import now, open_records

ENDLESS = 600.0


class ReadingWithoutWaiting:
    """Takes no time, but tells how long each file was read. ``seconds_of``: how long it takes as a whole."""

    def __init__(self, seconds_of: dict[str, float]) -> None:
        self._seconds_of = seconds_of
        self.spent: list[tuple[str, float]] = []
        self.is_done = threading.Event()

    def take_in(self, upload_id: str, *, lease: str, put_off_after: float = 30.0) -> bool:
        needed = self._seconds_of[upload_id]
        self.spent.append((upload_id, min(needed, put_off_after)))
        if upload_id == "honest" and needed <= put_off_after:
            self.is_done.set()
        return needed <= put_off_after


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with open_records(Settings(data_dir=tmp_path)) as found:
        yield found


def read(records: Records, seconds_of: dict[str, float]) -> list[tuple[str, float]]:
    """For how long each file was read until the honest one was done, in the order of reading."""
    reading = ReadingWithoutWaiting(seconds_of)
    works = reading_works(Settings(), records, reading, None)  # type: ignore[arg-type]
    for name in seconds_of:
        records.jobs.enqueue(reading_job(name, file_name="a.md", size=10, files=1), at=now())
        time.sleep(0.001)  # what came first comes first
    worker = Worker(name="here", jobs=records.jobs, works=works, now=now)
    worker.start()
    try:
        assert reading.is_done.wait(20)
    finally:
        worker.stop()
    return reading.spent


def test_ten_endless_files_before_an_honest_one_cost_it_less_than_five_seconds_of_the_processor(
    records: Records,
) -> None:
    bad = {f"endless {number}": ENDLESS for number in range(10)}
    spent = read(records, bad | {"honest": 0.5})
    at = [name for name, _ in spent].index("honest")
    short = [seconds for _, seconds in spent[:at] if seconds <= QUICK_SECONDS]
    assert len(short) == 10
    # Two are read at a time: 10 × 0.4 s / 2.
    assert sum(short) / 2 == pytest.approx(2.0)


def test_an_honest_file_that_takes_some_seconds_waits_for_no_other_files_whole_time(records: Records) -> None:
    spent = read(records, {"endless": ENDLESS, "honest": 5.0})
    assert [seconds for name, seconds in spent if name == "honest"] == [QUICK_SECONDS, 5.0]
