"""People and keys in SQL. Keys are never deleted: a revoked one still says that this service is protected."""

import hmac
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.seals import new, seals
from kb_service.adapters.sql.tables import keys, people
from kb_service.adapters.sql.trail import record
from kb_service.domain.errors import InvalidKey, KeyNotFound, NotEnoughSpace, RecordsBusy, RecordsUnavailable
from kb_service.domain.people import Actor, Key, Role, key_hash, key_id_of, person_id, shown_name, written_key

# How exactly it is known when a key was last used: a write for every request would cost more than the reading.
USE_NOTED_EVERY = timedelta(minutes=1)

_KEYS = select(keys, people.c.name).join(people, people.c.id == keys.c.person_id)
_KEY_BY_ID = _KEYS.where(keys.c.id == bindparam("key_id"))
_ANY_KEY = select(keys.c.id).limit(1)
_LABEL_LENGTH = 200


class SqlPeople:
    """``new_id`` gives UUIDs, whose first 8 digits name a key; ``new_secret`` 43 URL-safe characters, 256 bits."""

    def __init__(self, database: Database, *, new_id: Callable[[], str], new_secret: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id
        self._new_secret = new_secret
        self._noted: dict[str, datetime] = {}
        self._noting = threading.Lock()

    def create_key(
        self,
        name: str,
        *,
        roles: Iterable[Role],
        created_by: str,
        at: datetime,
        label: str = "",
        expires_at: datetime | None = None,
    ) -> tuple[Key, str]:
        """The key, and how it is written: only now, for it cannot be read again. Makes the person if unknown.

        Raises InvalidPerson, and InvalidKey without a role or with an end that has passed.
        """
        row = {
            "person_id": person_id(name),
            "label": label,
            "roles": sorted(set(roles)),
            "created_at": at,
            "created_by": created_by,
            "expires_at": expires_at,
        }
        _require_useful(row)
        person_key = person_id(name)
        person = {"id": person_key, "name": shown_name(name), "created_at": at}
        with self._database.writing() as connection:
            was = seals(connection, [("person", person_key)])
            connection.execute(self._database.insert(people).values(person).on_conflict_do_nothing())
            key_id = next(each for each in iter(self._new_key_id, "") if not _taken(connection, each))
            written = written_key(key_id, self._new_secret())
            connection.execute(insert(keys).values(id=key_id, secret_sha256=key_hash(written), **row))
            detail = {name: row[name] for name in ("person_id", "roles", "label")}
            detail |= {"key_id": key_id, "expires_at": expires_at.isoformat() if expires_at else None}
            record(
                connection, at=at, actor=created_by, action="key_created", detail=detail, was=was | new(("key", key_id))
            )
            return _key(connection.execute(_KEY_BY_ID, {"key_id": key_id}).one()), written

    def revoke_key(self, key_id: str, *, revoked_by: str, at: datetime) -> Key:
        """Close a key for good, at once; doing it again changes nothing. Raises KeyNotFound."""
        with self._database.writing() as connection:
            row = connection.execute(_KEY_BY_ID, {"key_id": key_id}).first()
            if row is None:
                raise KeyNotFound(f"there is no key {key_id!r}; `kb keys list` shows their ids")
            if row.revoked_at is None:
                was = seals(connection, [("key", key_id)])
                connection.execute(update(keys).where(keys.c.id == key_id).values(revoked_at=at))
                detail = {"key_id": key_id, "person_id": row.person_id}
                record(connection, at=at, actor=revoked_by, action="key_revoked", detail=detail, was=was)
            return _key(connection.execute(_KEY_BY_ID, {"key_id": key_id}).one())

    def every_key(self) -> Sequence[Key]:
        """All that were ever made, oldest first."""
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(_KEYS.order_by(keys.c.created_at, keys.c.id))]

    def has_keys(self) -> bool:
        """Whether a key was ever made, valid or not."""
        with self._database.reading() as connection:
            return connection.execute(_ANY_KEY).first() is not None

    def actor_with(self, written: str, *, at: datetime) -> Actor | None:
        """Who holds this key; None for one that is malformed, unknown, wrong, expired or revoked. One indexed read."""
        key_id = key_id_of(written)
        if key_id is None:
            return None
        with self._database.reading() as connection:
            row = connection.execute(_KEY_BY_ID, {"key_id": key_id}).first()
        if row is None or not hmac.compare_digest(row.secret_sha256, key_hash(written)):
            return None
        key = _key(row)
        if not key.is_valid_at(at):
            return None
        self._note_use(key, at)
        return Actor(key.person_id, key.name, key.roles, key.id)

    def _note_use(self, key: Key, at: datetime) -> None:
        with self._noting:
            last = max((each for each in (key.last_used_at, self._noted.get(key.id)) if each), default=None)
            if last is not None and at - last < USE_NOTED_EVERY:
                return
            self._noted[key.id] = at
        try:
            with self._database.writing() as connection:
                connection.execute(update(keys).where(keys.c.id == key.id).values(last_used_at=at))
        except (RecordsBusy, RecordsUnavailable, NotEnoughSpace):
            return  # who holds it for long, and a full disk, must not keep readers out

    def _new_key_id(self) -> str:
        return self._new_id()[:8]


def _require_useful(row: dict[str, Any]) -> None:
    if not row["roles"]:
        raise InvalidKey("a key needs at least one role")
    if row["expires_at"] is not None and row["expires_at"] <= row["created_at"]:
        raise InvalidKey("the key would have expired already; give a later day")
    if len(row["label"]) > _LABEL_LENGTH or not row["label"].isprintable():
        raise InvalidKey(f"a label has at most {_LABEL_LENGTH} characters, none of them control characters")


def _taken(connection: Any, key_id: str) -> bool:
    return connection.execute(_KEY_BY_ID, {"key_id": key_id}).first() is not None


def _key(row: Row[Any]) -> Key:
    plain = {column: getattr(row, column) for column in _PLAIN}
    return Key(**plain, roles=frozenset(Role(role) for role in row.roles))


_PLAIN = (
    "id",
    "person_id",
    "name",
    "label",
    "created_at",
    "created_by",
    "expires_at",
    "revoked_at",
    "last_used_at",
)
