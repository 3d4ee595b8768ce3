"""Who takes part in talks over HTTP: a resident's frontend, helpers of two departments, an administrator."""

import asyncio
import json
from typing import Any

import httpx

from kb_service.api.app import create_app
from kb_service.domain.matters import Department
from kb_service.domain.people import Role
from kb_service.domain.service_hours import service_hours
from tests.api.conftest import Http, key_of
from tests.factories import NOON

ALWAYS = service_hours(["00:00-24:00"], ["00:00-24:00"])
HOURS = [
    Department("qiqiu", "市气球管理处", ("气球处",), "12345", "全天", ("热气球",), ALWAYS),
    Department("dashuju", "市大数据中心", (), "12345", None, (), ALWAYS),
]


def shown(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


class People:
    """Who takes part, each with a key."""

    def __init__(self, http: Http) -> None:
        self.http = http
        http.service.catalogue.replace(departments_=HOURS, matters_=[], actor="operator", at=NOON)
        http.service.reread_catalogue()
        roles = {
            "前端": Role.FRONTEND,
            "张帮办": Role.HELPER,
            "李帮办": Role.HELPER,
            "王帮办": Role.HELPER,
            "管理": Role.ADMIN,
        }
        self.key = {name: shown(key_of(http, name, role)) for name, role in roles.items()}
        self.set_up("张帮办", "气球处")
        self.set_up("李帮办", "qiqiu", is_lead=True)
        self.set_up("王帮办", "市大数据中心")

    def set_up(self, name: str, *departments: str, **fields: Any) -> None:
        body = {"departments": list(departments), **fields}
        made = self.http.request("PUT", f"/v1/helpers/{name}", json=body, headers=self.key["管理"])
        assert made.status_code == 200, made.text

    def post(self, who: str, path: str, body: object | None = None) -> httpx.Response:
        return self.http.request("POST", path, json=body, headers=self.key[who])

    def get(self, who: str, path: str, **params: Any) -> httpx.Response:
        return self.http.request("GET", path, params=params, headers=self.key[who])

    def come(self, who: str) -> dict[str, Any]:
        said = self.post(who, "/v1/helpers/me:presence", {"is_present": True})
        assert said.status_code == 200, said.text
        return dict(said.json())

    def open(self, conversation: str, words: str = "热气球停在哪里要找人问") -> dict[str, Any]:
        body = {"conversation_id": conversation, "words": words, "department": "气球处"}
        made = self.post("前端", "/v1/escalations", body)
        assert made.status_code == 201, made.text
        return dict(made.json())


def blocks_of(people: People, who: str, path: str, count: int, *, last: int | None = None) -> list[tuple[str, Any]]:
    """The first events of a stream, each with its name and data; the connection is left after them."""
    headers = people.key[who] | ({"Last-Event-ID": str(last)} if last is not None else {})

    async def read() -> list[tuple[str, Any]]:
        app = create_app(people.http.service)
        found: list[tuple[str, Any]] = []
        sent: asyncio.Queue[bytes] = asyncio.Queue()
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                await sent.put(message.get("body", b""))

        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [(b"host", b"127.0.0.1"), *raw], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
            "scheme": "http", "http_version": "1.1", "root_path": "", "asgi": {"version": "3.0"},
        }  # fmt: skip
        running = asyncio.create_task(app(scope, receive, send))
        while len(found) < count:
            block = (await asyncio.wait_for(sent.get(), 10)).decode()
            lines = dict(line.split(": ", 1) for line in block.strip().splitlines() if not line.startswith(":"))
            if "event" in lines:
                found.append((lines["event"], json.loads(lines["data"])))
        gone.set()
        await asyncio.wait_for(running, 10)
        return found

    return asyncio.run(read())
