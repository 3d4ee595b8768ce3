"""Readers of files that go wrong, for the child process that reads: it imports them by name."""

import errno
import os
import signal
import time
from collections.abc import Iterator

import numpy as np

from ingestion.parsing.limits import ParsingLimits
from ingestion.reading_child import FileInFolder, KeptFile, read_in_folder, read_source
from ingestion.sources import Read

_KEPT: list[object] = []


def dies_at_bad_files(source: KeptFile, limits: ParsingLimits) -> Iterator[Read]:
    """Ends its process, as a fault in a library of C does, when the file's name says so."""
    if source.file_name.startswith("exit"):
        os._exit(7)
    if source.file_name.startswith("segfault"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if source.file_name.startswith("endless"):
        source.path.with_suffix(".begun").touch()
        _work_for(600)
    if source.file_name.startswith("waits"):
        time.sleep(float(source.file_name.split("-")[1]))
    if source.file_name.startswith("hungry"):
        np.zeros(5 * 2**30, dtype=np.uint8)  # addresses only: nothing is written there
    if source.file_name.startswith("greedy"):
        _KEPT.append(np.zeros(2**29 + 2**28, dtype=np.uint8))
    if source.file_name.startswith("full"):
        _take_all_memory([])
    if source.file_name.startswith("hoarding"):
        _take_all_memory(_KEPT)
    if source.file_name.startswith("no_memory"):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")
    if source.file_name.startswith("odd"):
        raise LookupError("no such part\nin the file")
    return read_source(source, limits)


def _take_all_memory(held: list[object]) -> None:
    """To the last bytes: of a frame alone, which can be cleared, or of the module."""
    size = 2**24
    while True:
        try:
            held.append(bytearray(size))
        except MemoryError:
            if size < 32:
                while True:
                    held.append(float(len(held)))
            size //= 2


def dawdles_at_slow_files(source: FileInFolder, limits: ParsingLimits) -> Iterator[Read]:
    if source.path.name.startswith("endless"):
        _work_for(600)
    if source.path.name.startswith("slow"):
        _work_for(2)  # longer than a file of a folder is given at first
    return read_in_folder(source, limits)


def _work_for(seconds: float) -> None:
    """Of the processor."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
