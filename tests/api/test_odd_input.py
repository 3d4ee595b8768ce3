"""Input that no client of good faith sends: it is refused with a sentence, or harmless, and never a fault of ours."""

import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Http
from tests.api.test_access import shown

ENDS_OF_TIME = [
    "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T17:00:00Z",
    "2026-01-01T00:00:00+23:59:59.999999", "２０２６-０１-０１", "٢٠٢٦-٠١-٠١", "0000-01-01", "10000-01-01", "1e400",
    "99999999999999999999", "-62135596801", "nan",
]  # fmt: skip
NUMBERS = [str(2**63), str(-(2**63) - 1), "9" * 400, "9" * 5000, "٣", "²", "1e3", "NaN"]
TEXTS = ["%00", "a%00b", "%ED%A0%80", "%FF", "%7C", "2026-01-01%7Cx", "0001-01-01T00:00:00%2B14:00%7Cx", "x" * 90]
LISTS = ["/v1/versions", "/v1/suspicions", "/v1/documents", "/v1/batches", "/console/versions", "/console/suspicions"]
JSON = {"Content-Type": "application/json"}
FILE = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\ntext\r\n'
FORMS = ["/v1/documents", "/v1/documents:import", "/console/upload", "/console/login", "/console/suspicions/x"]


def assert_told(http: Http, method: str, path: str, **sent: Any) -> None:
    response = http.request(method, path, **sent)
    assert response.status_code < 500, f"{method} {path[:80]} {str(sent)[:80]}: {response.text[:200]}"


@pytest.mark.parametrize("day", ENDS_OF_TIME)
def test_a_day_at_the_end_of_time_or_in_other_digits(http: Http, day: str) -> None:
    for asked in ("气球停放证多少钱", "三年前热气球停放证多少钱", "99999999天前风筝线能放多长", "明年气球收费多少"):
        assert_told(http, "POST", "/v1/answers", json={"question": asked, "as_of": day})
    assert_told(http, "POST", "/v1/chat/completions", json=_chat("气球", metadata={"as_of": day}))
    for path in (
        "/v1/search?question=气球&as_of=",
        "/v1/versions?due=",
        "/v1/versions?effective_from=",
        "/v1/due-lists/",
    ):
        assert_told(http, "GET", path + quote(day))
    for field in ("starts_at", "ends_at"):
        announcement = {"text": "系统维护", "reach": "channel", "subject": "nobody's", field: day}
        assert_told(http, "POST", "/v1/announcements", json=announcement)
    assert_told(http, "GET", "/v1/announcements")
    assert_told(http, "PUT", "/v1/calendar/2026", json={"days": [{"day": day, "is_working": True}]})


@pytest.mark.parametrize(
    "month", ["0000-12", "0001-01", "9999-12", "2026-13", "２０２６-０７", "٢٠٢٦-٠٧", "2026-07\n", "2999-12"]
)
def test_a_month_that_is_none(http: Http, month: str) -> None:
    assert_told(http, "GET", "/v1/compliance?month=" + quote(month))


@pytest.mark.parametrize("day", ENDS_OF_TIME)
def test_a_period_at_the_end_of_time(http: Http, day: str) -> None:
    for path in ("/v1/resolution", "/v1/knowledge-use", "/console/insight", "/console/knowledge"):
        for asked in (f"?from={quote(day)}", f"?to={quote(day)}", f"?from={quote(day)}&to={quote(day)}"):
            assert_told(http, "GET", path + asked)


@pytest.mark.parametrize("field", ["effective_from", "effective_to", "valid_through", "issued_on"])
def test_a_record_at_the_ends_of_time_can_be_shown_in_every_list(http: Http, field: str) -> None:
    for number, day in enumerate(ENDS_OF_TIME):
        record = {"id": f"odd-{field}-{number}", "title": "古今", "answer": "古今通用。", field: day}
        assert_told(http, "POST", "/v1/documents", json=record)
    for path in (
        "/v1/versions?text=古今&limit=200",
        "/v1/versions?due=all",
        "/console/versions?text=古今",
        "/console/due",
    ):
        assert_told(http, "GET", path)
    for row in http.get("/v1/versions", text="古今", limit=100).json()["versions"]:
        assert_told(http, "GET", f"/console/versions/{row['version_id']}")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_beyond_what_a_database_counts(http: Http, number: str) -> None:
    upload = http.request("POST", "/v1/documents", files={"files": ("n.txt", b"x")}).json()["uploads"][0]["upload_id"]
    for path in ("/v1/events?after=", "/v1/events?limit=", f"/v1/uploads/{upload}/records?cursor=", "/v1/calendar/"):
        assert_told(http, "GET", path + quote(number))
    for path in ("/console/review?start=", "/v1/versions?limit="):
        assert_told(http, "GET", path + quote(number))


@pytest.mark.parametrize("text", [*TEXTS, *map(quote, ENDS_OF_TIME)])
def test_a_cursor_or_an_id_that_is_none_of_ours(http: Http, text: str) -> None:
    for path in LISTS:
        assert_told(http, "GET", f"{path}?cursor={text}")
    for path in ("/v1/versions/", "/v1/documents/", "/v1/answers/", "/console/versions/", "/console/batches/"):
        assert_told(http, "GET", path + text)


@pytest.mark.parametrize(
    "tag", ["²", '"³"', '"٣"', '"' + "9" * 30 + '"', '"' + "9" * 5000 + '"', "W/", '"1","2"', "-1"]
)
def test_an_etag_that_is_none_of_ours(http: Http, tag: str) -> None:
    version_id = http.get("/v1/versions").json()["versions"][0]["version_id"]
    for encoding in ("utf-8", "latin-1"):
        headers = {"If-Match": tag.encode(encoding, errors="ignore")}
        for step in (":submit", ":approve", ":reject", ":withdraw"):
            assert_told(http, "POST", f"/v1/versions/{version_id}{step}", json={"reason": "x"}, headers=headers)
        assert_told(http, "PATCH", f"/v1/versions/{version_id}", json={"title": "x"}, headers=headers)


@pytest.mark.parametrize("half", ["\ud800", "a\udfff", "\x00"])
def test_characters_that_no_text_has(http: Http, half: str) -> None:
    version_id = http.get("/v1/versions").json()["versions"][0]["version_id"]
    bodies: list[tuple[str, str, object]] = [
        ("POST", "/v1/answers", {"question": half}),
        ("POST", "/v1/answers", {"question": "x", half: "x"}),
        ("POST", "/v1/answers", {"question": "x", "picture": half}),
        ("POST", "/v1/chat/completions", _chat([{"type": half, "text": "x"}])),
        ("POST", "/v1/chat/completions", _chat("x", metadata={"conversation_id": half, half: half})),
        ("POST", "/v1/documents", {"id": "half", "title": half, "answer": "x"}),
        ("POST", "/v1/documents", {half: "x", "编号": half}),
        ("PATCH", f"/v1/versions/{version_id}", {half: "x"}),
        ("POST", f"/v1/versions/{version_id}:reject", {"reason": half}),
        ("POST", f"/v1/versions/{version_id}:withdraw", {"reason": half}),
        ("POST", "/v1/suspicions/x:dismiss", {"reason": half}),
        ("PUT", "/v1/calendar/2026", {half: 1}),
        ("PUT", "/v1/calendar/2031", {"days": [{"day": "2031-01-01", "is_working": False, "name": half}]}),
    ]
    for method, path, body in bodies:
        assert_told(http, method, path, content=json.dumps(body).encode(), headers=JSON)
    raw = half.encode(errors="surrogatepass")
    for name, value in ((raw, b"x"), (b"fields", raw), (b"next", raw), (b"reason", raw)):
        part = b'--B\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value + b"\r\n"
        for path in FORMS:
            assert_told(http, "POST", path, content=part + FILE + b"--B--", headers=_multipart())


@pytest.mark.parametrize(
    "charset", ["undefined", "utf-16", "idna", "hex", "base64", "unicode_escape", "", '"', "utf-8"]
)
def test_a_charset_that_is_none(http: Http, charset: str) -> None:
    for path in FORMS:
        assert_told(http, "POST", path, content=FILE + b"--B--", headers=_multipart(f"; charset={charset}"))
    for path in ("/v1/answers", "/v1/documents"):
        body = b'{"question": "x"}'
        assert_told(http, "POST", path, content=body, headers={"Content-Type": f"application/json; charset={charset}"})


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip", "x" * 500])
def test_a_body_that_is_packed_is_told_to_come_as_it_is(http: Http, encoding: str) -> None:
    """A small one could hold any number of bytes."""
    packed = gzip.compress(b"0" * 10_000_000)
    for path in ("/v1/answers", "/v1/documents", "/console/upload"):
        refused = http.request("POST", path, content=packed, headers=JSON | {"Content-Encoding": encoding})
        assert (refused.status_code, refused.json()["error"]) == (415, "UnsupportedEncoding")
        assert refused.headers["Accept-Encoding"] == "identity"
    plain = {"question": "热气球停放证多少钱"}
    assert http.post("/v1/answers", plain, headers={"Content-Encoding": "identity"}).status_code == 200


@pytest.mark.parametrize(
    "body", ["[" * 100_000 + "]" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000, "9" * 5000, "1e999"]
)
def test_nesting_and_numbers_without_end(http: Http, body: str) -> None:
    for path in ("/v1/answers", "/v1/chat/completions", "/v1/documents", "/v1/routes", "/v1/answers/x/feedback"):
        for content in (body, f'{{"id": "deep", "question": {body}, "answer": "x", "metadata": {body}}}'):
            assert_told(http, "POST", path, content=content.encode(), headers=JSON)
    part = b'--B\r\nContent-Disposition: form-data; name="fields"\r\n\r\n' + body.encode() + b"\r\n"
    assert_told(http, "POST", "/v1/documents", content=part + FILE + b"--B--", headers=_multipart())


@pytest.mark.parametrize(
    "name", ["id", "title", "question", "department", "region", "document_number", "replaces", "amends"]
)
def test_a_field_that_is_longer_than_its_column_is_refused(http: Http, name: str) -> None:
    record = {"id": "long", "title": "长", "answer": "长的。", name: "长" * 2001}
    response = http.post("/v1/documents", record)
    assert (response.status_code, response.json()["error"]) == (422, "InvalidRecord")
    assert name in response.json()["detail"]


def test_json_is_read_as_json_and_kept_by_no_cache(http: Http) -> None:
    replies = [http.get("/v1/me"), http.get("/v1/nothing"), http.post("/v1/answers", {}), http.get("/healthz")]
    replies += [http.request("POST", "/v1/answers", headers={"Origin": "http://evil.example"})]
    replies += [http.request("GET", "/v1/me", headers=shown("kb_x"))]
    for reply in replies:
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cache-Control"] == "no-store"
    assert http.get("/").headers["Cache-Control"] == "no-cache"


def _chat(content: object, **more: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": content}], **more}


def _multipart(more: str = "") -> dict[str, str]:
    return {"Content-Type": f"multipart/form-data; boundary=B{more}"}
