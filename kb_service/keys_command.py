"""What `kb keys` does. It needs the database only, so it works beside a running server, which heeds it at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from kb_service.adapters.sql.people import SqlPeople
from kb_service.domain.days import SHANGHAI
from kb_service.domain.people import Key, Role
from kb_service.settings import Settings
from kb_service.wiring import now, open_records

# Whoever can run this command can read the database: the operator of the machine.
_OPERATOR = "operator"


def create(
    settings: Settings, person: str, *, roles: Iterable[Role], label: str = "", expires: date | None = None
) -> dict[str, Any]:
    """The key as a record, with the written form in ``key``. ``expires``: the first day on which it opens nothing."""
    ends = datetime.combine(expires, time.min, SHANGHAI) if expires else None
    with _people(settings) as people:
        made, written = people.create_key(
            person, roles=roles, label=label, expires_at=ends, created_by=_OPERATOR, at=now()
        )
    return {"key": written} | _told(made)


def every_key(settings: Settings) -> list[dict[str, Any]]:
    with _people(settings) as people:
        return [_told(key) for key in people.every_key()]


def revoke(settings: Settings, key_id: str) -> dict[str, Any]:
    with _people(settings) as people:
        return _told(people.revoke_key(key_id, revoked_by=_OPERATOR, at=now()))


def line_of(told: dict[str, Any]) -> str:
    """One key on one line: id, person, roles, label, and what became of it."""
    label = f"  [{told['label']}]" if told["label"] else ""
    since = [f"{word} {told[name]}" for name, word in _MOMENTS.items() if told[name]]
    return f"{told['id']}  {told['name']}  {','.join(told['roles'])}{label}  {'; '.join(since)}"


_MOMENTS = {"created_at": "made", "expires_at": "ends", "revoked_at": "REVOKED", "last_used_at": "last used"}


@contextmanager
def _people(settings: Settings) -> Iterator[SqlPeople]:
    records = open_records(settings)
    try:
        yield records.people
    finally:
        records.database.close()


def _told(key: Key) -> dict[str, Any]:
    moments = {name: getattr(key, name) for name in _MOMENTS}
    return {
        "id": key.id,
        "person_id": key.person_id,
        "name": key.name,
        "roles": sorted(key.roles),
        "label": key.label,
        "created_by": key.created_by,
        **{
            name: moment and moment.astimezone(SHANGHAI).isoformat(timespec="seconds")
            for name, moment in moments.items()
        },
    }
