"""How the pages are served: a strict policy, assets of this repository only, nothing outside their folder."""

import re

import httpx
import pytest

from tests.browser.stub_service import StubService


@pytest.mark.parametrize("path", ["/", "/desk", "/assets/chat.js", "/assets/theme.css", "/assets/mark.svg"])
def test_every_page_and_asset_carries_the_policy(stub: StubService, path: str) -> None:
    reply = httpx.get(stub.address + path)
    assert reply.status_code == 200
    policy = reply.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/desk"])
def test_pages_refer_to_nothing_outside(stub: StubService, path: str) -> None:
    html = httpx.get(stub.address + path).text
    assert re.findall(r"(?:https?:)?//[a-z]", html) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", html) == []
    for asset in re.findall(r'(?:src|href)="(/assets/[^"]+)"', html):
        assert httpx.get(stub.address + asset).status_code == 200


@pytest.mark.parametrize("name", ["missing.js", "..%2fpages.py", "%2e%2e/pages.py", "pages.py"])
def test_only_assets_are_served(stub: StubService, name: str) -> None:
    assert httpx.get(f"{stub.address}/assets/{name}").status_code == 404


def test_an_unchanged_asset_is_not_sent_again(stub: StubService) -> None:
    first = httpx.get(f"{stub.address}/assets/chat.js")
    again = httpx.get(f"{stub.address}/assets/chat.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
