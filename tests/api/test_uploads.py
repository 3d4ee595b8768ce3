"""Files and records over HTTP: sent, followed file by file, tried again, imported in bulk."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kb_service.adapters.sql.tables import jobs
from kb_service.api.sizes import LARGEST_BODY, LARGEST_UPLOAD
from kb_service.domain.documents import VersionState
from kb_service.domain.jobs import JobKind
from kb_service.domain.people import Role
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_service
from tests.api.conftest import Http
from tests.data_folders import furnish

JSONL = '{"id": "lantern-1", "question": "灯笼要登记吗？", "answer": "要登记。"}\n{"id": "lantern-2"}\nnot json\n'


class Noted:
    """Jobs that are only counted."""

    def __init__(self) -> None:
        self.follows = 0

    def follow(self) -> None:
        self.follows += 1


class Editor:
    """One person at the API."""

    def __init__(self, service: Service, name: str, *roles: Role) -> None:
        self.jobs = Noted()
        self._came_at = now()
        self.service = replace(service, jobs=self.jobs)
        self.http = Http(self.service)
        self.name = name
        _, key = service.records.people.create_key(name, roles=roles, created_by="operator", at=now())
        self.headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.request("GET", path, params=params, headers=self.headers)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.http.request("POST", path, headers=self.headers | options.pop("headers", {}), **options)

    def send(self, *files: tuple[str, str | bytes], to: str = "/v1/documents", **data: Any) -> httpx.Response:
        sent = [("files", (name, data if isinstance(data, bytes) else data.encode())) for name, data in files]
        return self.post(to, files=sent, data=data)

    def sent(self, *files: tuple[str, str | bytes], **options: Any) -> dict[str, Any]:
        response = self.send(*files, **options)
        assert response.status_code == 202, response.text
        return dict(response.json())

    def jobs_left(self) -> list[str]:
        """The uploads that this person's files were enqueued for, the first enqueued first."""
        query = select(jobs.c.subject).where(jobs.c.kind != JobKind.REHEARSE, jobs.c.due_at >= self._came_at)
        with self.service.records.database.reading() as connection:
            return list(connection.execute(query.order_by(jobs.c.created_at)).scalars())

    def take_in(self, batch: dict[str, Any]) -> dict[str, Any]:
        """The batch after all of it was taken in."""
        for upload in batch["uploads"]:
            self.service.taking_in.take_in(upload["upload_id"], lease="test")
        return dict(self.get(f"/v1/batches/{batch['batch_id']}").json())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("data")
    furnish(folder, models_dir)
    with open_service(Settings(data_dir=folder)) as opened:
        yield opened


@pytest.fixture
def wang(service: Service) -> Editor:
    return Editor(service, "王五", Role.EDITOR)


@pytest.fixture
def admin(service: Service) -> Editor:
    return Editor(service, "管理员", Role.ADMIN)


def test_a_file_is_followed_from_its_arrival_until_it_can_be_found(wang: Editor) -> None:
    batch = wang.sent(
        ("孔明灯.md", "第一条 孔明灯不得在市区放飞。"), fields='{"标题": "孔明灯管理规定", "kind": "regulation"}'
    )
    (upload,) = batch["uploads"]
    assert (upload["file_name"], upload["state"], upload["stage"], upload["repeated"]) == (
        "孔明灯.md",
        "waiting",
        "waiting",
        False,
    )
    assert wang.jobs_left() == [upload["upload_id"]]
    found = wang.take_in(batch)
    assert (found["actor"], found["files"], found["done"], found["percent"]) == ("王五", 1, 1, 100)
    assert (found["states"], found["stages"]) == ({"stored": 1}, {"indexing": 1})
    wang.service.synchroniser.reconcile()
    ready = wang.get(f"/v1/uploads/{upload['upload_id']}").json()
    assert (ready["stage"], ready["document_id"], ready["counts"]) == ("ready", "孔明灯", {"added": 1})
    assert ready["links"]["version"] == f"/v1/versions/{ready['version_id']}"
    version = wang.service.library.version(ready["version_id"])
    assert (version.metadata.title, version.created_by, version.state) == ("孔明灯管理规定", "王五", VersionState.DRAFT)


def test_of_many_files_each_has_its_own_end(wang: Editor) -> None:
    batch = wang.sent(("纸鸢甲.md", "纸鸢甲。"), ("坏.docx", b"PK\x03\x04"), ("纸鸢乙.md", "纸鸢乙。"), ("空.txt", ""))
    found = wang.take_in(batch)
    assert found["states"] == {"stored": 2, "refused": 2}
    assert [each["state"] for each in found["uploads"]] == ["stored", "refused", "stored", "refused"]
    assert "damaged" in found["uploads"][1]["reason"]
    assert found["uploads"][1]["message"].startswith("文件已损坏，")
    assert [each["retryable"] for each in found["uploads"]] == [False, False, False, False]
    assert found["uploads"][0]["message"] is None
    assert found["percent"] == 100


def test_the_same_file_with_the_same_fields_again_is_the_same_upload(wang: Editor) -> None:
    form = {"fields": '{"effective_from": "2027-01-01", "title": "走马灯"}'}
    first = wang.sent(("走马灯.md", "走马灯免费。"), **form)
    form = {"fields": '{"title": "走马灯", "施行日期": "2027年1月1日"}'}
    waiting = wang.sent(("走马灯.md", "走马灯免费。"), **form)
    wang.take_in(first)
    stored = wang.sent(("走马灯.md", "走马灯免费。"), **form)
    ids = {each["uploads"][0]["upload_id"] for each in (first, waiting, stored)}
    assert len(ids) == 1
    assert [each["uploads"][0]["repeated"] for each in (first, waiting, stored)] == [False, True, True]
    assert stored["uploads"][0]["state"] == "stored"
    assert set(wang.jobs_left()) == ids


def test_a_refused_file_is_tried_again_when_it_is_sent_again_or_asked_for(wang: Editor) -> None:
    batch = wang.sent(("破灯.docx", b"PK\x03\x04 broken lamp"))
    (upload,) = wang.take_in(batch)["uploads"]
    retried = wang.post(f"/v1/uploads/{upload['upload_id']}:retry")
    assert (retried.status_code, retried.json()["state"], retried.json()["attempt"]) == (202, "waiting", 2)
    assert retried.json()["retryable"] is False  # it is damaged, and will be again
    again = wang.post(f"/v1/uploads/{upload['upload_id']}:retry")
    assert (again.status_code, again.json()["error"]) == (409, "UploadNotRetryable")
    wang.take_in(batch)
    sent_again = wang.sent(("破灯.docx", b"PK\x03\x04 broken lamp"))["uploads"][0]
    assert (sent_again["upload_id"], sent_again["repeated"], sent_again["attempt"]) == (upload["upload_id"], True, 3)


def test_what_failed_for_a_passing_cause_says_that_another_try_can_help(wang: Editor) -> None:
    (upload,) = wang.sent(("慢灯.md", "慢灯免费。"))["uploads"]
    wang.service.records.uploads.give_up(upload["upload_id"], "it failed 10 times", at=now())
    failed = wang.get(f"/v1/uploads/{upload['upload_id']}").json()
    assert (failed["state"], failed["retryable"]) == ("failed", True)
    assert failed["message"] == "试了多次都没有完成；请重试，仍然如此请告诉管理员。"
    assert wang.post(f"/v1/uploads/{upload['upload_id']}:retry").json()["retryable"] is True


def test_a_record_with_a_day_that_does_not_exist_is_refused_alone_with_that_cause(wang: Editor) -> None:
    bad = '{"id": "lamp-day-2", "text": "灯二。", "effective_from": "2026-13-40"}'
    lines = f'{{"id": "lamp-day-1", "text": "灯一。"}}\n{bad}\n'
    batch = wang.sent(("灯日.jsonl", lines))
    (upload,) = wang.take_in(batch)["uploads"]
    assert (upload["state"], upload["counts"]) == ("stored", {"added": 1, "refused": 1})
    assert upload["message"] == "共 2 条记录，其中 1 条没有收下，其余已收下；请改好后只上传没有收下的。"
    (record,) = wang.get(f"/v1/uploads/{upload['upload_id']}/records").json()["records"]
    told = "“施行日”写的“2026-13-40”是不存在的日期；请改成正确的日期，如 2026-03-01。"
    assert (record["line"], record["message"], record["retryable"]) == (2, told, False)
    assert "effective_from" in record["reason"]
    line = json.loads(wang.get(f"/v1/batches/{batch['batch_id']}/refused").text)
    assert (line["_message"], line["_reason"]) == (told, record["reason"])


def test_what_is_unknown_is_404(wang: Editor) -> None:
    for path in ("/v1/uploads/none", "/v1/uploads/none/records", "/v1/batches/none", "/v1/batches/none/refused"):
        response = wang.get(path)
        assert (response.status_code, response.json()["error"]) in {(404, "UploadNotFound"), (404, "BatchNotFound")}
    assert wang.post("/v1/uploads/none:retry").status_code == 404


def test_a_record_with_its_text_is_stored_at_once(wang: Editor) -> None:
    record = {"id": "lamp", "question": "灯会要票吗？", "answer": "不要票。", "_reason": "was refused before"}
    first = wang.post("/v1/documents", json=record)
    assert (first.status_code, first.json()["status"], first.json()["document_id"]) == (201, "added", "lamp")
    again = wang.post("/v1/documents", json=record)
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    assert again.json()["version_id"] == first.json()["version_id"]
    changed = wang.post("/v1/documents", json=record | {"answer": "要票。"})
    assert (changed.status_code, changed.json()["status"]) == (201, "new_version")
    version = wang.service.library.version(first.json()["version_id"])
    assert (version.state, version.created_by) == (VersionState.DRAFT, "王五")
    assert wang.jobs.follows == 3


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": "theft", "file": "/etc/passwd"}, "may not name a file"),
        ({"text": "没有编号。"}, "'id' is missing"),
        ({"id": "x", "text": "文", "efective_from": "2026-01-01"}, "did you mean 'effective_from'"),
        ({"id": "x"}, "exactly one of"),
        (["list"], "must be a JSON object"),
    ],
)
def test_a_record_that_cannot_be_taken_is_refused_with_the_reason(wang: Editor, record: object, reason: str) -> None:
    response = wang.post("/v1/documents", json=record)
    assert (response.status_code, response.json()["error"]) == (422, "InvalidRecord")
    assert reason in response.json()["detail"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"fields": "not json"}, "fields must be a JSON object"),
        ({"fields": '{"effective_form": "2026-01-01"}'}, "did you mean 'effective_from'"),
        ({"fields": '{"施行日期": "哪天"}'}, "effective_from"),
        ({"fields": '{"id": "one"}'}, "a single file only"),
        ({"fields": '{"text": "别的正文"}'}, "cannot be given beside files"),
        ({"feilds": "{}"}, "not feilds"),
    ],
)
def test_wrong_fields_refuse_the_whole_request_and_nothing_waits(
    wang: Editor, data: dict[str, str], reason: str
) -> None:
    response = wang.send(("a.md", "甲灯。"), ("b.md", "乙灯。"), **data)
    assert (response.status_code, response.json()["error"]) == (422, "InvalidRecord")
    assert reason in response.json()["detail"]
    assert wang.jobs_left() == []


def test_a_form_without_files_is_refused(wang: Editor) -> None:
    response = wang.post("/v1/documents", files={"fields": (None, "{}")})
    assert (response.status_code, response.json()["error"]) == (422, "InvalidRecord")
    bad = wang.post("/v1/documents", content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert (bad.status_code, bad.json()["error"]) == (400, "BadRequest")


def test_hostile_file_names_are_only_shown(wang: Editor) -> None:
    batch = wang.sent(("../../../etc/cron.d/灯.md", "灯一。"), ("C:\\windows\\灯2.md", "灯二。"))
    assert [each["file_name"] for each in batch["uploads"]] == ["灯.md", "灯2.md"]
    found = wang.take_in(batch)
    assert [each["document_id"] for each in found["uploads"]] == ["灯", "灯2"]
    kept = [path for path in wang.service.settings.blobs_dir.rglob("*") if path.is_file()]
    assert all(len(path.name) == 64 for path in kept)


def test_a_bulk_import_says_first_what_would_happen(wang: Editor) -> None:
    batch = wang.sent(("灯.jsonl", JSONL), to="/v1/documents:import", dry_run="true")
    found = wang.take_in(batch)
    (upload,) = found["uploads"]
    assert (found["dry_run"], upload["counts"]) == (True, {"would_add": 1, "refused": 2})
    assert "lantern-1" not in wang.service.library.document_ids()
    listed = wang.get(f"/v1/uploads/{upload['upload_id']}/records", limit=2).json()
    assert [(each["line"], each["outcome"]) for each in listed["records"]] == [(1, "would_add"), (2, "refused")]
    rest = wang.get(f"/v1/uploads/{upload['upload_id']}/records", cursor=listed["next_cursor"]).json()
    assert ([each["line"] for each in rest["records"]], rest["next_cursor"]) == ([3], None)


def test_refused_records_come_back_as_they_were_and_go_in_once_mended(wang: Editor) -> None:
    batch = wang.sent(("灯会.jsonl", JSONL.replace("lantern", "fair")), to="/v1/documents:import")
    wang.take_in(batch)
    response = wang.get(f"/v1/batches/{batch['batch_id']}/refused")
    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert response.headers["content-disposition"].startswith("attachment")
    first, second = [json.loads(line) for line in response.text.splitlines()]
    assert (first["id"], first["_line"], first["_file"]) == ("fair-2", 2, "灯会.jsonl")
    assert "exactly one of" in first["_reason"]
    assert (second["_raw"], second["_line"]) == ("not json", 3)
    mended = json.dumps(first | {"text": "灯会在正月。"})
    found = wang.take_in(wang.sent(("mended.jsonl", mended), to="/v1/documents:import"))
    assert found["uploads"][0]["counts"] == {"added": 1}


def test_only_an_administrator_publishes_without_review(wang: Editor, admin: Editor) -> None:
    files = ("花灯.jsonl", '{"id": "lamp-fee", "text": "花灯展览收费十元。"}')
    refused = wang.send(files, to="/v1/documents:import", publish="true")
    assert (refused.status_code, refused.json()["error"]) == (403, "NotAllowed")
    found = admin.take_in(admin.sent(files, to="/v1/documents:import", publish="true"))
    (version,) = admin.service.library.versions_of("lamp-fee")
    assert (found["publish"], version.state, version.approval_rule) == (True, VersionState.APPROVED, "bulk_import")
    assert version.approved_by == "管理员"


def test_who_is_no_editor_sends_nothing(service: Service) -> None:
    reviewer = Editor(service, "赵六", Role.REVIEWER)
    assert reviewer.send(("a.md", "灯。")).status_code == 403
    assert reviewer.send(("a.md", "灯。"), to="/v1/documents:import").status_code == 403
    assert reviewer.post("/v1/documents", json={"id": "x", "text": "灯。"}).status_code == 403
    assert reviewer.get("/v1/batches").status_code == 200
    assert Editor(service, "前台", Role.FRONTEND).get("/v1/batches").status_code == 403
    assert Http(service).request("POST", "/v1/documents", files={"files": ("a.md", b"x")}).status_code == 401


def test_batches_are_listed_newest_first_page_by_page(wang: Editor) -> None:
    ids = [wang.sent((f"灯谜{number}.md", f"灯谜{number}。"))["batch_id"] for number in range(3)]
    first = wang.get("/v1/batches", limit=2).json()
    assert [each["batch_id"] for each in first["batches"]] == [ids[2], ids[1]]
    assert first["batches"][0]["uploads"] == []
    second = wang.get("/v1/batches", limit=1, cursor=first["next_cursor"]).json()
    assert second["batches"][0]["batch_id"] == ids[0]


def test_uploads_may_be_large_and_everything_else_stays_small(wang: Editor) -> None:
    large = b"\xe7\x81\xaf" * (LARGEST_BODY // 2)  # 1.5 MB of 灯
    assert wang.send(("大灯.txt", large)).status_code == 202
    as_json = wang.post("/v1/documents", json={"id": "x", "text": large.decode()})
    assert (as_json.status_code, as_json.json()["error"]) == (413, "BodyTooLarge")
    elsewhere = wang.post("/v1/routes", files={"files": ("a", large)})
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (413, "BodyTooLarge")


def test_a_request_that_announces_more_than_uploads_may_have_is_not_read(wang: Editor) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(LARGEST_UPLOAD + 1)}
    response = wang.post("/v1/documents", content=b"", headers=headers)
    assert (response.status_code, response.json()["error"]) == (413, "UploadTooLarge")


def test_a_request_that_grows_beyond_what_uploads_may_have_is_refused_whole(wang: Editor) -> None:
    piece = b"x" * (8 * 1024 * 1024)

    async def body() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="small.md"\r\n\r\nsmall\r\n'
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="endless.md"\r\n\r\n'
        for _ in range(LARGEST_UPLOAD // len(piece) + 1):
            yield piece

    response = wang.post("/v1/documents", content=body(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (response.status_code, response.json()["error"]) == (413, "UploadTooLarge")
    assert wang.jobs_left() == []


def test_a_file_of_more_than_a_hundred_megabytes_is_refused_beside_others(wang: Editor) -> None:
    found = wang.sent(("巨灯.txt", b"x" * (100 * 2**20 + 1)), ("小灯.txt", "小灯。"))["uploads"]
    assert [each["state"] for each in found] == ["refused", "waiting"]
    assert "larger than 100 MB" in found[0]["reason"]
    assert wang.jobs_left() == [found[1]["upload_id"]]


def test_the_same_file_at_the_same_moment_makes_one_upload(wang: Editor) -> None:
    async def send_all() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=wang.http._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=wang.headers) as client:
            files = {"files": ("同灯.md", "同一盏灯。".encode())}
            return await asyncio.gather(*(client.post("/v1/documents", files=files) for _ in range(5)))

    ids = {each.json()["uploads"][0]["upload_id"] for each in asyncio.run(send_all())}
    assert len(ids) == 1
