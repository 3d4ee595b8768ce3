"""What the short `kb` commands do: through the owner of the index when there is one, else on their own; keys too."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import TypeAdapter

from kb_service.answer_wiring import user_key
from kb_service.api.answer_shapes import as_values
from kb_service.api.search import hits_of, routed_departments
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.client import ServiceClient
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import ReasonMissing
from kb_service.domain.people import Key, Role
from kb_service.domain.privacy import Erased, hash_of_user
from kb_service.settings import Settings
from kb_service.wiring import now, open_records, open_service, owner_address

_JSON: TypeAdapter[Any] = TypeAdapter(Any)
# A rebuild of 100,000 passages takes minutes; the answer itself never this long.
_REBUILD_SECONDS = 3600
_OPERATOR = "operator"
_MOMENTS = {"created_at": "made", "expires_at": "ends", "revoked_at": "REVOKED", "last_used_at": "last used"}


def ask(settings: Settings, question: str, *, as_of: date | None, region: str | None) -> dict[str, Any]:
    """The answer object of the HTTP API."""
    if owner := owner_of(settings):
        return owner.answer({"question": question, "as_of": _day(as_of), "region": region})
    with open_service(settings) as service:
        asked = service.asking.question(question, as_of=as_of, region=region)
        return as_values(service.asking.answer(asked), settings.prompts_dir)


def search(settings: Settings, query: str, *, as_of: date | None, limit: int) -> dict[str, Any]:
    if owner := owner_of(settings):
        return owner.search({"question": query, "as_of": _day(as_of), "limit": limit})
    with open_service(settings) as service:
        asked = service.asking.question(query, as_of=as_of)
        return dict(_JSON.dump_python(hits_of(service, asked, EVERYTHING, limit), mode="json"))


def route(settings: Settings, question: str) -> dict[str, Any]:
    if owner := owner_of(settings):
        return owner.routes(question)
    with open_service(settings) as service:
        asked = service.asking.question(question)
        return dict(_JSON.dump_python(routed_departments(service.asking.route(asked)), mode="json"))


def check(settings: Settings, *, kept_head: str | None = None) -> dict[str, Any]:
    """``findings``: what is wrong, after the index has followed what was still due; ``trail``: its head."""
    if owner := owner_of(settings):
        return owner.check(kept_head)
    with open_service(settings) as service:
        service.synchroniser.reconcile()
        return dict(_JSON.dump_python(service.check(kept_head=kept_head), mode="json"))


def accept_rows(settings: Settings, reason: str) -> int:
    """Say in the trail that the rows which `check` finds changed are right as they are; how many. Raises
    ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing("accepting what was changed says why; give a reason")
    with open_records(settings) as records:
        return records.accept_rows(actor=_OPERATOR, at=now(), reason=reason)


def erase(
    settings: Settings,
    *,
    conversation: str | None = None,
    of: str | None = None,
    user: str | None = None,
    older_than: int | None = None,
) -> Erased:
    """What people typed and were answered, by one of the three. ``older_than``: in days;
    ``of``: which conversation, where several have its id."""
    at = now()
    with open_records(settings) as records:
        if conversation is not None:
            return records.erasing.conversation(conversation, actor=_OPERATOR, at=at, of=of)
        if user is not None:
            return records.erasing.person(hash_of_user(user, user_key(settings)), actor=_OPERATOR, at=at)
        return records.erasing.before(at - timedelta(days=older_than or 0), actor=_OPERATOR, at=at)


def reindex(settings: Settings) -> int:
    if owner := owner_of(settings):
        return owner.reindex()
    with open_service(settings) as service:
        return service.rebuild()


def compute_anew(settings: Settings) -> None:
    if owner := owner_of(settings):
        owner.compute_anew()
    else:
        with open_service(settings) as service:
            service.compute_anew()


def owner_of(settings: Settings) -> ServiceClient | None:
    """The process that owns the embedded index, if one does."""
    owner = owner_address(settings)
    if owner is None:
        return None
    return ServiceClient(
        f"http://{owner.host}:{owner.port}",
        key=owner.token,
        read_seconds=_REBUILD_SECONDS,
        name=f"process {owner.pid}, which owns the index,",
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


# Whoever can run this command can read the database: the operator of the machine.


def make_key(
    settings: Settings, person: str, *, roles: Iterable[Role], label: str = "", expires: date | None = None
) -> dict[str, Any]:
    """The key as a record, with the written form in ``key``. ``expires``: the first day on which it opens nothing."""
    ends = datetime.combine(expires, time.min, SHANGHAI) if expires else None
    with open_records(settings) as records:
        made, written = records.people.create_key(
            person, roles=roles, label=label, expires_at=ends, created_by=_OPERATOR, at=now()
        )
    return {"key": written} | _key_as_json(made)


def every_key(settings: Settings) -> list[dict[str, Any]]:
    with open_records(settings) as records:
        return [_key_as_json(key) for key in records.people.every_key()]


def close_key(settings: Settings, key_id: str) -> dict[str, Any]:
    with open_records(settings) as records:
        return _key_as_json(records.people.revoke_key(key_id, revoked_by=_OPERATOR, at=now()))


def key_in_a_line(key: dict[str, Any]) -> str:
    """One key on one line: id, person, roles, label, and what became of it."""
    label = f"  [{key['label']}]" if key["label"] else ""
    since = [f"{word} {key[name]}" for name, word in _MOMENTS.items() if key[name]]
    return f"{key['id']}  {key['name']}  {','.join(key['roles'])}{label}  {'; '.join(since)}"


def _key_as_json(key: Key) -> dict[str, Any]:
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
