"""Who gets into the editorial console, as whom, and what signing in keeps."""

from urllib.parse import quote

import pytest

from kb_service.domain.people import Role
from tests.api.conftest import Http, key_of
from tests.api.console.conftest import PAGES, Person, assert_page, state_of, store


@pytest.mark.parametrize("path", [*PAGES, "/versions/some", "/versions/some/diff", "/batches/some"])
def test_who_has_no_key_is_shown_where_to_sign_in(keyed: Http, path: str) -> None:
    response = keyed.request("GET", f"/console{path}")
    assert_page(response, 401, "请先登录")
    assert 'name="key"' in response.text


@pytest.mark.parametrize("role", [Role.FRONTEND, Role.HELPER])
def test_another_role_is_shown_a_sentence_and_where_to_sign_in(keyed: Http, role: Role) -> None:
    cookie = {"Cookie": f"kb_key={key_of(keyed, '赵六', role)}"}
    for path in PAGES:
        assert_page(keyed.request("GET", f"/console{path}", headers=cookie), 403, "您的角色不能进行这项操作")


def test_an_evaluator_sees_deadlines_and_figures_and_judges_samples_only(keyed: Http) -> None:
    cookie = {"Cookie": f"kb_key={key_of(keyed, '评测', Role.EVALUATOR)}"}
    shown = {path: keyed.request("GET", f"/console{path}", headers=cookie).status_code for path in PAGES}
    open_to_all = ("/due", "/insight", "/audit", "/knowledge", "/problems")
    assert shown == {path: 200 if path in open_to_all else 403 for path in PAGES}


def test_a_key_is_kept_in_a_cookie_that_no_script_and_no_other_site_gets(keyed: Http) -> None:
    key = key_of(keyed, "张三", Role.EDITOR)
    response = keyed.request("POST", "/console/login", data={"key": f" {key}\n", "next": "/console/upload"})
    assert (response.status_code, response.headers["location"]) == (303, "/console/upload")
    kept = response.headers["set-cookie"]
    assert kept.startswith(f"kb_key={key};")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= {part.strip() for part in kept.split(";")}
    page = keyed.request("GET", "/console", headers={"Cookie": f"kb_key={key}"})
    assert_page(page, 200, "张三")


def test_who_only_helps_is_led_to_the_desk(keyed: Http) -> None:
    asked = keyed.request("GET", "/console/login?next=/desk")
    assert_page(asked, 200, "登录帮办检索台")
    helper, both = key_of(keyed, "陈", Role.HELPER), key_of(keyed, "李", Role.HELPER, Role.EDITOR)
    places = [
        keyed.request("POST", "/console/login", data={"key": key, "next": following}).headers["location"]
        for key, following in ((helper, "/desk"), (helper, ""), (both, "/desk"), (both, ""))
    ]
    assert places == ["/desk", "/desk", "/desk", "/console"]


def test_over_https_the_cookie_stays_there(keyed: Http) -> None:
    key = key_of(keyed, "张三", Role.EDITOR)
    response = keyed.request("POST", "https://127.0.0.1/console/login", data={"key": key})
    assert "Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize("key", ["", "kb_", f"kb_00000000_{'A' * 43}", "x" * 5000, "' OR 1=1 --"])
def test_what_is_no_key_opens_nothing_and_is_told_nothing(keyed: Http, key: str) -> None:
    response = keyed.request("POST", "/console/login", data={"key": key})
    assert_page(response, 401, "密钥无效或已停用")
    assert "set-cookie" not in response.headers
    assert len(key) < 10 or key not in response.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "/console\\..",
        "/console/\\example.org",
        "javascript:alert(1)",
        "/consoles",
        "/desk/..",
        "",
    ],
)
def test_signing_in_leads_to_no_other_place(http: Http, elsewhere: str) -> None:
    response = http.request("POST", "/console/login", data={"name": "张三", "next": elsewhere})
    assert response.headers["location"] == "/console"


def test_signing_out_forgets_the_key(keyed: Http) -> None:
    response = keyed.request("POST", "/console/logout")
    assert response.headers["location"] == "/console/login"
    assert all("Max-Age=0" in kept for kept in response.headers.get_list("set-cookie"))


def test_without_keys_a_name_says_who_acts(http: Http) -> None:
    response = http.request("POST", "/console/login", data={"name": "王　五"})
    assert response.headers["set-cookie"].startswith(f"kb_actor={quote('王 五')};")
    assert "HttpOnly" in response.headers["set-cookie"]
    cookie = {"Cookie": f"kb_actor={quote('王 五')}"}
    assert http.request("GET", "/v1/me", headers=cookie).json()["person_id"] == "王五"
    header = cookie | {"X-KB-Actor": "zhao"}
    assert http.request("GET", "/v1/me", headers=header).json()["person_id"] == "zhao"
    assert http.request("GET", "/v1/me").json()["person_id"] == "local-admin"


@pytest.mark.parametrize("name", ["", " \u200b", "x" * 101, "张\x00三"])
def test_a_name_that_is_none_is_refused_with_a_sentence(http: Http, name: str) -> None:
    response = http.request("POST", "/console/login", data={"name": name})
    assert_page(response, 422, "姓名不能为空")
    assert "set-cookie" not in response.headers


def test_a_broken_name_in_the_cookie_leads_to_the_page_that_asks_for_one(http: Http) -> None:
    response = http.request("GET", "/console", headers={"Cookie": "kb_actor=%FF"})
    assert_page(response, 422, 'name="name"')
    assert http.request("GET", "/console/login", headers={"Cookie": "kb_actor=%FF"}).status_code == 200


def test_with_keys_a_name_in_a_cookie_says_nothing(keyed: Http) -> None:
    assert keyed.request("GET", "/console", headers={"Cookie": "kb_actor=admin"}).status_code == 401


def test_a_form_on_another_site_changes_nothing(http: Http, editor: Person, document_id: str) -> None:
    version_id = store(http, document_id)
    headers = {"Origin": "https://example.org", "Cookie": "kb_actor=zhang"}
    form = {"if_revision": "1"}
    path = f"/console/versions/{version_id}/submit"
    assert http.request("POST", path, data=form, headers=headers).status_code == 403
    assert state_of(http, version_id) == "draft"
