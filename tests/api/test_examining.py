"""What an examination finds, and the list of suspicions over HTTP."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.api.conftest import Http
from tests.api.test_life_of_versions import Desk, publish

GUIDE = (
    "一、办理条件\n滑板上路的，应当办理滑板登记证。\n二、收费标准\n滑板登记证每证收取工本费50元。\n"
    "三、办理时限\n自受理之日起6个工作日内办结。"
)
LONG = (
    "申请人到街道窗口提交身份证明和住所证明，窗口核对材料以后当场登记并出具凭证，凭证全年有效；"
    "凭证遗失的，凭身份证明到原窗口补打，不收取费用。"
)


@pytest.fixture(scope="module")
def editor(http: Http) -> Desk:
    return Desk(http, "zhang")


@pytest.fixture(scope="module")
def reviewer(http: Http) -> Desk:
    return Desk(http, "li")


@pytest.fixture(scope="module")
def guide(http: Http, editor: Desk, reviewer: Desk) -> str:
    version_id = editor.draft("board", kind="procedure", title="滑板登记办事指南", text=GUIDE, matter="滑板登记")
    publish(http, editor, reviewer, version_id)
    return version_id


def taken_in(http: Http, desk: Desk, document_id: str, **fields: Any) -> str:
    """A draft that the index follows and that was examined."""
    response = desk.post("/v1/documents", {"id": document_id} | fields)
    assert response.status_code in (200, 201), response.text
    version_id = str(response.json()["version_id"])
    http.service.synchroniser.reconcile()
    http.service.examining.examine(version_id)
    return version_id


def kinds_of(desk: Desk, version_id: str, *, against: str | None = None) -> Sequence[str]:
    found = desk.get(f"/v1/versions/{version_id}/suspicions").json()["suspicions"]
    sides = [{each[side]["place"]["version_id"] for side in ("ours", "theirs")} for each in found]
    return [each["kind"] for each, pair in zip(found, sides, strict=True) if against is None or against in pair]


def test_an_answer_with_another_fee_than_the_guide_is_suspected(http: Http, editor: Desk, guide: str) -> None:
    fields = {"question": "滑板登记证多少钱", "answer": "滑板登记证每证工本费七十元。", "matter": "滑板登记"}
    assert kinds_of(editor, taken_in(http, editor, "board-fee", **fields), against=guide) == ["contradiction"]
    fields |= {"answer": "滑板登记证每证工本费五十元。"}
    assert kinds_of(editor, taken_in(http, editor, "board-fee-too", **fields), against=guide) == []


def test_versions_of_one_document_follow_each_other_and_are_not_suspected(http: Http, editor: Desk, guide: str) -> None:
    text = GUIDE.replace("50元", "90元")
    fields = {"kind": "procedure", "title": "滑板登记办事指南", "text": text, "matter": "滑板登记"}
    assert kinds_of(editor, taken_in(http, editor, "board", **fields, effective_from="2027-01-01"), against=guide) == []


def test_a_text_that_replaces_the_other_does_not_contradict_it(http: Http, editor: Desk, guide: str) -> None:
    text = GUIDE.replace("50元", "95元")
    fields = {"kind": "procedure", "title": "滑板登记办事指南（新）", "text": text, "matter": "滑板登记"}
    assert kinds_of(editor, taken_in(http, editor, "board-new", **fields, replaces="board"), against=guide) == []
    found = kinds_of(editor, taken_in(http, editor, "board-beside", **fields), against=guide)
    assert sorted(found) == ["contradiction", "near_duplicate"]


def test_the_same_question_and_answer_under_another_id_is_a_duplicate(http: Http, editor: Desk) -> None:
    fields = {"question": "滑板车库几点关门？", "answer": "滑板车库每天晚上22:00关门。", "matter": "滑板车库"}
    first = taken_in(http, editor, "garage", **fields)
    wide = fields | {"question": "滑板车库幾點關門?", "answer": "滑板車庫每天晚上２２：００關門"}
    again = taken_in(http, editor, "garage-again", **wide)
    assert kinds_of(editor, again) == ["duplicate"]
    assert kinds_of(editor, first) == ["duplicate"]


def test_without_a_matter_neighbours_are_looked_up_in_the_index(http: Http, editor: Desk, reviewer: Desk) -> None:
    fields: dict[str, Any] = {"kind": "procedure", "title": "轮滑登记凭证说明", "text": LONG}
    first = editor.draft("roller", **fields)
    publish(http, editor, reviewer, first)
    copy = taken_in(http, editor, "roller-copy", **fields | {"text": LONG + "咨询请拨打12345。"})
    assert "near_duplicate" in kinds_of(editor, copy, against=first)


def test_without_a_matter_what_two_texts_of_other_names_say_word_for_word_is_compared(
    http: Http, editor: Desk, reviewer: Desk
) -> None:
    said = "轮滑场地占用许可决定在{days}个工作日内作出。"
    guide = {"kind": "procedure", "title": "轮滑场地占用许可", "text": said.format(days=12)}
    first = editor.draft("skate-ground", **guide)
    publish(http, editor, reviewer, first)
    other = {"kind": "procedure", "title": "街镇窗口工作日志"}
    draft = taken_in(http, editor, "window-log", **other, text=said.format(days=8))
    assert kinds_of(editor, draft, against=first) == ["contradiction"]
    in_other_words = taken_in(http, editor, "window-note", **other, text="窗口办理许可决定8个工作日作出。")
    assert kinds_of(editor, in_other_words, against=first) == []


def test_a_draft_that_names_no_place_is_compared_with_the_citys_texts_and_with_no_districts(
    http: Http, editor: Desk, reviewer: Desk
) -> None:
    said = "风筝放飞许可决定在{count}个工作日内作出。"
    guides = []
    for document_id, region, count in (("kites", "上海市", 12), ("kites-there", "浦东新区", 9)):
        text = said.format(count=count)
        guide = editor.draft(document_id, kind="procedure", title="风筝放飞场地须知", text=text, region=region)
        publish(http, editor, reviewer, guide)
        guides.append(guide)
    draft = taken_in(http, editor, "kites-hasty", kind="procedure", title="风筝放飞场地须知", text=said.format(count=5))
    citys, districts = guides
    assert kinds_of(editor, draft, against=citys) == ["contradiction"]
    assert kinds_of(editor, draft, against=districts) == []


def test_a_mended_draft_is_no_longer_suspected(http: Http, editor: Desk, guide: str) -> None:
    fields = {"question": "滑板登记几天办好", "answer": "滑板登记受理后9个工作日办结。", "matter": "滑板登记"}
    draft = taken_in(http, editor, "board-days", **fields)
    assert kinds_of(editor, draft, against=guide) == ["contradiction"]
    changed = editor.patch(f"/v1/versions/{draft}", {"answer": "滑板登记受理后6个工作日办结。"})
    assert changed.status_code == 200, changed.text
    http.service.synchroniser.reconcile()
    http.service.examining.examine(draft)
    assert kinds_of(editor, draft, against=guide) == []


def test_what_came_in_is_due_once(http: Http, editor: Desk) -> None:
    response = editor.post("/v1/documents", {"id": "due", "question": "滑板能带上车吗", "answer": "可以。"})
    draft = response.json()["version_id"]
    assert draft not in http.service.examining.due(1000)  # the index does not follow yet
    http.service.synchroniser.reconcile()
    assert draft in http.service.examining.due(1000)
    while http.service.examine_due():
        continue
    assert draft not in http.service.examining.due(1000)


def test_the_list_is_filtered_and_paged(http: Http, editor: Desk, guide: str) -> None:
    first = editor.get("/v1/suspicions", state="open", limit=1).json()
    assert len(first["suspicions"]) == 1
    second = editor.get("/v1/suspicions", state="open", limit=1, cursor=first["next_cursor"]).json()
    assert second["suspicions"][0]["id"] != first["suspicions"][0]["id"]
    of_guide = editor.get("/v1/suspicions", kind="contradiction", version_id=guide).json()["suspicions"]
    assert {each["kind"] for each in of_guide} == {"contradiction"}
    assert editor.get("/v1/suspicions", cursor="yesterday").json()["error"] == "InvalidRecord"
    assert editor.get("/v1/suspicions", state="guessed").status_code == 422


def test_what_is_not_there_is_not_found(editor: Desk, reviewer: Desk) -> None:
    assert editor.get("/v1/versions/unknown/suspicions").json()["error"] == "VersionNotFound"
    refused = reviewer.post("/v1/suspicions/unknown:dismiss", {"reason": "没有这一条"})
    assert (refused.status_code, refused.json()["error"]) == (404, "SuspicionNotFound")
