"""What `kb switch` does, in the database that a running service reads every second: neither key nor index is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kb_service.domain.days import SHANGHAI
from kb_service.domain.people import person_id
from kb_service.domain.switches import Covers, Switch
from kb_service.publishing.emergencies import Emergencies
from kb_service.settings import Settings
from kb_service.wiring import now, open_emergencies, open_records

_MOST_PAST = 200


def off(settings: Settings, covers: Covers | None, named: str, *, actor: str, reason: str) -> dict[str, Any]:
    """Raises ReasonMissing, SubjectUnknown."""
    with _emergencies(settings) as emergencies:
        return _as_json(emergencies.switch_off(covers, named, actor=person_id(actor), reason=reason))


def on(settings: Settings, covers: Covers | None, named: str, *, actor: str, reason: str) -> dict[str, Any]:
    """Raises ReasonMissing, SubjectUnknown, SwitchNotFound."""
    with _emergencies(settings) as emergencies:
        found = emergencies.off_by_name(covers, named)
        return _as_json(emergencies.switch_on(found.id, actor=person_id(actor), reason=reason))


def all_of(settings: Settings, *, past: bool) -> list[dict[str, Any]]:
    with open_records(settings) as records:
        store = records.emergencies
        found = store.past_switches(limit=_MOST_PAST) if past else store.standing(at=now())[0]
        return [_as_json(each) for each in found]


def switch_in_a_line(switch: dict[str, Any]) -> str:
    """What is covered, since when, by whom, why, and what became of it."""
    subject = f" {switch['subject_id']}" if switch["subject_id"] else ""
    line = f"{switch['covers']}{subject}  OFF since {switch['off_at']} by {switch['off_by']}: {switch['reason']}"
    back = f"  on again {switch['on_at']} by {switch['on_by']}: {switch['on_reason']}" if switch["on_at"] else ""
    return f"{switch['id']}  {line.replace('OFF since', 'off from') if back else line}{back}"


@contextmanager
def _emergencies(settings: Settings) -> Iterator[Emergencies]:
    with open_records(settings) as records:
        yield open_emergencies(records)


def _as_json(switch: Switch) -> dict[str, Any]:
    return {
        "id": switch.id,
        "covers": switch.covers,
        "subject_id": switch.subject_id,
        "reason": switch.reason,
        "off_at": switch.off_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "off_by": switch.off_by,
        "on_at": switch.on_at and switch.on_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "on_by": switch.on_by,
        "on_reason": switch.on_reason,
    }
