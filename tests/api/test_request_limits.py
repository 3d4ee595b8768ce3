"""How much a sender may send: by key, by address, and of what is kept in memory."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.to_thread import current_default_thread_limiter

from kb_service.api import limits
from kb_service.api.app import create_app
from kb_service.connections import sender_at
from kb_service.domain.people import Role
from kb_service.service import Service
from tests.api.conftest import OWNER_TOKEN, Http, key_of, service_with_a_key
from tests.api.test_access import UNKNOWN, shown


@pytest.fixture(scope="module")
def keyed_service(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Service]:
    with service_with_a_key(tmp_path_factory.mktemp("limited"), models_dir) as service:
        yield service


@pytest.fixture
def limited(keyed_service: Service) -> Http:
    few = {"requests_per_key": 3, "requests_per_address": 2}
    return Http(replace(keyed_service, settings=keyed_service.settings.model_copy(update=few)))


def statuses(http: Http, times: int, key: str | None = None, path: str = "/v1/matters") -> list[int]:
    headers = shown(key) if key else {}
    return [http.request("GET", path, headers=headers).status_code for _ in range(times)]


def test_a_key_has_so_many_requests_a_minute_and_is_told_when_to_go_on(limited: Http) -> None:
    one, other = (key_of(limited, name, Role.FRONTEND) for name in ("甲", "乙"))
    assert statuses(limited, 4, one) == [200, 200, 200, 429]
    refused = limited.request("GET", "/v1/matters", headers=shown(one))
    assert refused.json()["error"] == "TooManyRequests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert statuses(limited, 3, other) == [200, 200, 200]


def test_who_shows_no_valid_key_is_counted_by_address_whatever_they_show(limited: Http) -> None:
    assert statuses(limited, 1) + statuses(limited, 1, UNKNOWN) == [401, 401]
    assert statuses(limited, 1) + statuses(limited, 1, "kb_00000001_" + "B" * 43) == [429, 429]
    assert statuses(limited, 3, key_of(limited, "丙", Role.FRONTEND)) == [200, 200, 200]


def test_keys_that_open_nothing_are_tried_a_few_times_only_and_valid_ones_at_the_same_address_go_on(
    keyed_service: Service,
) -> None:
    few = keyed_service.settings.model_copy(update={"wrong_keys_per_address": 2})
    http = Http(replace(keyed_service, settings=few))
    wrong = [f"kb_0000000{number}_" + "B" * 43 for number in range(4)]
    assert [status for each in wrong for status in statuses(http, 1, each)] == [401, 401, 429, 429]
    by_cookie = http.request("GET", "/console", headers={"Cookie": f"kb_key={UNKNOWN}"})
    assert by_cookie.status_code == 429
    assert 1 <= int(by_cookie.headers["Retry-After"]) <= 60
    # Typed into the form of the console it is one more of them; who shows no key has tried none.
    assert http.request("POST", "/console/login", data={"key": wrong[0]}).status_code == 429
    assert statuses(http, 1) == [401]
    assert statuses(http, 3, key_of(http, "丁", Role.FRONTEND)) == [200, 200, 200]


def test_a_sign_in_with_a_wrong_key_is_one_of_the_few(keyed_service: Service) -> None:
    few = keyed_service.settings.model_copy(update={"wrong_keys_per_address": 2})
    http = Http(replace(keyed_service, settings=few))
    tried = [http.request("POST", "/console/login", data={"key": UNKNOWN}).status_code for _ in range(3)]
    assert tried == [401, 401, 429]
    assert statuses(http, 1, UNKNOWN) == [429]


def test_commands_of_this_machine_probes_and_pages_are_not_counted(limited: Http) -> None:
    assert set(statuses(limited, 9, OWNER_TOKEN)) == {200}
    for path in ("/healthz", "/", "/assets/words.js"):
        assert set(statuses(limited, 9, path=path)) == {200}


def test_without_keys_this_machine_counts_like_a_key(http: Http) -> None:
    few = http.service.settings.model_copy(update={"requests_per_key": 3, "requests_per_address": 2})
    assert statuses(Http(replace(http.service, settings=few)), 4) == [200, 200, 200, 429]


def test_no_limit_is_no_limit(http: Http) -> None:
    none = http.service.settings.model_copy(update={"requests_per_key": 0, "requests_per_address": 0})
    assert set(statuses(Http(replace(http.service, settings=none)), 9)) == {200}


def test_a_crowd_of_questions_from_one_address_does_not_stand_before_those_of_others(http: Http) -> None:
    app = create_app(http.service)
    answered: list[str] = []

    def client(address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, client=(address, 50_000)), base_url="http://127.0.0.1", timeout=60
        )

    async def ask(client: httpx.AsyncClient, name: str) -> None:
        reply = await client.post("/v1/answers", json={"question": "热气球停放证多少钱"})
        assert reply.status_code == 200
        answered.append(name)

    async def play() -> None:
        async with client("203.0.113.1") as many, client("203.0.113.2") as one:
            await asyncio.gather(*(ask(many, "crowd") for _ in range(120)), ask(one, "other"))

    asyncio.run(play())
    # 16 of the crowd are at work at a time; without that all 120 would stand before the other one.
    assert answered.index("other") < 60


def test_the_process_says_that_it_lives_while_all_its_threads_are_at_work(http: Http) -> None:
    app = create_app(http.service)

    async def play() -> int:
        threads = current_default_thread_limiter()
        for at_work in range(int(threads.total_tokens)):
            threads.acquire_on_behalf_of_nowait(at_work)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as probe:
            async with asyncio.timeout(20):
                return (await probe.get("/healthz")).status_code

    assert asyncio.run(play()) == 200


@pytest.mark.parametrize("method", ["POST", "GET"], ids=["bodies that do not come", "replies that nobody reads"])
def test_who_keeps_us_waiting_does_not_stand_before_others_at_the_same_address(http: Http, method: str) -> None:
    app = create_app(http.service)
    address = ("203.0.113.1", 50_000)
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]

    async def nothing(*_: object) -> Any:
        await asyncio.Event().wait()

    async def no_body() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def keep_waiting() -> None:
        path = "/v1/answers" if method == "POST" else "/v1/matters"
        scope = {"type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode()}
        scope |= {"query_string": b"", "headers": headers, "client": address, "server": ("127.0.0.1", 80)}
        await app(scope, nothing if method == "POST" else no_body, nothing)

    async def play() -> int:
        waiting = [asyncio.create_task(keep_waiting()) for _ in range(40)]
        transport = httpx.ASGITransport(app=app, client=address)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as honest:
            await asyncio.sleep(1)
            async with asyncio.timeout(20):
                reply = await honest.get("/v1/matters")
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return reply.status_code

    assert asyncio.run(play()) == 200


def test_an_address_with_too_many_requests_has_to_connect_again_and_a_key_has_not(limited: Http) -> None:
    statuses(limited, 2)
    assert limited.get("/v1/matters").headers["Connection"] == "close"
    key = key_of(limited, "丁", Role.FRONTEND)
    statuses(limited, 3, key)
    refused = limited.request("GET", "/v1/matters", headers=shown(key))
    assert refused.status_code == 429 and "Connection" not in refused.headers


def test_addresses_of_one_subscriber_are_one() -> None:
    assert sender_at("2001:db8:1:2:3::4") == sender_at("2001:db8:1:2::9") != sender_at("2001:db8:1:3::9")
    assert sender_at("10.0.0.1") != sender_at("10.0.0.2")
    assert [sender_at(each)[1] for each in ("127.0.0.1", "::1", "10.0.0.1", "nobody")] == [True, True, False, False]


def test_what_an_unknown_sender_attaches_is_not_read(limited: Http) -> None:
    response = limited.request("POST", "/v1/answers", content=_unread(), headers={"Content-Type": "application/json"})
    assert response.status_code == 401


async def _unread() -> AsyncIterator[bytes]:
    pytest.fail("it was read")
    yield b""


def test_large_bodies_share_a_room_and_small_ones_always_find_some(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_BODIES_IN_ALL", 100_000)
    large = http.post("/v1/answers", {"question": "气球", "picture": "x" * 400_000})
    assert (large.status_code, large.headers["Retry-After"]) == (503, "5")
    assert http.post("/v1/answers", {"question": "热气球停放证多少钱"}).status_code == 200


def test_an_upload_that_publishes_is_tried_again_by_administrators_only(keyed_service: Service) -> None:
    http = Http(replace(keyed_service))
    editor, admin = key_of(http, "编辑", Role.EDITOR), key_of(http, "管理", Role.ADMIN)
    sent = {"files": ("x.txt", "内容".encode())}
    batch = http.request("POST", "/v1/documents:import", files=sent, data={"publish": "true"}, headers=shown(admin))
    upload_id = batch.json()["uploads"][0]["upload_id"]
    keyed_service.records.uploads.give_up(upload_id, "it failed", at=keyed_service.now())
    path = f"/v1/uploads/{upload_id}:retry"
    assert http.request("POST", path, headers=shown(editor)).status_code == 403
    page = http.request("POST", f"/console/uploads/{upload_id}/retry", headers={"Cookie": f"kb_key={editor}"})
    assert page.status_code == 403
    assert http.request("POST", path, headers=shown(admin)).status_code == 202
