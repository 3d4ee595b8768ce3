"""How pages of the console are made: policy, addresses that lead nowhere, hostile text."""

import re
from typing import Any

import pytest

from tests.api.conftest import Http
from tests.api.console.conftest import PAGES, Person, assert_page, store


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nowhere"])
def test_every_page_has_the_strict_policy_and_needs_no_inline_code(editor: Person, path: str) -> None:
    response = editor.open(path)
    assert response.headers["content-type"].startswith("text/html")
    policy = response.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "form-action 'self'" in policy and "unsafe" not in policy
    assert response.headers["cache-control"] == "no-store"
    # Under "no-referrer" browsers send `Origin: null` with forms, which is refused as another site's.
    assert response.headers["referrer-policy"] == "same-origin"
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", response.text) == []


def test_an_address_that_is_no_page_gets_one(editor: Person) -> None:
    assert_page(editor.open("/nowhere"), 404, "没有这个页面")
    assert_page(editor.open("/versions/missing"), 404, "没有这个版本")
    assert_page(editor.open("/batches/missing"), 404, "没有这一批上传")
    assert_page(editor.open("/versions", state="unheard-of"), 422, "看不懂")
    assert editor.open("/").headers["location"] == "/console"


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7*7 }}'


def test_hostile_text_is_shown_as_text(http: Http, editor: Person, document_id: str) -> None:
    fields: dict[str, Any] = {"title": HOSTILE, "region": HOSTILE, "question": HOSTILE, "similar_questions": (HOSTILE,)}
    version_id = store(http, document_id, HOSTILE, **fields)
    for path in (f"/versions/{version_id}", f"/versions/{version_id}/diff", "/versions", "/suspicions"):
        page = editor.open(path).text
        assert "<script>alert" not in page and "<img" not in page.replace('<img src="/assets/mark.svg"', "")
    assert "{{ 7*7 }}" in editor.open(f"/versions/{version_id}").text


def test_an_address_that_is_no_web_address_is_no_link(http: Http, editor: Person, document_id: str) -> None:
    version_id = store(http, document_id, source_url="javascript:alert(1)")
    page = editor.open(f"/versions/{version_id}").text
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page
