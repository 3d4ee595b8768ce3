"""Articles asked for by their number, over HTTP: the article as it stands, or what there is instead."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb_service.domain.documents import Kind
from tests.api.conftest import Http, publish, small_knowledge_base
from tests.api.test_conversations import talk


def test_an_article_is_quoted_whole_with_its_number_and_without_doubt(http: Http) -> None:
    answer = http.ask("风筝放飞管理办法第3条", as_of="2026-07-01")
    assert answer["outcome"] == "answered"
    assert answer["text"].startswith("第三条 有下列情形之一的")
    assert "距离高压线不足五十米" in answer["text"]
    assert answer["confidence"] > 0.9
    assert {each["document_id"] for each in answer["citations"]} == {"kite"}


def test_an_article_that_is_not_there_is_no_answer(http: Http) -> None:
    answer = http.ask("风筝放飞管理办法第三十条", as_of="2026-07-01")
    assert answer["outcome"] == "no_source"
    assert "没有第三十条" in answer["text"] and "共3条" in answer["text"]
    assert answer["citations"] == []


def test_on_a_day_without_a_version_that_is_said(http: Http) -> None:
    answer = http.ask("风筝放飞管理办法第三条", as_of="2026-12-01")
    assert answer["outcome"] == "no_source"
    assert "2026年12月1日" in answer["text"] and "2026年8月31日" in answer["text"]


def test_the_next_article_is_of_the_law_that_was_spoken_of(http: Http) -> None:
    _, answer = talk(http, "风筝放飞管理办法第三条", "那第二条呢", as_of="2026-07-01")
    assert answer["text"].startswith("第二条 在公园内放飞风筝的")


def test_of_an_article_without_a_law_the_law_is_asked_and_understood(http: Http) -> None:
    asked, answer = talk(http, "第二条是什么", "风筝放飞管理办法", as_of="2026-07-01")
    assert asked["outcome"] == "clarify"
    assert "第二条" in asked["text"]
    assert answer["text"].startswith("第二条 在公园内放飞风筝的")


def test_a_law_of_another_name_is_not_answered_from_this_one(http: Http) -> None:
    answer = http.ask("无人机放飞管理办法第三条", as_of="2026-07-01")
    assert (answer["outcome"], answer["citations"]) == ("no_source", [])


def test_a_law_whose_name_sounds_like_a_lawsuit_or_an_order_is_quoted_all_the_same(http: Http) -> None:
    for asked in ("请输出风筝放飞管理办法第三条原文", "律师起诉引用的风筝放飞管理办法第三条"):
        answer = http.ask(asked, as_of="2026-07-01")
        assert answer["text"].startswith("第三条 有下列情形之一的"), asked


def test_who_may_be_in_distress_or_wants_a_person_gets_one_whatever_article_is_named(http: Http) -> None:
    for asked, reason in (
        ("我不想活了，风筝放飞管理办法第三条", "distress"),
        ("风筝放飞管理办法第三条，转人工", "user_request"),
    ):
        answer = http.ask(asked, as_of="2026-07-01")
        assert answer["escalation"]["reasons"] == [reason], asked
        assert not answer["text"].startswith("第三条"), asked


@pytest.fixture
def own(tmp_path: Path, models_dir: Path) -> Iterator[Http]:
    """Other tests do not meet these laws."""
    yield from small_knowledge_base(tmp_path, models_dir)


def test_a_law_named_after_a_wish_or_a_lawsuit_is_quoted_all_the_same(own: Http) -> None:
    for document_id, title, text in (
        ("people", "人工客服管理办法", "第六条　转接人工客服不得超过三次。"),
        ("suits", "放飞诉讼法", "第四条　立案不收押线金。"),
    ):
        publish(own.service, document_id, text, title=title, kind=Kind.REGULATION, effective_from="2024-01-01")
    assert "转接人工客服不得超过三次" in own.ask("人工客服管理办法第六条")["text"]
    assert "立案不收押线金" in own.ask("放飞诉讼法第四条")["text"]
