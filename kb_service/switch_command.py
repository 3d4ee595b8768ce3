"""`kb switch`, in the database that a running service reads every second: neither key nor index is needed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb_service.domain.days import SHANGHAI
from kb_service.domain.people import person_id
from kb_service.domain.switches import Covers, Switch
from kb_service.settings import Settings
from kb_service.terminal import AsJson, print_json

if TYPE_CHECKING:
    from kb_service.publishing.emergencies import Emergencies

_MOST_PAST = 200

switch = typer.Typer(no_args_is_help=True, help="Hand a matter, a department's, a document or everything to people.")

Covered = Annotated[
    Covers | None, typer.Option("--covers", help="What the name is of; otherwise a matter, department or document.")
]
Named = Annotated[str, typer.Argument(metavar="NAME", help="An id, a name or an alias; a document's id.")]
Everything = Annotated[bool, typer.Option("--everything", help="All answers there are.")]
Why = Annotated[str, typer.Option("--reason", help="Recorded in the trail.")]
By = Annotated[str, typer.Option("--actor", help="Who does it; recorded.")]


@switch.command("off")
def switch_off(
    reason: Why,
    name: Named = "",
    covers: Covered = None,
    everything: Everything = False,
    actor: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Give no more answers of it: within a second every running process hands it to people."""
    made = _off(Settings(), _covered(name, covers, everything), name, actor=actor, reason=reason)
    if as_json:
        print_json(made)
    else:
        print(_in_a_line(made))


@switch.command("on")
def switch_on(
    reason: Why,
    name: Named = "",
    covers: Covered = None,
    everything: Everything = False,
    actor: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Answer it again. NAME may also be the id of the switch."""
    taken_back = _on(Settings(), _covered(name, covers, everything), name, actor=actor, reason=reason)
    if as_json:
        print_json(taken_back)
    else:
        print(_in_a_line(taken_back))


@switch.command("list")
def list_switches(
    past: Annotated[bool, typer.Option("--past", help="Those taken back, instead of what is off.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is off now, since when, by whom and why."""
    found = _all_of(Settings(), past=past)
    if as_json:
        print_json({"switches": found})
        return
    for each in found:
        print(_in_a_line(each))
    if not found:
        print("nothing is switched off" if not past else "nothing was taken back", file=sys.stderr)


def _covered(name: str, covers: Covers | None, everything: bool) -> Covers | None:
    is_everything = everything or covers is Covers.EVERYTHING
    if bool(name) == is_everything:
        raise typer.BadParameter("name one thing, or say --everything")
    return Covers.EVERYTHING if is_everything else covers


def _off(settings: Settings, covers: Covers | None, named: str, *, actor: str, reason: str) -> dict[str, Any]:
    """Raises ReasonMissing, SubjectUnknown."""
    with _emergencies(settings) as emergencies:
        return _as_json(emergencies.switch_off(covers, named, actor=person_id(actor), reason=reason))


def _on(settings: Settings, covers: Covers | None, named: str, *, actor: str, reason: str) -> dict[str, Any]:
    """Raises ReasonMissing, SubjectUnknown, SwitchNotFound."""
    with _emergencies(settings) as emergencies:
        found = emergencies.off_by_name(covers, named)
        return _as_json(emergencies.switch_on(found.id, actor=person_id(actor), reason=reason))


def _all_of(settings: Settings, *, past: bool) -> list[dict[str, Any]]:
    from kb_service.wiring import now, open_records

    with open_records(settings) as records:
        store = records.emergencies
        found = store.past_switches(limit=_MOST_PAST) if past else store.standing(at=now())[0]
        return [_as_json(each) for each in found]


def _in_a_line(made: dict[str, Any]) -> str:
    """What is covered, since when, by whom, why, and what became of it."""
    subject = f" {made['subject_id']}" if made["subject_id"] else ""
    line = f"{made['covers']}{subject}  OFF since {made['off_at']} by {made['off_by']}: {made['reason']}"
    back = f"  on again {made['on_at']} by {made['on_by']}: {made['on_reason']}" if made["on_at"] else ""
    return f"{made['id']}  {line.replace('OFF since', 'off from') if back else line}{back}"


@contextmanager
def _emergencies(settings: Settings) -> "Iterator[Emergencies]":
    from kb_service.publishing_wiring import open_emergencies
    from kb_service.wiring import new_id, now, open_records

    with open_records(settings) as records:
        yield open_emergencies(records, now=now, new_id=new_id)


def _as_json(found: Switch) -> dict[str, Any]:
    return {
        "id": found.id,
        "covers": found.covers,
        "subject_id": found.subject_id,
        "reason": found.reason,
        "off_at": found.off_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "off_by": found.off_by,
        "on_at": found.on_at and found.on_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "on_by": found.on_by,
        "on_reason": found.on_reason,
    }
