"""Gaps and feedback on pages without scripts."""

from uuid import uuid4

from tests.api.conftest import Http
from tests.api.console.conftest import Person


def test_what_people_said_of_answers_is_read_and_mended_on_a_page(http: Http, editor: Person) -> None:
    asked = http.ask("热气球停放证要多少钱")
    assert asked["outcome"] == "answered"
    path = f"/v1/answers/{asked['answer_id']}/feedback"
    comment = "价格早变了，我的电话13800138000"
    assert http.post(path, {"resolved": False, "reason": "outdated", "comment": comment}).status_code == 204

    listed = http.get("/v1/feedback", state="open", reason="outdated").json()["feedback"]
    (mine,) = [each for each in listed if each["feedback"]["answer_id"] == asked["answer_id"]]
    assert mine["feedback"]["cited"][0]["version_id"] == asked["citations"][0]["version_id"]
    shown = editor.open("/feedback?reason=outdated").text
    assert (
        "热气球停放证要多少钱" in shown and "已过期" in shown and "价格早变了" in shown and "13800138000" not in shown
    )

    number = mine["feedback"]["id"]
    assert "原因" in editor.send(f"/feedback/{number}", reason="").text
    decided = editor.send(f"/feedback/{number}", reason="价格没有变")
    assert (decided.status_code, decided.headers["location"]) == (303, "/console/feedback?done=feedback_decided")
    assert "价格早变了" not in editor.open("/feedback").text
    assert http.post(f"/v1/feedback/{number}:dismiss", {"reason": "再来一次"}).status_code == 409
    assert "价格没有变" in editor.open("/feedback?state=dismissed").text


def test_an_editor_splits_a_gap_and_merges_it_again_on_a_page(http: Http, editor: Person) -> None:
    words = f"空竹比赛{uuid4().hex[:4]}在哪里报名"
    for user in ("a", "b"):
        http.ask(words, user_ref=user)
    http.service.learning.collecting.collect()
    (gap,) = [each["gap"] for each in http.get("/v1/gaps").json()["gaps"] if each["gap"]["question"] == words]
    first, _ = http.get(f"/v1/gaps/{gap['id']}").json()["questions"]
    assert f'value="{first["answer_id"]}" form="split"' in editor.open(f"/gaps/{gap['id']}").text
    split = editor.send(f"/gaps/{gap['id']}", move="split", answers=first["answer_id"]).headers["location"]
    other = split.partition("?")[0].removeprefix("/console/gaps/")
    assert other != gap["id"] and "问过 1 次" in editor.open(f"/gaps/{other}").text
    # One question is not split; the other gap is offered by its words.
    page = editor.open(f"/gaps/{other}").text
    assert 'form="split"' not in page and f'<option value="{gap["id"]}">{words}' in page
    merged = editor.send(f"/gaps/{other}", move="merge", into=gap["id"])
    assert merged.headers["location"].startswith(f"/console/gaps/{gap['id']}?")
    assert "问过 2 次" in editor.open(f"/gaps/{gap['id']}").text


def test_an_editor_works_on_a_gap_on_a_page(http: Http, editor: Person) -> None:
    words = f"空竹表演备案{uuid4().hex[:4]}要什么材料"
    http.ask(words)
    http.service.learning.collecting.collect()
    listed = editor.open("/gaps").text
    assert words in listed and " 24:00 前补上" in listed
    gap_id = next(each["gap"]["id"] for each in http.get("/v1/gaps").json()["gaps"] if each["gap"]["question"] == words)
    assert "没能答出" in editor.open(f"/gaps/{gap_id}").text
    assert editor.send(f"/gaps/{gap_id}", move="ask-again").status_code == 303
    assert "1 个中有 0 个" in editor.open(f"/gaps/{gap_id}").text
    written = editor.send(f"/gaps/{gap_id}/write")
    address = written.headers["location"]
    assert written.status_code == 303 and address.endswith("?done=written#edit")
    draft = editor.open(address.removeprefix("/console").partition("?")[0]).text
    assert words in draft and "还没有写答复" in draft and f"/console/gaps/{gap_id}" in draft
    again = editor.send(f"/gaps/{gap_id}/write").headers["location"]
    assert again == address.replace("?done=written", "") and "打开问答草稿" in editor.open(f"/gaps/{gap_id}").text
    assert "没有这个版本" in editor.send(f"/gaps/{gap_id}", move="draft", version_id="nonsense").text
    done = editor.send(f"/gaps/{gap_id}", move="not-ours", reason="文化部门的事")
    assert done.status_code == 303 and "文化部门的事" in editor.open(f"/gaps/{gap_id}").text
    left = editor.open("/gaps?state=not_ours").text
    assert words in left and "前补上" not in left
