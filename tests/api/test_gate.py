"""Nothing unfinished goes live unseen: what is open is mended, or confirmed by name and kept in the trail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Http, small_knowledge_base
from tests.api.test_life_of_versions import Desk


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Http]:
    """What other tests published into the shared one may contradict what is submitted here."""
    yield from small_knowledge_base(tmp_path_factory.mktemp("data"), models_dir)


@pytest.fixture
def editor(own: Http) -> Desk:
    return Desk(own, "zhang")


@pytest.fixture
def reviewer(own: Http) -> Desk:
    return Desk(own, "li")


def bare(editor: Desk, **fields: Any) -> str:
    return editor.draft(f"yo-yo-{uuid4().hex[:8]}", title="溜溜球停放办法", text="第一条 溜溜球停放免费。", **fields)


def known(own: Http) -> dict[str, str]:
    """Fields that leave nothing open."""
    (matter, *_) = own.service.catalogue.matters()
    return {"effective_from": "2030-01-01", "matter": matter.id, "department": matter.department_id}


def kinds(desk: Desk, version_id: str) -> list[str]:
    return [each["kind"] for each in desk.get(f"/v1/versions/{version_id}/gate").json()["open_points"]]


def test_a_complete_version_needs_no_confirmation(own: Http, editor: Desk, reviewer: Desk) -> None:
    version_id = bare(editor, **known(own))
    assert kinds(editor, version_id) == []
    assert editor.step(version_id, "submit", confirm=[]).json()["state"] == "in_review"
    assert reviewer.step(version_id, "approve", confirm=[]).json()["state"] == "approved"


def test_a_mark_of_masking_is_not_published_unseen(own: Http, editor: Desk) -> None:
    text = "第一条 溜溜球停放免费，见沪府办发〔2021〕26号。有问题打我手机〔手机号〕。"
    version_id = editor.draft(f"yo-yo-{uuid4().hex[:8]}", title="溜溜球停放办法", text=text, **known(own))
    (point,) = editor.get(f"/v1/versions/{version_id}/gate").json()["open_points"]
    assert (point["kind"], point["about"]) == ("masked", ["〔手机号〕"])
    refused = editor.step(version_id, "submit", confirm=[]).json()
    assert refused["error"] == "ConfirmationMissing" and "文中还有脱敏留下的“〔手机号〕”" in refused["message"]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"effective_from": None}, "no_first_day"),
        ({"matter": None}, "no_matter"),
        ({"department": None}, "no_department"),
        ({"matter": "no-such-matter"}, "unknown_matter"),
        ({"department": "没有这个局"}, "unknown_department"),
        ({"region": "浦冬新区"}, "unknown_region"),
        ({"region": "上海市/浦东"}, "unknown_region"),
        ({"replaces": "no-such-document"}, "unknown_document"),
        ({"repeals": ["no-such-document"]}, "unknown_document"),
        ({"amends": "no-such-document"}, "unknown_document"),
    ],
)
def test_what_is_missing_or_unknown_is_refused_until_both_people_confirm_it_by_name(
    own: Http, editor: Desk, reviewer: Desk, changed: dict[str, Any], kind: str
) -> None:
    fields = {name: value for name, value in (known(own) | changed).items() if value is not None}
    version_id = bare(editor, **fields)
    for wrong in ([], ["answers_lost"]):
        refused = editor.step(version_id, "submit", confirm=wrong)
        assert (refused.status_code, refused.json()["error"]) == (409, "ConfirmationMissing")
        assert f'"confirm": ["{kind}"]' in refused.json()["detail"]
    assert editor.step(version_id, "submit", confirm=[kind]).status_code == 200
    assert reviewer.step(version_id, "approve", confirm=[]).json()["error"] == "ConfirmationMissing"
    assert reviewer.step(version_id, "approve", confirm=[kind]).status_code == 200
    history = editor.get(f"/v1/versions/{version_id}/history").json()
    entries = {each["event"]["action"]: each["event"] for each in history}
    for action, actor in (("submit", "zhang"), ("approve", "li")):
        assert entries[action]["actor"] == actor
        assert [each["kind"] for each in entries[action]["detail"]["confirmed"]] == [kind]


def test_the_message_names_only_what_is_not_confirmed_yet(own: Http, editor: Desk) -> None:
    version_id = bare(editor, **(known(own) | {"matter": "no-such-matter", "region": "浦冬新区"}))
    refused = editor.step(version_id, "submit", confirm=["unknown_matter"]).json()
    assert "浦冬新区" in refused["message"]
    assert "no-such-matter" not in refused["message"]
    assert '"confirm": ["unknown_matter", "unknown_region"]' in refused["detail"]  # all are to be sent again


def test_a_confirmation_of_what_is_not_open_is_refused(own: Http, editor: Desk) -> None:
    version_id = bare(editor, **known(own))
    refused = editor.step(version_id, "submit", confirm=["no_matter"])
    assert (refused.status_code, "not open" in refused.json()["detail"]) == (409, True)
    assert editor.step(version_id, "submit", confirm=["everything"]).status_code == 422
    assert editor.step(version_id, "submit", confirm=True).status_code == 422


def test_answers_that_a_version_would_lose_are_confirmed_before_submission(own: Http, editor: Desk) -> None:
    name = f"冰爬犁{uuid4().hex[:4]}"
    old = {"question": f"{name}停放要交多少钱？", "kind": "interpretation", "title": f"{name}停放"}
    first = editor.draft(
        f"lost-{name}", text=f"{name}停放每日收费35元。", **old, **known(own) | {"effective_from": "2026-01-01"}
    )
    Desk(own, "zhang").step(first, "submit")
    assert Desk(own, "li").step(first, "approve", reason="补录").status_code == 200
    own.service.synchroniser.reconcile()
    second = editor.draft(f"lost-{name}", text="见附件。", **old, **known(own) | {"effective_from": "2026-06-01"})
    rehearsed = editor.post(f"/v1/versions/{second}:rehearse").json()
    assert rehearsed["counts"]["lost"] == 1, rehearsed
    assert "answers_lost" in kinds(editor, second)
    refused = editor.step(second, "submit", confirm=[])
    assert '"answers_lost"' in refused.json()["detail"]
    assert editor.step(second, "submit", confirm=["answers_lost"]).status_code == 200


def test_the_days_of_the_text_are_proposed_with_their_sentence(own: Http, editor: Desk) -> None:
    sentence = "本办法自2027年3月1日起施行，有效期5年。"
    version_id = editor.draft(f"yo-yo-{uuid4().hex[:8]}", text=f"第一条 溜溜球停放免费。\n第二条 {sentence}")
    first, last = editor.get(f"/v1/versions/{version_id}/gate").json()["stated_days"]
    assert (first["field"], first["day"]) == ("effective_from", "2027-03-01")
    assert (last["field"], last["day"]) == ("valid_through", "2032-02-29")
    assert sentence in first["sentence"]


def test_an_author_recalls_from_review_and_edits_on(own: Http, editor: Desk, reviewer: Desk) -> None:
    version_id = bare(editor, **known(own))
    editor.step(version_id, "submit")
    assert reviewer.step(version_id, "recall").json()["error"] == "NotTheAuthor"
    recalled = editor.step(version_id, "recall").json()
    assert (recalled["state"], recalled["submitted_by"]) == ("draft", None)
    assert reviewer.step(version_id, "approve").json()["error"] == "VersionNotInReview"
    assert editor.patch(f"/v1/versions/{version_id}", {"title": "溜溜球新办法"}).status_code == 200
    assert editor.step(version_id, "submit").status_code == 200


def test_a_discarded_draft_leaves_lists_of_work_and_stays_in_the_trail(own: Http, editor: Desk, reviewer: Desk) -> None:
    fields = {"id": f"yo-yo-{uuid4().hex[:8]}", "title": "溜溜球停放办法", "text": "第一条 溜溜球停放免费。"}
    version_id = editor.post("/v1/documents", fields).json()["version_id"]
    assert reviewer.step(version_id, "discard").json()["error"] == "NotTheAuthor"
    assert editor.step(version_id, "discard", reason="传错了").json()["state"] == "discarded"
    assert editor.step(version_id, "submit", confirm=[]).json()["error"] == "VersionNotDraft"
    assert editor.get("/v1/versions", state="draft", document_id=fields["id"]).json()["total"] == 0
    last = editor.get(f"/v1/versions/{version_id}/history").json()[-1]["event"]
    assert (last["action"], last["actor"], last["detail"]["reason"]) == ("discard", "zhang", "传错了")
    own.service.synchroniser.reconcile()
    assert own.service.library.passages_of_documents([fields["id"]])[fields["id"]] == []
    again = editor.post("/v1/documents", fields)
    assert (again.status_code, again.json()["status"]) == (201, "new_version")
    assert editor.step(version_id, "revise").json()["state"] == "draft"


@pytest.mark.parametrize("title", ["悠悠球充气须知", "溜溜球停放办法实施细则"])
def test_another_document_under_the_same_id_takes_its_place_only_when_somebody_says_so(
    own: Http, editor: Desk, reviewer: Desk, title: str
) -> None:
    document_id, fields = f"yo-yo-{uuid4().hex[:8]}", known(own)
    first = editor.draft(document_id, title="溜溜球停放办法", text="第一条 溜溜球停放免费。", **fields)
    later = fields | {"effective_from": "2031-01-01"}
    other = editor.draft(document_id, title=title, text="第一条 充气自备。", **later)
    assert kinds(editor, other) == []  # nothing is known yet under this id
    editor.step(first, "submit", confirm=[])
    reviewer.step(first, "approve", confirm=[])
    (point,) = editor.get(f"/v1/versions/{other}/gate").json()["open_points"]
    assert (point["kind"], point["about"]) == ("other_title", [document_id])
    refused = editor.step(other, "submit", confirm=[]).json()
    assert refused["error"] == "ConfirmationMissing" and "若不是同一份文件" in refused["message"]
    assert editor.step(other, "submit", confirm=["other_title"]).json()["state"] == "in_review"


@pytest.mark.parametrize("title", ["2031年溜溜球停放办法", "溜溜球停放办法（2031年修订）", "《溜溜球停放办法》"])
def test_the_year_or_the_state_of_a_text_in_its_title_makes_no_other_document(
    own: Http, editor: Desk, reviewer: Desk, title: str
) -> None:
    document_id, fields = f"yo-yo-{uuid4().hex[:8]}", known(own)
    first = editor.draft(document_id, title="溜溜球停放办法（2030年版）", text="第一条 溜溜球停放免费。", **fields)
    editor.step(first, "submit", confirm=[])
    reviewer.step(first, "approve", confirm=[])
    later = fields | {"effective_from": "2031-01-01"}
    assert kinds(editor, editor.draft(document_id, title=title, text="第一条 溜溜球停放免费。", **later)) == []
