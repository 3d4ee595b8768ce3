"""Four departments, twelve helpers and one front end to measure human help with; and a client that speaks for them."""

import http.client
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kb_service.domain.matters import Department
from kb_service.domain.people import Role
from kb_service.domain.service_hours import service_hours
from kb_service.records import Records

# Spans of working days, and of the others.
HOURS_OF: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gongan": (("09:00-17:30",), ()),
    "renshe": (("08:30-12:00", "13:00-18:00"), ("10:00-16:00",)),
    "yibao": (("09:00-20:00",), ("09:00-12:00",)),
    "rexian": (("00:00-24:00",), ("00:00-24:00",)),
}
# By name: departments, and how many talks at a time. The first of each department leads it.
HELPERS: Mapping[str, tuple[tuple[str, ...], int]] = {
    "gongan-1": (("gongan",), 3),
    "gongan-2": (("gongan",), 2),
    "gongan-3": (("gongan", "renshe"), 4),
    "renshe-1": (("renshe",), 3),
    "renshe-2": (("renshe",), 3),
    "renshe-3": (("renshe", "yibao"), 2),
    "yibao-1": (("yibao",), 1),
    "yibao-2": (("yibao",), 5),
    "yibao-3": (("yibao", "rexian"), 3),
    "rexian-1": (("rexian",), 6),
    "rexian-2": (("rexian",), 4),
    "rexian-3": (("rexian", "gongan"), 3),
}
FRONTEND = "frontend"
# Shorter than the service keeps an idle connection.
_KEPT_SECONDS = 2.0


def set_up_desks(records: Records, *, at: datetime) -> dict[str, str]:
    """Departments with hours, and keys for everybody; the keys by the name of who has them."""
    departments = [
        Department(each, f"测量用{each}", service_hours=service_hours(*hours)) for each, hours in HOURS_OF.items()
    ]
    records.catalogue.replace(departments_=departments, matters_=[], actor="bench", at=at)
    people = {FRONTEND: Role.FRONTEND, "admin": Role.ADMIN} | dict.fromkeys(HELPERS, Role.HELPER)
    return {
        name: records.people.create_key(name, roles=[role], created_by="bench", at=at)[1]
        for name, role in people.items()
    }


def hire(port: int, key_of: Mapping[str, str], helpers: Mapping[str, tuple[tuple[str, ...], int]] = HELPERS) -> None:
    with Caller(port, key_of) as caller:
        for name, (departments, capacity) in helpers.items():
            body = {"departments": departments, "capacity": capacity, "is_lead": name.endswith("-1")}
            status, found = caller.call("admin", "PUT", f"/v1/helpers/{name}", body)
            if status != 200:
                raise RuntimeError(f"{name} could not be set up: {status} {found}")


@dataclass
class Caller:
    """A connection for each thread; every call is one request, never repeated by itself."""

    port: int
    key_of: Mapping[str, str]
    _of_thread: threading.local = field(default_factory=threading.local)
    _opened: list[http.client.HTTPConnection] = field(default_factory=list)

    def call(self, who: str, method: str, path: str, body: object | None = None) -> tuple[int, Any]:
        """Status and JSON. Raises OSError or http.client.HTTPException where no whole reply came."""
        connection: http.client.HTTPConnection | None = getattr(self._of_thread, "connection", None)
        rested = time.monotonic() - getattr(self._of_thread, "used_at", 0.0)
        if connection is not None and rested > _KEPT_SECONDS:  # the service may be closing it at this moment
            connection.close()
        self._of_thread.used_at = time.monotonic()
        if connection is None:
            connection = self._of_thread.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self._opened.append(connection)
        headers = {"Authorization": f"Bearer {self.key_of[who]}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
            reply = connection.getresponse()
            content = reply.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            raise
        return reply.status, json.loads(content or b"null")

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._opened:
            each.close()
