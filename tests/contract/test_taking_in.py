"""Taking files in, on every database: read in a child process, stored once, each with an end of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion.reading_child import Reader, ReadingChildren, read_source
from ingestion.taking_in import KnownNames, TakingIn
from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.intake import SqlIntake
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.domain.causes import Cause
from kb_service.domain.documents import VersionState
from kb_service.domain.uploads import Arrival, RecordOutcome, Upload, UploadState
from kb_service.wiring import new_id, now
from tests.readers import dies_at_bad_files

LEASE = "one#here:1:a-1"
PROCESS = [sys.executable, "-m", "tests.contract.test_taking_in"]


class Desk:
    """Uploads, and what takes them in, over one database."""

    def __init__(self, database: Database, folder: Path, children: ReadingChildren, reader: Reader) -> None:
        self.library = SqlLibrary(database, new_id=new_id)
        self.uploads = SqlUploads(database, new_id=new_id)
        self.blobs = BlobFolder(folder)
        self.trail = SqlTrail(database)
        self.taking_in = TakingIn(
            uploads=self.uploads,
            intake=SqlIntake(database, self.library),
            blobs=self.blobs,
            names=lambda: KnownNames({"居住证签注": "permit"}, {"市公安局": "police"}),
            children=children,
            now=now,
            reader=reader,
        )

    def send(
        self, *files: tuple[str, str | bytes], fields: dict[str, Any] | None = None, **options: Any
    ) -> list[Upload]:
        arrivals = []
        for name, content in files:
            data = content.encode() if isinstance(content, str) else content
            arrivals.append(Arrival(name, len(data), self.blobs.keep(data), fields or {}))
        return list(self.uploads.register(arrivals, actor="wang", at=now(), **options).uploads)

    def take_in(self, *uploads: Upload, lease: str = LEASE) -> list[Upload]:
        for each in uploads:
            self.taking_in.take_in(each.id, lease=lease)
        return [self.uploads.upload(each.id) for each in uploads]


@pytest.fixture(scope="module")
def children() -> Iterator[ReadingChildren]:
    made = ReadingChildren()
    yield made
    made.close()


@pytest.fixture
def open_desk(database: Database, tmp_path: Path, children: ReadingChildren) -> Callable[..., Desk]:
    def opening(reader: Reader = read_source) -> Desk:
        return Desk(database, tmp_path / "blobs", children, reader)

    return opening


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()


def lines(*records: dict[str, Any] | str) -> str:
    return "\n".join(each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in records)


def answers(count: int, *, start: int = 0) -> str:
    return lines(
        *({"id": f"q{n}", "question": f"问题{n}？", "answer": f"答复{n}。"} for n in range(start, start + count))
    )


def test_a_document_becomes_a_draft_of_who_sent_it(desk: Desk) -> None:
    text = "---\ntitle: 签注指南\n施行日期: 2026-07-01\n---\n签注免费。"
    (done,) = desk.take_in(*desk.send(("guide.md", text), fields={"matter": "居住证签注", "kind": "procedure"}))
    assert (done.state, done.reason, done.counts) == (UploadState.STORED, None, {"added": 1})
    version = desk.library.version(str(done.version_id))
    assert (version.document_id, version.text, version.state) == ("guide", "签注免费。", VersionState.DRAFT)
    assert (version.metadata.title, version.metadata.matter_id) == ("签注指南", "permit")
    assert (version.created_by, version.upload_id, version.blob_sha256) == ("wang", done.id, done.blob_sha256)


def test_fields_that_were_sent_win_over_those_in_the_file(desk: Desk) -> None:
    text = "---\nid: a\ntitle: 旧标题\n---\n签注免费。"
    (done,) = desk.take_in(*desk.send(("x.md", text), fields={"id": "b", "title": "新标题"}))
    version = desk.library.version(str(done.version_id))
    assert (version.document_id, version.metadata.title) == ("b", "新标题")


def test_of_ten_files_three_are_bad_and_seven_go_in(desk: Desk) -> None:
    good = [(f"good{number}.md", f"第{number}条 签注免费。") for number in range(7)]
    bad = [
        ("empty.txt", ""),
        ("broken.docx", b"PK\x03\x04 no archive"),
        ("future.md", "---\neffective_from: 明天\n---\n签注。"),
    ]
    done = desk.take_in(*desk.send(*good[:3], *bad, *good[3:]))
    states = [each.state for each in done]
    assert states == [UploadState.STORED] * 3 + [UploadState.REFUSED] * 3 + [UploadState.STORED] * 4
    empty, broken, future = done[3:6]
    assert "empty" in str(empty.reason)
    assert "damaged" in str(broken.reason)
    assert "明天" in str(future.reason)
    assert [each.cause for each in done[3:6]] == [
        Cause("empty_file"),
        Cause("damaged", {"kind": "Office"}),
        Cause("not_a_day", {"field": "effective_from", "value": "明天"}),
    ]
    assert desk.library.document_ids() == [f"good{number}" for number in range(7)]


def test_bad_records_of_a_file_are_refused_alone_and_kept_as_they_came(desk: Desk) -> None:
    no_text = {"id": "c", "title": "没有正文"}
    text = lines({"id": "a", "answer": "免费。"}, "", "not json", no_text, {"id": "b", "text": "第一条 收费。"})
    (done,) = desk.take_in(*desk.send(("bulk.jsonl", text)))
    assert (done.state, done.reason) == (UploadState.STORED, "2 of its 4 records were refused")
    assert done.cause == Cause("some_refused", {"refused": 2, "total": 4})
    assert (done.counts, done.version_id) == ({"added": 2, "refused": 2}, None)
    first, second = desk.uploads.records(done.id)
    assert (first.line, first.content, first.cause) == (3, "not json", Cause("not_json"))
    assert (second.line, json.loads(str(second.content))) == (4, no_text)
    assert "exactly one of answer, text and file" in str(second.reason)


def test_a_file_of_which_every_record_is_refused_is_refused_and_can_be_tried_again(desk: Desk) -> None:
    (done,) = desk.take_in(*desk.send(("bulk.jsonl", lines("x", "y"))))
    assert (done.state, done.counts) == (UploadState.REFUSED, {"refused": 2})
    assert (done.cause, done.is_retryable) == (Cause("all_refused", {"refused": 2}), False)
    desk.uploads.retry(done.id, at=now())
    (again,) = desk.take_in(done)
    assert (again.state, again.attempt, len(desk.uploads.records(done.id))) == (UploadState.REFUSED, 2, 2)


def test_a_row_of_a_sheet_that_is_refused_can_be_sent_again_as_a_line(desk: Desk) -> None:
    sheet = "问题,答案,施行日期\n要钱吗？,免费。,2026-07-01\n多久？,五天。,哪天\n"
    (done,) = desk.take_in(*desk.send(("wenda.csv", sheet), fields={"matter": "居住证签注"}))
    assert done.counts == {"added": 1, "refused": 1}
    (report,) = desk.uploads.records(done.id)
    mended = json.loads(str(report.content)) | {"effective_from": "2026-07-01", "_reason": report.reason}
    (again,) = desk.take_in(*desk.send(("mended.jsonl", lines(mended))))
    assert again.counts == {"added": 1}
    (whole,) = desk.take_in(
        *desk.send(("wenda.csv", sheet.replace("哪天", "2026-07-01")), fields={"matter": "居住证签注"})
    )
    assert whole.counts == {"unchanged": 2}


@pytest.mark.parametrize("named", ["/etc/passwd", "../secret.txt", "kb.sqlite"])
def test_a_line_that_was_sent_cannot_name_a_file_of_the_server(desk: Desk, named: str) -> None:
    text = lines({"id": "theft", "file": named}, {"id": "good", "text": "签注免费。"})
    (done,) = desk.take_in(*desk.send(("bulk.jsonl", text)))
    assert done.counts == {"added": 1, "refused": 1}
    (report,) = desk.uploads.records(done.id)
    assert "may not name a file" in str(report.reason)
    assert desk.library.document_ids() == ["good"]


def test_published_records_are_recorded_as_the_exception_under_who_sent_them(desk: Desk) -> None:
    (done,) = desk.take_in(*desk.send(("bulk.jsonl", answers(2)), publish=True))
    assert done.counts == {"added": 2}
    (version,) = desk.library.versions_of("q0")
    assert (version.state, version.approved_by, version.approval_rule) == (VersionState.APPROVED, "wang", "bulk_import")
    event = desk.trail.events(document_id="q0")[0].event
    assert (event.actor, event.action, event.detail["rule"]) == ("wang", "store_and_approve", "bulk_import")
    assert desk.trail.faults() == []


def test_a_dry_run_reports_every_record_and_stores_nothing(desk: Desk) -> None:
    desk.take_in(*desk.send(("old.jsonl", answers(1))))
    text = lines(*answers(2).split("\n"), {"id": "q0", "answer": "改了。"}, {"id": "q9"})
    (done,) = desk.take_in(*desk.send(("bulk.jsonl", text), dry_run=True))
    outcomes = {each.line: each.outcome for each in desk.uploads.records(done.id)}
    assert outcomes == {
        1: RecordOutcome.UNCHANGED,
        2: RecordOutcome.WOULD_ADD,
        3: RecordOutcome.WOULD_BE_NEW_VERSION,
        4: RecordOutcome.REFUSED,
    }
    assert desk.library.document_ids() == ["q0"]


@pytest.mark.parametrize(
    ("name", "reason", "cause"),
    [
        ("exit.md", "exit.md: reading it ended the process that read it (exit code 7)", Cause("reader_failed")),
        (
            "segfault.md",
            f"segfault.md: reading it ended the process that read it (signal {signal.SIGSEGV})",
            Cause("reader_failed"),
        ),
        (
            "hungry.md",
            "hungry.md: reading it takes more than the 1024 MB of memory that a file may; split it and try again",
            Cause("reading_out_of_memory", {"limit": 1024}),
        ),
        ("odd.md", "odd.md: reading it failed (LookupError: no such part)", Cause("reader_failed")),
    ],
)
def test_a_file_at_which_the_reader_dies_fails_alone(
    open_desk: Callable[..., Desk], name: str, reason: str, cause: Cause
) -> None:
    desk = open_desk(dies_at_bad_files)
    done = desk.take_in(*desk.send(("before.md", "签注免费。"), (name, "签注。"), ("after.md", "签注收费。")))
    assert [each.state for each in done] == [UploadState.STORED, UploadState.FAILED, UploadState.STORED]
    assert (done[1].reason, done[1].cause, done[1].is_retryable) == (reason, cause, False)


def test_a_file_that_takes_too_long_fails_alone(database: Database, tmp_path: Path) -> None:
    impatient = ReadingChildren(seconds=3)
    desk = Desk(database, tmp_path / "blobs", impatient, dies_at_bad_files)
    done = desk.take_in(*desk.send(("endless.md", "签注。"), ("after.md", "签注收费。")))
    impatient.close()
    assert [each.state for each in done] == [UploadState.FAILED, UploadState.STORED]
    # Of the processor, or by the clock on a machine that leaves it hardly any.
    limits = (Cause("reading_timed_out", {"seconds": 3}), Cause("reading_stood_still", {"seconds": 15}))
    assert done[0].cause in limits and done[0].is_retryable


def test_a_child_that_had_nothing_to_do_ends_and_the_next_file_gets_another(database: Database, tmp_path: Path) -> None:
    restless = ReadingChildren(idle_seconds=0.1)
    desk = Desk(database, tmp_path / "blobs", restless, read_source)
    first, second = desk.send(("a.md", "签注免费。"), ("b.md", "签注收费。"))
    desk.take_in(first)
    time.sleep(1)
    (done,) = desk.take_in(second)
    restless.close()
    assert done.state is UploadState.STORED


def test_two_crashes_at_one_moment_do_not_fail_the_file_beside_them(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(dies_at_bad_files)
    sent = desk.send(("exit1.md", "一"), ("good.jsonl", answers(300)), ("exit2.md", "二"))
    threads = [threading.Thread(target=desk.take_in, args=(each,)) for each in sent]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    states = [desk.uploads.upload(each.id).state for each in sent]
    assert states == [UploadState.FAILED, UploadState.STORED, UploadState.FAILED]


def test_an_original_that_is_gone_says_so(desk: Desk) -> None:
    (sent,) = desk.send(("guide.md", "签注免费。"))
    desk.blobs.remove(sent.blob_sha256)
    (done,) = desk.take_in(sent)
    assert (done.state, done.reason) == (UploadState.REFUSED, "the original of guide.md is not kept; upload it again")


def test_two_threads_that_take_the_same_upload_store_it_once(desk: Desk) -> None:
    (sent,) = desk.send(("bulk.jsonl", answers(300)))
    threads = [threading.Thread(target=desk.take_in, args=(sent,)) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    done = desk.uploads.upload(sent.id)
    assert (done.state, done.counts) == (UploadState.STORED, {"added": 300})
    assert desk.library.counts()["versions"] == 300


def test_two_processes_that_take_the_same_upload_store_it_once(open_desk: Callable[..., Desk]) -> None:
    first, second = open_desk(), open_desk()
    (sent,) = first.send(("bulk.jsonl", answers(300)))
    threads = [
        threading.Thread(target=first.take_in, args=(sent,), kwargs={"lease": "two#there:2:b-1"}),
        threading.Thread(target=second.take_in, args=(sent,)),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (done,) = second.take_in(sent)
    assert (done.state, done.counts) == (UploadState.STORED, {"added": 300})
    assert first.library.counts()["versions"] == 300


def test_files_that_name_one_new_document_at_one_moment_are_its_versions(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    sent = desk.send(*((f"{number}.md", f"---\nid: guide\n---\n签注要{number}元。") for number in range(4)))
    threads = [threading.Thread(target=desk.take_in, args=(each,)) for each in sent]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [desk.uploads.upload(each.id).reason for each in sent] == [None] * 4
    assert len(desk.library.versions_of("guide")) == 4


def test_a_process_killed_in_the_middle_of_a_thousand_records_leaves_the_rest_to_another_and_nothing_is_stored_twice(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    (sent,) = desk.send(("bulk.jsonl", lines(*answers(1000).split("\n"), "bad", '{"id": "x"}')))
    child = subprocess.Popen([*PROCESS, _url(database), str(tmp_path / "blobs"), sent.id])
    while desk.uploads.upload(sent.id).records_done < 160:
        assert child.poll() is None, "it was over before it could be killed"
        time.sleep(0.001)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    left = desk.uploads.upload(sent.id)
    assert left.state is UploadState.READING
    assert 160 <= left.records_done < 1000
    assert desk.library.counts()["versions"] == left.records_done
    (done,) = desk.take_in(sent)
    assert (done.state, done.records_done, done.records_total) == (UploadState.STORED, 1002, 1002)
    assert done.counts == {"added": 1000, "refused": 2}
    assert desk.library.counts()["versions"] == 1000
    assert [each.line for each in desk.uploads.records(done.id)] == [1001, 1002]
    assert desk.trail.faults() == []


def test_a_child_ends_when_its_parent_was_killed(
    database: Database, tmp_path: Path, open_desk: Callable[..., Desk]
) -> None:
    desk = open_desk()
    (sent,) = desk.send(("endless.md", "签注。"))
    parent = subprocess.Popen([*PROCESS, _url(database), str(tmp_path / "blobs"), sent.id])
    _wait_for(desk.blobs.path(sent.blob_sha256).with_suffix(".begun").exists)
    child = _reading_child_of(parent.pid)
    parent.kill()
    parent.wait()
    _wait_for(lambda: not _is_running(child))


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def _wait_for(found: Callable[[], Any], seconds: float = 30) -> Any:
    until = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < until
        time.sleep(0.02)
    return value


def _is_running(pid: int) -> bool:
    """A zombie that nobody has buried yet is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _reading_child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


if __name__ == "__main__":  # another process, that takes one upload in
    _, url, blobs, upload_id = sys.argv
    opened = Desk(Database(url), Path(blobs), ReadingChildren(), dies_at_bad_files)
    opened.take_in(opened.uploads.upload(upload_id), lease="killed#there:2:b-1")
