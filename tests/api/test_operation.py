"""The described interface without the internet, measures, and ids of requests."""

import re

import pytest

from tests.api.conftest import Http


def test_the_described_interface_needs_nothing_from_elsewhere(http: Http) -> None:
    page = http.get("/docs")
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sources and all(each.startswith("/") and not each.startswith("//") for each in sources)
    assert [http.get(each).status_code for each in sources] == [200] * len(sources)
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "http" not in policy and "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert http.get("/redoc").status_code == 404 and http.get("/docs/LICENSE").status_code == 404


def value_of(http: Http, line: str) -> float:
    text = http.get("/metrics").text
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_measures_tell_requests_outcomes_times_queues_and_gaps(http: Http) -> None:
    requests = 'kb_requests_total{method="POST",route="/v1/answers",status="200"}'
    before = [value_of(http, each) for each in (requests, 'kb_answers_total{outcome="answered"}')]
    http.ask("热气球停放证多少钱", as_of="2026-05-01")
    http.request("INVENTED", "/v1/made/up")
    after = [value_of(http, each) for each in (requests, 'kb_answers_total{outcome="answered"}')]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1]
    text = http.get("/metrics").text
    for name in (
        'kb_request_seconds_bucket{le="0.05",route="/v1/answers"}',
        'kb_jobs_due{kind="read"}',
        "\nkb_index_documents_behind ",
        'kb_requests_total{method="other",route="other"',
        "# TYPE kb_model_failures_total counter",
    ):
        assert name in text
    assert "made/up" not in text
    assert value_of(http, "kb_index_points") > 0 and value_of(http, "kb_index_points_expected") > 0


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [("abc-1", True), ("x" * 65, False), ("a b", False), ("", False), ("13911112222", False), ("1391111-2222", False)],
)
def test_a_reply_carries_the_id_of_its_request(http: Http, sent: str, is_kept: bool) -> None:
    given = http.request("GET", "/healthz", headers={"X-Request-ID": sent}).headers["x-request-id"]
    assert (given == sent) is is_kept and given


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/v1/documents", "/", "/docs", "/openapi.json"])
def test_a_load_balancer_may_ask_with_head(http: Http, path: str) -> None:
    asked, got = http.request("HEAD", path), http.request("GET", path)
    assert (asked.status_code, asked.headers["content-type"]) == (200, got.headers["content-type"])
    assert not asked.content and got.content


def test_a_head_of_what_only_takes_posts_or_is_a_stream_is_refused(http: Http) -> None:
    assert http.request("HEAD", "/v1/answers").status_code == 405
    assert http.request("HEAD", "/v1/escalations/events").status_code == 405
    assert http.request("HEAD", "/v1/nothing").status_code == 404
