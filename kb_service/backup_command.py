"""`kb backup` and `kb restore`: what they tell while they work, and at the end."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from kb_service.backing_up import BackedUp, Told, back_up
from kb_service.domain.days import SHANGHAI
from kb_service.domain.trail import TrailHead
from kb_service.restoring import CheckedBackup, Restored, check_restored, restore, verify
from kb_service.settings import Settings

_JSON: TypeAdapter[Any] = TypeAdapter(Any)


def back_up_shown(settings: Settings, target: Path, *, as_json: bool) -> bool:
    """Whether every original was there."""
    with _progress() as told:
        made = back_up(settings, target, told)
    if as_json:
        _print(made)
    else:
        _tell_backed_up(made)
    for digest in made.missing:
        print(f"the original {digest} is missing or was changed; `kb check` tells more", file=sys.stderr)
    return not made.missing


def verify_shown(settings: Settings, file: Path, *, as_json: bool) -> None:
    with _progress() as told:
        manifest = verify(settings, file, told)
    if as_json:
        _print(manifest)
    else:
        made = manifest.made_at.astimezone(SHANGHAI).isoformat(timespec="seconds")
        print(f"sound: {file}, made {made}, {len(manifest.files)} files\n{_head(manifest.trail)}")


def restore_shown(settings: Settings, file: Path, *, replace: bool, kept_head: str | None, as_json: bool) -> bool:
    """Whether what is there now is clean."""
    with _progress() as told:
        restored = restore(settings, file, told, replace=replace)
    if not as_json:
        _tell_restored(restored)
    with _progress() as told:
        told("making the index and checking", 0, 0)
        trail = restored.manifest.trail
        checked = check_restored(settings, kept_head or (trail.hash if trail.events else None))
    if as_json:
        _print({"restored": restored, "checked": checked})
    else:
        _tell_checked(checked)
    return not checked.findings


def _tell_backed_up(made: BackedUp) -> None:
    print(f"{made.path}: {made.size / 1e6:.1f} MB, the database and {made.originals} originals")
    print(_head(made.trail))
    print(
        "Keep the head apart from the file, and the file safe: people's questions and keys are in it.", file=sys.stderr
    )


def _tell_restored(restored: Restored) -> None:
    manifest = restored.manifest
    made = manifest.made_at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    print(f"restored: the database and {restored.originals} originals as of {made}, and {_head(manifest.trail)}")
    if restored.set_aside:
        print(f"what was here before is in {restored.set_aside}")
    for sentence in restored.differences:
        print(f"different: {sentence}")
    for digest in manifest.missing:
        print(f"missing: the original {digest} was not in the backup")


def _tell_checked(checked: CheckedBackup) -> None:
    for each in checked.findings:
        print(f"{each.kind}: {each.subject}: {each.detail}")
    print(f"checked: {checked.points} points in the index; {_head(checked.trail)}")
    print("clean" if not checked.findings else f"{len(checked.findings)} findings")


def _head(trail: TrailHead) -> str:
    return f"trail: {trail.events} entries, {trail.answers} answers, head {trail.hash}"


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar for each thing that is being done, on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, Any] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what)
            progress.update(tasks[what], completed=done, total=total or None)

        yield told


def _print(value: object) -> None:
    print(json.dumps(_JSON.dump_python(value, mode="json"), ensure_ascii=False, indent=2))
