"""What a page of another site may make a browser do here: nothing."""

import pytest

from kb_service.domain.people import Role
from tests.api.conftest import Http, key_of


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://localhost"},
        {"Origin": "https://127.0.0.1", "Host": "127.0.0.1:8000"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
    ],
)
def test_a_page_of_another_site_changes_nothing(http: Http, keyed: Http, headers: dict[str, str]) -> None:
    cookie = {"Cookie": f"kb_key={key_of(keyed, '张三', Role.EDITOR)}"}
    for each, sent in ((http, headers), (keyed, headers | cookie)):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            response = each.request(method, "/v1/answers", json={"question": "停放热气球要钱吗"}, headers=sent)
            assert (response.status_code, response.json()["error"]) == (403, "NotAllowed")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1:80", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://LOCALHOST:8000", "Host": "localhost:8000"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_pages_and_programs_may_ask(http: Http, headers: dict[str, str]) -> None:
    assert http.post("/v1/answers", {"question": "停放热气球要钱吗"}, headers=headers).status_code == 200


def test_a_proxy_that_ends_tls_and_passes_the_host_on_is_the_same_site(keyed: Http) -> None:
    headers = {"Authorization": f"Bearer {key_of(keyed, '张三', Role.EDITOR)}"} | {
        "Origin": "https://kb.example.cn",
        "Host": "kb.example.cn",
    }
    assert keyed.post("/v1/answers", {"question": "停放热气球要钱吗"}, headers=headers).status_code == 200


def test_a_link_on_another_site_may_be_followed(http: Http) -> None:
    assert http.request("GET", "/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
