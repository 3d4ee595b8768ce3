"""Open the embedded index at start: never one that would crash us, was made with another model, or lacks points."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kb_service.adapters.index import probe
from kb_service.adapters.index.edge import EdgeIndex, create_empty
from kb_service.adapters.index.edge_files import finish_interrupted_swap, set_aside, shard_folder
from kb_service.adapters.index.manifest import Manifest, differences, read_manifest
from kb_service.adapters.index.ownership import Ownership

# Loading 100k points takes about a second; a child that needs this long hangs.
PROBE_TIMEOUT_SECONDS = 30.0


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
    """Probe in the background, on another core, while this process still loads its model; waits when called."""
    finish_interrupted_swap(ownership.index_folder)
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
