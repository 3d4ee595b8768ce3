"""A big rebuild: a child process builds a whole new index in its own folder, then the serving process swaps it in."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from kb_service.adapters.index.edge import EdgeIndex, create_empty
from kb_service.adapters.index.edge_files import folder_for_new, put_in_place
from kb_service.adapters.index.manifest import Manifest
from kb_service.adapters.index.opening import probe_folder
from kb_service.adapters.index.ownership import Ownership
from kb_service.adapters.index.space import FreeBytes, free_bytes_on
from kb_service.domain.errors import IndexUnavailable
from kb_service.ports import IndexPoint

# The child leaves the processor to whoever is waiting for an answer.
CHILD_NICENESS = 10
_NICEST = 19


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
            create_empty(building, manifest, hnsw_from_kb=hnsw_from_kb)
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


def put_rebuilt_in_place(ownership: Ownership, *, expected_count: int) -> None:
    """The same for an index that nobody has open, as after `kb reindex` without a server."""
    new = folder_for_new(ownership.index_folder)
    _require_sound(new, expected_count)
    with put_in_place(new, ownership.index_folder):
        pass


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
