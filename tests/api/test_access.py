"""Who may do what: with keys, without any, and for visitors."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from kb_service.api.access import ActorOf, Needed, needs
from kb_service.api.app import create_app
from kb_service.domain.answers import Answer, Question
from kb_service.domain.people import Actor, Role
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_service
from tests.api.conftest import OWNER_TOKEN, Http, key_of
from tests.data_folders import furnish
from tests.factories import draft

ROUTES = [("GET", "/v1/matters"), ("GET", "/v1/departments"), ("GET", "/v1/search?question=气球"), ("GET", "/v1/me")]
UNKNOWN = f"kb_00000000_{'A' * 43}"


@pytest.fixture
def open_to_visitors(keyed_service: Service) -> Http:
    settings = keyed_service.settings.model_copy(update={"open_asking": True})
    return Http(replace(keyed_service, settings=settings))


def shown(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def me(http: Http, headers: dict[str, str]) -> dict[str, Any]:
    response = http.request("GET", "/v1/me", headers=headers)
    assert response.status_code == 200, response.text
    return dict(response.json())


def assert_unknown(response: httpx.Response) -> None:
    """The same sentence whatever was wrong."""
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    sentence = "show a valid key: Authorization: Bearer kb_…"
    message = "需要登录：请出示有效的密钥，没有密钥的请向管理员索取。"
    assert response.json() == {"error": "Unauthenticated", "detail": sentence, "message": message, "retryable": False}


# With keys


def test_a_draft_is_shown_to_editors_and_reviewers_only(keyed: Http) -> None:
    (stored,) = keyed.service.library.store([draft("carpet")], actor="editor", at=now(), approval=None)
    path = f"/v1/versions/{stored.version_id}"
    for role, status in ((Role.FRONTEND, 404), (Role.HELPER, 404), (Role.EDITOR, 200), (Role.REVIEWER, 200)):
        assert keyed.request("GET", path, headers=shown(key_of(keyed, f"one-{role}", role))).status_code == status


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_key_nothing_is_told(keyed: Http, method: str, path: str) -> None:
    assert_unknown(keyed.request(method, path))


def test_a_key_tells_who_one_is(keyed: Http) -> None:
    known = me(keyed, shown(key_of(keyed, "张　三", Role.EDITOR, Role.REVIEWER)))
    assert known == {"person_id": "张三", "name": "张 三", "roles": ["editor", "reviewer"], "keyless": False}


def test_a_key_in_the_cookie_counts_like_one_in_the_header(keyed: Http) -> None:
    key = key_of(keyed, "张三", Role.EDITOR)
    assert me(keyed, {"Cookie": f"kb_key={key}"})["person_id"] == "张三"
    assert_unknown(keyed.request("GET", "/v1/me", headers={"Cookie": f"kb_key={UNKNOWN}"}))


def test_a_wrong_key_in_the_header_is_not_made_up_for_by_the_cookie(keyed: Http) -> None:
    cookie = {"Cookie": f"kb_key={key_of(keyed, '张三', Role.EDITOR)}"}
    assert_unknown(keyed.request("GET", "/v1/me", headers=shown(UNKNOWN) | cookie))


def test_a_password_for_a_proxy_in_front_does_not_hide_the_cookie(keyed: Http) -> None:
    cookie = {"Cookie": f"kb_key={key_of(keyed, '张三', Role.EDITOR)}"}
    assert me(keyed, {"Authorization": "Basic YTpi"} | cookie)["person_id"] == "张三"


def test_two_keys_of_one_person_are_one_person(keyed: Http) -> None:
    one = me(keyed, shown(key_of(keyed, "Ｗang Wu", Role.EDITOR)))
    other = me(keyed, shown(key_of(keyed, "wang  wu", Role.REVIEWER)))
    assert one["person_id"] == other["person_id"]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer kb_",
        f"Bearer {UNKNOWN}",
        f"Basic {UNKNOWN}",
        f"Bearer {UNKNOWN} {UNKNOWN}",
        "Bearer ' OR 1=1 --",
        "Bearer " + "x" * 5000,
        "Bearer token-of-another-owner",
        "Bearer \xe9",
    ],
)
def test_what_is_no_key_is_refused_in_the_same_words(keyed: Http, authorization: str) -> None:
    assert_unknown(keyed.request("GET", "/v1/me", headers={"Authorization": authorization.encode("latin-1")}))


def test_a_key_with_one_letter_changed_is_refused(keyed: Http) -> None:
    key = key_of(keyed, "张三", Role.EDITOR)
    for place in (3, 12, -1):
        changed = [*key]
        changed[place] = "a" if changed[place] != "a" else "b"
        assert_unknown(keyed.request("GET", "/v1/me", headers=shown("".join(changed))))


def test_a_key_revoked_between_two_requests_opens_only_the_first(keyed: Http) -> None:
    key = key_of(keyed, "张三", Role.EDITOR)
    assert keyed.request("GET", "/v1/matters", headers=shown(key)).status_code == 200
    keyed.service.records.people.revoke_key(key[3:11], revoked_by="operator", at=now())
    assert_unknown(keyed.request("GET", "/v1/matters", headers=shown(key)))
    assert_unknown(keyed.request("GET", "/v1/matters", headers={"Cookie": f"kb_key={key}"}))


def test_a_key_opens_until_it_ends(keyed: Http) -> None:
    ends = now() + timedelta(days=1)
    key = key_of(keyed, "张三", Role.EDITOR, expires_at=ends)
    keyed.service.now = lambda: ends - timedelta(seconds=1)
    assert keyed.request("GET", "/v1/matters", headers=shown(key)).status_code == 200
    keyed.service.now = lambda: ends
    assert_unknown(keyed.request("GET", "/v1/matters", headers=shown(key)))


def test_another_role_is_not_enough(keyed: Http) -> None:
    evaluator, editor = key_of(keyed, "赵六", Role.EVALUATOR), key_of(keyed, "张三", Role.EDITOR)
    admin = key_of(keyed, "管理员", Role.ADMIN)
    status = {
        key: keyed.request("GET", "/metrics", headers=shown(key)).status_code for key in (evaluator, editor, admin)
    }
    assert status == {evaluator: 200, editor: 403, admin: 200}
    refused = keyed.request("GET", "/metrics", headers=shown(editor)).json()
    assert refused["error"] == "NotAllowed"
    assert "evaluator" in refused["detail"]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.FRONTEND, Role.ADMIN)])
def test_staff_may_ask_but_not_say_for_the_resident_whether_it_helped(keyed: Http, role: Role) -> None:
    key = key_of(keyed, "张三", role)
    asked = keyed.post("/v1/answers", {"question": "停放热气球要钱吗"}, headers=shown(key))
    assert asked.status_code == 200
    path = f"/v1/answers/{asked.json()['answer_id']}"
    assert keyed.request("GET", path, headers=shown(key)).status_code == 200
    assert keyed.post(f"{path}/feedback", {"resolved": True}, headers=shown(key)).status_code == 403


def test_whether_it_helped_is_said_by_the_person_who_asked_only(keyed: Http) -> None:
    first, second = (key_of(keyed, "窗口一", Role.FRONTEND) for _ in range(2))
    other = key_of(keyed, "窗口二", Role.FRONTEND, Role.ADMIN)
    asked = keyed.post("/v1/answers", {"question": "停放热气球要钱吗"}, headers=shown(first)).json()
    path = f"/v1/answers/{asked['answer_id']}/feedback"
    statuses = [keyed.post(path, {"resolved": True}, headers=shown(key)).status_code for key in (first, second, other)]
    assert statuses == [204, 204, 404]
    assert keyed.post(path, {"comment": "别人的"}, headers=shown(other)).json()["error"] == "AnswerNotFound"


def test_an_answer_is_read_again_by_the_person_who_asked_only(keyed: Http) -> None:
    first, second = (key_of(keyed, "窗口一", Role.FRONTEND) for _ in range(2))
    other = key_of(keyed, "窗口二", Role.FRONTEND, Role.ADMIN)
    asked = {"question": "停放热气球要钱吗", "channel": "app", "user_ref": "u-1"}
    path = f"/v1/answers/{keyed.post('/v1/answers', asked, headers=shown(first)).json()['answer_id']}?channel=app"
    statuses = [keyed.request("GET", path, headers=shown(key)).status_code for key in (first, second, other)]
    assert statuses == [200, 200, 404]


def test_a_conversation_is_gone_on_with_by_the_person_who_began_it_only(keyed: Http) -> None:
    """The same id, channel and user with another's key: it is a first question."""
    mine, other = (key_of(keyed, name, Role.FRONTEND) for name in ("窗口三", "窗口四"))
    begun = {"question": "停放热气球要钱吗", "conversation_id": "c-1", "channel": "app", "user_ref": "u-1"}
    assert keyed.post("/v1/answers", begun, headers=shown(mine)).status_code == 200
    question = keyed.service.asking.question

    def turns(asked: Question) -> Sequence[Answer]:
        return keyed.service.transcript.last_turns(asked.conversation, 6) if asked.conversation else ()

    same = {"conversation_id": "c-1", "channel": "app", "user_ref": "u-1"}
    assert len(turns(question("要吗", asked_by="窗口三", **same))) == 1
    assert turns(question("要吗", asked_by="窗口四", **same)) == []
    chat = {"messages": [{"role": "user", "content": "停放热气球要钱吗"}], "user": "u-1", "metadata": same}
    assert keyed.post("/v1/chat/completions", chat, headers=shown(other)).status_code == 200
    assert len(turns(question("要吗", asked_by="窗口三", **same))) == 1


def test_with_keys_the_header_of_the_keyless_mode_says_nothing(keyed: Http) -> None:
    assert_unknown(keyed.request("GET", "/v1/me", headers={"X-KB-Actor": "admin"}))
    key = key_of(keyed, "张三", Role.EDITOR)
    assert me(keyed, shown(key) | {"X-KB-Actor": "admin"})["person_id"] == "张三"


def test_commands_of_this_machine_go_on_working_when_there_are_keys(keyed: Http) -> None:
    known = me(keyed, shown(OWNER_TOKEN))
    assert known["person_id"] == "operator"
    assert known["roles"] == sorted(Role)
    for path, body in (("/v1/answers", {"question": "停放热气球要钱吗"}), ("/v1/routes", {"question": "停放热气球"})):
        assert keyed.post(path, body, headers=shown(OWNER_TOKEN)).status_code == 200
    assert keyed.post("/internal/check", {}, headers=shown(OWNER_TOKEN)).status_code == 200


def test_a_key_does_not_open_what_only_commands_of_this_machine_may(keyed: Http) -> None:
    admin = key_of(keyed, "管理员", Role.ADMIN)
    assert keyed.post("/internal/check", {}, headers=shown(admin)).status_code == 403


@pytest.mark.parametrize("path", ["/", "/assets/answer_card.js", "/healthz", "/readyz", "/openapi.json"])
def test_pages_and_probes_need_no_key(keyed: Http, path: str) -> None:
    assert keyed.request("GET", path).status_code == 200


def test_with_keys_any_host_name_is_served(keyed: Http) -> None:
    headers = shown(key_of(keyed, "张三", Role.EDITOR)) | {"Host": "kb.example.cn"}
    assert keyed.request("GET", "/v1/matters", headers=headers).status_code == 200


def test_one_request_reads_the_key_once(keyed: Http) -> None:
    """Also where a route asks for the role and for the person."""
    router = APIRouter(prefix="/v1")

    @router.get("/twice")
    def twice(editor: Annotated[Actor, needs(Role.EDITOR)], actor: ActorOf) -> list[str]:
        assert editor is actor
        return [actor.name]

    app = create_app(keyed.service)
    app.include_router(router)
    keyed._app = app
    response = keyed.request("GET", "/v1/twice", headers=shown(key_of(keyed, "孙七", Role.EDITOR)))
    assert response.json() == ["孙七"]


# Visitors


def test_visitors_may_ask_and_read_but_nothing_else_where_asking_is_open(open_to_visitors: Http) -> None:
    http = open_to_visitors
    answer = http.ask("停放热气球要钱吗")
    assert http.get(f"/v1/answers/{answer['answer_id']}").status_code == 200
    assert http.post(f"/v1/answers/{answer['answer_id']}/feedback", {"resolved": False}).status_code == 204
    assert me(http, {}) == {"person_id": "anonymous", "name": "anonymous", "roles": ["frontend"], "keyless": False}
    assert_unknown(http.get("/metrics"))


def test_a_visitor_cannot_take_a_name_or_a_role(open_to_visitors: Http) -> None:
    assert me(open_to_visitors, {"X-KB-Actor": "admin"})["roles"] == ["frontend"]
    assert_unknown(open_to_visitors.request("GET", "/v1/me", headers=shown(UNKNOWN)))


def test_a_cookie_that_ended_makes_a_visitor_where_asking_is_open(open_to_visitors: Http) -> None:
    assert me(open_to_visitors, {"Cookie": f"kb_key={UNKNOWN}"})["person_id"] == "anonymous"
    key = key_of(open_to_visitors, "张三", Role.EDITOR)
    assert me(open_to_visitors, {"Cookie": f"kb_key={key}"})["person_id"] == "张三"


# Keyless


def test_without_any_key_the_local_administrator_has_all_roles(http: Http) -> None:
    known = me(http, {})
    assert known == {"person_id": "local-admin", "name": "local-admin", "roles": sorted(Role), "keyless": True}


@pytest.mark.parametrize("written", [quote("张三"), "张三".encode(), quote(" 张　三 "), quote("张\u200b三")])
def test_without_keys_the_header_says_who_acts(http: Http, written: str | bytes) -> None:
    response = http.request("GET", "/v1/me", headers={"X-KB-Actor": written})
    assert response.json()["person_id"] == "张三"


@pytest.mark.parametrize("written", ["", "%20", "%E2%80%8B", "a%00b", "a%0d%0aX-Role:admin", "%ff", "a" * 101, b"\xff"])
def test_a_header_that_names_nobody_is_refused(http: Http, written: str | bytes) -> None:
    response = http.request("GET", "/v1/me", headers={"X-KB-Actor": written})
    assert (response.status_code, response.json()["error"]) == (422, "InvalidPerson")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_without_keys_this_machine_is_served_under_its_own_names(http: Http, host: str) -> None:
    assert http.request("GET", "/v1/me", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "10.1.2.3", "kb", ""])
@pytest.mark.parametrize("path", ["/v1/me", "/v1/matters", "/"])
def test_without_keys_a_name_that_was_made_to_point_here_is_refused(http: Http, host: str, path: str) -> None:
    response = http.request("GET", path, headers={"Host": host})
    assert (response.status_code, response.json()["error"]) == (403, "NotAllowed")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("10.1.2.3:8000", 200),
        ("[fd00::1]:8000", 200),
        ("KB.lan:8000", 200),
        ("kb", 200),
        ("localhost", 200),
        ("evil.example", 403),
        ("kb.lan.evil.example", 403),
        ("10.1.2.3.evil.example", 403),
        ("", 403),
    ],
)
def test_on_a_closed_network_addresses_and_allowed_names_are_served_without_keys(
    http: Http, host: str, status: int
) -> None:
    settings = http.service.settings.model_copy(update={"allow_remote": True, "allowed_hosts": "kb.lan, kb"})
    remote = Http(replace(http.service, settings=settings))
    assert remote.request("GET", "/v1/me", headers={"Host": host}).status_code == status


def test_the_first_key_ends_the_keyless_mode_and_its_revocation_does_not_bring_it_back(
    tmp_path: Path, models_dir: Path
) -> None:
    furnish(tmp_path, models_dir)
    with open_service(Settings(data_dir=tmp_path)) as service:
        key = key_of(Http(service), "张三", Role.EDITOR)
        service.records.people.revoke_key(key[3:11], revoked_by="operator", at=now())
        http = Http(service)
        assert_unknown(http.get("/v1/me"))
        assert_unknown(http.request("GET", "/v1/me", headers=shown(key)))


# Every route


def test_every_route_says_which_roles_it_is_for(http: Http) -> None:
    silent = [
        route.path
        for route in iter_route_contexts(http._app.routes)
        if str(route.path).startswith("/v1/") and not any(roles_of(route.dependant))
    ]
    assert silent == []


def test_the_api_document_says_which_roles_each_route_is_for(http: Http) -> None:
    document = http.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    operations = {
        f"{method} {path}": operation["security"]
        for path, of_path in document["paths"].items()
        if path.startswith("/v1/")
        for method, operation in of_path.items()
    }
    assert all(roles for schemes in operations.values() for each in schemes for roles in each.values())
    assert {"key": ["frontend"]} in operations["post /v1/answers/{answer_id}/feedback"]


def roles_of(dependant: Any) -> Iterator[tuple[Role, ...]]:
    for each in dependant.dependencies:
        if isinstance(each.call, Needed):
            yield each.call.roles
        yield from roles_of(each)
