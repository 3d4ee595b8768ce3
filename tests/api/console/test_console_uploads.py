"""Uploads through the console's form."""

import json
import re
from io import BytesIO
from urllib.parse import quote
from uuid import uuid4

from openpyxl import Workbook

from kb_service.domain.people import Role
from tests.api.conftest import Http, key_of
from tests.api.console.conftest import Person, assert_page
from tests.factories import day
from tests.office_files import paragraph, run, word_file


def test_files_come_in_through_the_form_each_with_its_own_status(http: Http, editor: Person) -> None:
    name = uuid4().hex[:8]
    files = [
        ("files", (f"{name}.txt", f"第一条 {name} 停放证工本费为12元。".encode())),
        ("files", (f"{name}.pdf", b"%PDF-1.4 broken")),
    ]
    fields = {"kind": "regulation", "effective_from": "2026-12-01", "valid_through": "", "matter": ""}
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    sent = http.request("POST", "/console/upload", data=fields, files=files, headers=cookie)
    assert sent.status_code == 303, sent.text
    batch = sent.headers["location"].removeprefix("/console")
    assert "0 / 2 个文件已处理" in editor.open(batch).text
    uploads = http.service.records.uploads
    for sent in uploads.batches(limit=10):
        for upload_id in sent.upload_ids:
            http.service.taking_in.take_in(upload_id, lease="test")
    http.service.synchroniser.reconcile()
    page = editor.open(batch).text
    assert "2 / 2 个文件已处理" in page and "未收下" in page
    # Nobody finds a draft.
    assert "已收下" in page and "草稿" in page and "可检索" not in page
    found = re.search(r"/console/versions/([\w-]+)", page)
    assert found is not None
    version = http.service.library.version(found[1])
    assert (version.metadata.effective_from, version.created_by) == (day("2026-12-01"), "张三")
    assert "文件已损坏，无法作为 PDF 文件打开；请用原来的程序打开，另存一份后再上传。" in page
    assert "/retry" not in page


def test_what_a_file_is_refused_for_stands_in_chinese_and_only_what_may_pass_is_tried_again(
    http: Http, editor: Person
) -> None:
    name = uuid4().hex[:8]
    rows = f"问题,答案,施行日期\n{name} 要钱吗？,免费。,2026-07-01\n{name} 多久？,,\n{name} 几天？,五天。,2026-09-31\n"
    files = [
        ("files", (f"{name}.csv", rows.encode())),
        ("files", (f"{name}.md", f"---\neffective_from: 2026-13-40\n---\n{name}。".encode())),
    ]
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    batch = http.request("POST", "/console/upload", files=files, headers=cookie).headers["location"][len("/console") :]
    sheet, page_of_text = http.service.records.uploads.batch(batch.rsplit("/", 1)[-1]).upload_ids
    http.service.taking_in.take_in(sheet, lease="test")
    http.service.records.uploads.give_up(page_of_text, "it failed 10 times", at=http.service.now())
    page = editor.open(batch).text
    assert "共 3 条记录，其中 2 条没有收下，其余已收下；" in page
    assert "第 3 行</span>这一行有问题，没有答案；请补上答案。" in page
    assert "第 4 行</span>“施行日”写的“2026-09-31”是不存在的日期；" in page
    assert page.index("第 3 行") < page.index("第 4 行")  # in the order of the sheet, whoever refused them
    assert "试了多次都没有完成；请重试，" in page and "10 times" not in page
    retried = re.search(r"/console(/uploads/[\w-]+/retry)", page)
    assert retried is not None and page_of_text in retried[1]
    assert editor.send(retried[1]).headers["location"] == f"/console{batch}?done=retried"
    assert "排队中" in editor.open(batch).text
    http.service.taking_in.take_in(page_of_text, lease="test")
    page = editor.open(batch).text
    assert "“施行日”写的“2026-13-40”是不存在的日期；请改成正确的日期，如 2026-03-01。" in page
    assert "/retry" not in page


def test_from_a_sheet_of_questions_a_link_leads_to_what_was_taken_in_of_it(http: Http, editor: Person) -> None:
    name = uuid4().hex[:8]
    rows = f"编号,问题,答案\n{name}-a,{name} 要钱吗？,免费。\n{name}-b,{name} 多久？,三天。\n"
    files = [("files", (f"{uuid4().hex[:8]}.csv", rows.encode()))]
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    batch = http.request("POST", "/console/upload", files=files, headers=cookie).headers["location"][len("/console") :]
    (sheet,) = http.service.records.uploads.batch(batch.rsplit("/", 1)[-1]).upload_ids
    http.service.taking_in.take_in(sheet, lease="test")
    http.service.synchroniser.reconcile()
    found = re.search(r'href="/console(/versions\?upload_id=[\w-]+)"', editor.open(batch).text)
    assert found is not None
    page = editor.open(found[1]).text
    assert "共 2 个" in page and f"{name}-a" in page and f"{name}-b" in page


def test_a_refused_row_of_a_workbook_of_several_sheets_is_named_with_its_sheet(http: Http, editor: Person) -> None:
    name, book = uuid4().hex[:8], Workbook()
    for title, late in (("居住证", "2026-13-40"), ("养犬", "2026-07-01")):
        sheet = book.create_sheet(title)
        sheet.append(["问题", "答案", "施行日期"])
        sheet.append([f"{name} {title}要钱吗", "免费。", late])
        sheet.append([f"{name} {title}几天", "", ""])
    del book["Sheet"]
    book.save(buffer := BytesIO())
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    files = [("files", (f"{name}.xlsx", buffer.getvalue()))]
    batch = http.request("POST", "/console/upload", files=files, headers=cookie).headers["location"][len("/console") :]
    (workbook,) = http.service.records.uploads.batch(batch.rsplit("/", 1)[-1]).upload_ids
    http.service.taking_in.take_in(workbook, lease="test")
    page = editor.open(batch).text
    places = [
        "“居住证”第 2 行</span>“施行日”写的“2026-13-40”",
        "“居住证”第 3 行</span>这一行有问题",
        "“养犬”第 3 行</span>",
    ]
    assert [page.count(each) for each in places] == [1, 1, 1]
    assert sorted(map(page.index, places)) == list(map(page.index, places))
    handed_back = http.request("GET", f"/v1{batch}/refused", headers=cookie).text
    assert [json.loads(line)["_sheet"] for line in handed_back.splitlines()] == ["居住证", "居住证", "养犬"]


def test_of_many_refused_rows_the_page_shows_the_first_and_tells_how_many_more(http: Http, editor: Person) -> None:
    name = uuid4().hex[:8]
    rows = "问题,答案\n" + "".join(f"{name} 第{number}问？,\n" for number in range(30))
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    files = [("files", (f"{name}.csv", rows.encode()))]
    batch = http.request("POST", "/console/upload", files=files, headers=cookie).headers["location"][len("/console") :]
    (upload_id,) = http.service.records.uploads.batch(batch.rsplit("/", 1)[-1]).upload_ids
    http.service.taking_in.take_in(upload_id, lease="test")
    page = editor.open(batch).text
    assert "30 条记录都没有收下；请按各条的原因改好后再上传。" in page
    assert "第 2 行</span>" in page and "第 21 行</span>" in page and "第 22 行</span>" not in page
    assert "其余 25 条" in page and "另有 10 条，见下载的文件" in page and "下载未收下的记录" in page


def test_a_form_without_a_file_keeps_what_was_typed(http: Http) -> None:
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    nothing = [("files", ("", b""))]
    sent = http.request("POST", "/console/upload", data={"region": "徐汇区"}, files=nothing, headers=cookie)
    assert_page(sent, 422, "请先选择文件")
    assert 'value="徐汇区"' in sent.text


def test_a_wrong_field_refuses_the_whole_form_with_its_name(http: Http) -> None:
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    files = [("files", ("a.txt", "正文。".encode()))]
    sent = http.request("POST", "/console/upload", data={"issued_on": "昨天"}, files=files, headers=cookie)
    assert_page(sent, 422, "“印发日”写的“昨天”看不出是哪一天；请写成 2026-03-01 这样的日期。")
    assert 'value="昨天"' in sent.text


def test_a_reviewer_may_not_upload(keyed: Http) -> None:
    cookie = {"Cookie": f"kb_key={key_of(keyed, '李四', Role.REVIEWER)}"}
    files = [("files", ("a.txt", "正文。".encode()))]
    assert_page(keyed.request("POST", "/console/upload", files=files, headers=cookie), 403, "您的角色不能")
    assert keyed.service.records.uploads.batches(limit=1) == []


def test_what_was_read_of_a_file_stands_with_its_upload_and_its_version(http: Http, editor: Person) -> None:
    name = uuid4().hex[:8]
    hidden = run("内部备注", "<w:vanish/>")
    data = word_file(paragraph(f"第一条 {name} 补贴每月八百元。", hidden))
    sent = http.request(
        "POST",
        "/console/upload",
        data={"effective_from": "2026-12-01"},
        files=[("files", (f"{name}.docx", data))],
        headers={"Cookie": f"kb_actor={quote('张三')}"},
    )
    batch = sent.headers["location"].removeprefix("/console")
    for upload_id in http.service.records.uploads.batch(batch.rsplit("/", 1)[-1]).upload_ids:
        http.service.taking_in.take_in(upload_id, lease="test")
    page = editor.open(batch).text
    assert "未读取隐藏文字 1 处" in page and "内部备注" not in page
    shown = http.request("GET", f"/v1/batches/{batch.rsplit('/', 1)[-1]}").json()["uploads"][0]["report"]
    assert shown["notes"][0]["sentence"] == "hidden text was left out (1 pieces)"
    found = re.search(r"/console(/versions/[\w-]+)", page)
    assert found is not None
    assert "未读取隐藏文字 1 处" in editor.open(found[1]).text
