"""Open the embedded index at start, and put a rebuilt one in its place: never one that would crash us, was made with
another model, or lacks points.

A big rebuild is a child process that builds a whole new index in its own folder; the serving process then swaps it in.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from kb_service.adapters.index import probe
from kb_service.adapters.index.edge import EdgeIndex, create_empty
from kb_service.adapters.index.edge_files import (
    FreeBytes,
    finish_interrupted_swap,
    folder_for_new,
    free_bytes_on,
    require_space_for_opening,
    set_aside,
    shard_folder,
)
from kb_service.adapters.index.manifest import Manifest, differences, read_manifest
from kb_service.adapters.index.ownership import Ownership
from kb_service.domain.errors import IndexUnavailable
from kb_service.ports import IndexPoint

# Loading 100k points takes about a second; a child that needs this long hangs.
PROBE_TIMEOUT_SECONDS = 30.0
# The child leaves the processor to whoever is waiting for an answer.
CHILD_NICENESS = 10
_NICEST = 19


@dataclass(frozen=True, slots=True)
class OpenedIndex:
    """``index`` is always open, perhaps empty. Rebuild it from the database when there are reasons to."""

    index: EdgeIndex
    rebuild_reasons: tuple[str, ...] = ()
    set_aside: Path | None = None


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The number of points, or what went wrong."""

    points: int | None
    fault: str | None


def open_edge_index(
    ownership: Ownership,
    manifest: Manifest,
    *,
    expected_count: int,
    allowed_difference: int = 0,
    stamp: str,
    probe_timeout_seconds: float = PROBE_TIMEOUT_SECONDS,
    probed: Callable[[], ProbeResult] | None = None,
) -> OpenedIndex:
    """``expected_count``: points that the database says are there, give or take ``allowed_difference`` in flight.

    An index made with another engine, schema or embedding model is deleted; a damaged one is set aside under ``stamp``
    (a time, sortable); one made with another segmenter or converter stays in use until the rebuild is swapped in.
    ``probed`` gives the result of a probe that was started early.
    """
    folder = ownership.index_folder
    finish_interrupted_swap(folder)
    kept = read_manifest(folder)
    if kept is None:
        return _start_empty(folder, manifest, () if expected_count == 0 else ("there is no index yet",))
    found = differences(kept, manifest)
    if any(difference.is_fatal for difference in found):
        return _start_empty(folder, manifest, tuple(map(str, found)))
    result = probed() if probed else probe_folder(folder, timeout_seconds=probe_timeout_seconds)
    doubt = _doubt(result, expected_count, allowed_difference)
    if doubt is not None:
        bad = set_aside(folder, stamp=stamp)
        return OpenedIndex(_start_empty(folder, manifest, ()).index, (doubt,), bad)
    return OpenedIndex(EdgeIndex(folder), tuple(map(str, found)))


def probe_early(ownership: Ownership) -> Callable[[], ProbeResult]:
    """Probe in the background, on another core, while this process still loads its model; waits when called.

    Raises NotEnoughSpace.
    """
    finish_interrupted_swap(ownership.index_folder)
    require_space_for_opening(ownership.index_folder, free_bytes=free_bytes_on)
    pool = ThreadPoolExecutor(1, thread_name_prefix="probe")
    result = pool.submit(probe_folder, ownership.index_folder)
    pool.shutdown(wait=False)
    return result.result


def probe_folder(folder: Path, *, timeout_seconds: float = PROBE_TIMEOUT_SECONDS) -> ProbeResult:
    """Load the index in a child process and search it once. Nobody may have it open."""
    # -P keeps our folder, whose file names are everyday words, off the child's import path.
    command = [sys.executable, "-P", probe.__file__, str(shard_folder(folder))]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=timeout_seconds, check=False)
    except subprocess.TimeoutExpired:
        return ProbeResult(None, f"opening the index took more than {timeout_seconds:g} seconds")
    if child.returncode < 0:
        return ProbeResult(None, f"opening the index killed the process (signal {-child.returncode})")
    if child.returncode > 0:
        return ProbeResult(None, f"the index cannot be opened: {_last_line(child.stderr)}")
    return ProbeResult(int(json.loads(child.stdout)["points"]), None)


def _doubt(result: ProbeResult, expected_count: int, allowed_difference: int) -> str | None:
    if result.points is None:
        return result.fault
    if abs(result.points - expected_count) > allowed_difference:
        return f"the index holds {result.points} points, the database says {expected_count}"
    return None


def _start_empty(folder: Path, manifest: Manifest, reasons: tuple[str, ...]) -> OpenedIndex:
    shutil.rmtree(folder, ignore_errors=True)
    create_empty(folder, manifest)
    return OpenedIndex(EdgeIndex(folder), reasons)


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def rebuild(
    batches: Iterable[Sequence[IndexPoint]],
    index_folder: Path,
    manifest: Manifest,
    *,
    on_progress: Callable[[int], None],
    hnsw_from_kb: int | None = None,
    free_bytes: FreeBytes = free_bytes_on,
) -> int:
    """Build ``index.new`` beside ``index_folder`` and give the number of points. ``on_progress`` gets points so far.

    Freezes this process while it optimises, so run it where nobody is served. Raises IndexUnavailable when another
    rebuild is at work. The new folder is whole or not there at all.
    """
    new = folder_for_new(index_folder)
    building = new.with_name(f"{new.name}.building")
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(new.with_name(f"{new.name}.lock"), blocking=False):
            shutil.rmtree(building, ignore_errors=True)
            create_empty(building, manifest, hnsw_from_kb=hnsw_from_kb, free_bytes=free_bytes)
            points = _fill(building, batches, on_progress, free_bytes)
            shutil.rmtree(new, ignore_errors=True)
            building.rename(new)
    except Timeout as error:
        raise IndexUnavailable(f"another rebuild is at work in {new.parent}; wait until it ends") from error
    return points


def run_child(
    module: str, arguments: Sequence[str], *, on_line: Callable[[str], None], niceness: int = CHILD_NICENESS
) -> None:
    """Run ``python -m module arguments`` to its end, passing on each line that it prints.

    Raises IndexUnavailable with the child's last words when it fails. The child is killed when ``on_line`` raises.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        command = [sys.executable, "-m", module, *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True) as child:
            try:
                os.setpriority(os.PRIO_PROCESS, child.pid, min(os.nice(0) + niceness, _NICEST))
                assert child.stdout is not None
                for line in child.stdout:
                    on_line(line.rstrip("\n"))
            except BaseException:
                child.kill()
                raise
        if child.returncode != 0:
            complaints.seek(0)
            last = complaints.read().strip().splitlines()[-1:]
            raise IndexUnavailable(f"the rebuild failed ({_ending(child.returncode)}): {''.join(last)}")


def swap_in_rebuilt(index: EdgeIndex, *, expected_count: int) -> None:
    """Make a serving index go on with `index.new`, after a child has opened that one safely.

    Raises IndexUnavailable, and keeps the old one, when the new one is damaged or has not ``expected_count`` points.
    """
    new = folder_for_new(index.folder)
    _require_sound(new, expected_count)
    index.swap_in(new)


def _fill(
    folder: Path,
    batches: Iterable[Sequence[IndexPoint]],
    on_progress: Callable[[int], None],
    free_bytes: FreeBytes,
) -> int:
    index = EdgeIndex(folder, free_bytes=free_bytes)
    try:
        written = 0
        for batch in batches:
            index.upsert(batch)
            written += len(batch)
            on_progress(written)
        index.optimise()
        return index.count()
    finally:
        index.close()


def _require_sound(new: Path, expected_count: int) -> None:
    result = probe_folder(new)
    if result.points is None:
        raise IndexUnavailable(f"the rebuilt index is not used: {result.fault}")
    if result.points != expected_count:
        raise IndexUnavailable(f"the rebuilt index has {result.points} points instead of {expected_count}")


def _ending(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit code {returncode}"
