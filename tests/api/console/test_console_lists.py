"""Lists of the console: versions, suspicions, deadlines."""

import re
from html import unescape
from uuid import uuid4

from kb_service.domain.documents import Kind
from tests.api.conftest import Http
from tests.api.console.conftest import Person, assert_page, store


def test_the_list_is_narrowed_by_the_form_and_goes_on_page_by_page(http: Http, editor: Person) -> None:
    name = f"陀螺{uuid4().hex[:6]}"
    for number in range(52):
        store(http, f"{name}-{number}", f"{name}第{number}号。", title=f"{name}甲", effective_from="2031-01-01")
    first = editor.open("/versions", text=name, state="draft", kind="regulation", effective_from="2031-01-01")
    assert "共 52 个" in first.text
    assert first.text.count(f"{name}甲</a>") == 50
    following = re.search(r'href="/console(/versions\?[^"]*cursor=[^"]*)"', first.text)
    assert following is not None
    assert editor.open(unescape(following[1])).text.count(f"{name}甲</a>") == 2
    assert "共 0 个" in editor.open("/versions", text=name, state="approved").text
    assert "共 0 个" in editor.open("/versions", text=name, effective_until="2031-01-01").text


def test_a_suspicion_is_decided_by_a_reviewer_with_a_reason(
    http: Http, editor: Person, reviewer: Person, document_id: str
) -> None:
    fields = {"kind": Kind.INTERPRETATION, "matter_id": "qiqiu-tingfang", "title": "铁环问答"}
    ours = store(http, document_id, "铁环登记证每证收取工本费61元。", **fields)
    theirs = store(http, f"{document_id}-b", "铁环登记证每证收取工本费62元。", **fields)
    for each in (ours, theirs):
        editor.step(each, "submit")
        reviewer.step(each, "approve")
    http.service.synchroniser.reconcile()
    http.service.examining.examine(theirs)
    page = reviewer.open(f"/versions/{theirs}").text
    assert '<mark class="figure">61元</mark>' in page and '<mark class="figure">62元</mark>' in page
    found = re.search(r'action="/console(/suspicions/[\w-]+)"', page)
    assert found is not None
    refused = reviewer.send(found[1], state="confirmed", reason=" ", version_id=theirs)
    assert_page(refused, 422, "请填写原因")
    assert_page(
        reviewer.send(found[1], state="open", reason="好", version_id=theirs), 422, "“open”不是疑点的处理结果；"
    )
    done = reviewer.send(found[1], state="confirmed", reason="金额不一", version_id=theirs)
    assert done.headers["location"] == f"/console/versions/{theirs}?done=decided"
    assert "金额不一" in reviewer.open("/suspicions", state="confirmed").text
    again = reviewer.send(found[1], state="settled", reason="已改正")
    assert again.headers["location"] == "/console/suspicions?done=decided"
    assert_page(reviewer.send(found[1], state="dismissed", reason="重复提交"), 409, "已由别人处理")


def test_a_year_nobody_announced_is_said_to_be_unknown(http: Http, editor: Person) -> None:
    page = editor.open("/due").text
    assert "年的放假安排尚未公布或录入" in page or "个工作日" in page
    assert "春节" in page
