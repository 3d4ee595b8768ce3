"""Articles looked up by law and number: in every database, exactly those of the version of the day."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.adapters.sql.articles import SqlArticles
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.asking.reading.article_reader import ArticleReader
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.search.article_finder import ArticleFinder, Lookup
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.domain.documents import DraftPassage, Kind, VersionDraft
from kb_service.ports import Approval
from kb_service.wiring import new_id
from tests.factories import NOON, metadata, question
from tests.factories import day as day_of

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts")
NOVEMBER = datetime(2026, 11, 28, 4, tzinfo=UTC)


def law(title: str, since: str, *articles: str, document_id: str | None = None) -> VersionDraft:
    """A text with a passage an article; one that begins with a space goes on with the article before it."""
    text = "\n".join(articles)
    passages, at, heading = [], 0, ""
    for article in articles:
        heading = heading if article.startswith(" ") else article.split("　")[0]
        passages.append(DraftPassage(at, at + len(article), ("第一章 总则", heading)))
        at += len(article) + 1
    said = metadata(title, kind=Kind.REGULATION, effective_from=day_of(since))
    return VersionDraft(document_id or title, said, text, tuple(passages))


OLD = law("登记法", "2010-01-01", "第一条　旧的目的。", "第二条　旧的范围。")
NEW = law(
    "登记法",
    "2024-01-01",
    "第一条　新的目的。",
    "第一条之一　新增。",
    "第二条　新的范围。",
    " 第二款。",
    "第三条　附则。",
)
CITY = law("上海市养犬管理条例", "2011-05-15", "第一条　为了养犬。", "第二条　本市养犬。")
RULES = law("登记法实施细则", "2020-01-01", "第一条　细则的目的。")


READING = law(
    "最高人民法院关于适用《中华人民共和国登记法》的解释", "2018-02-08", "第一条　解释的目的。", document_id="reading"
)


@dataclass
class Desk:
    finder: ArticleFinder

    def find(self, text: str, *, as_of: str = "2026-11-28", is_day_chosen: bool = False) -> Lookup | None:
        asked = question(text, as_of=as_of, is_day_chosen=is_day_chosen)
        return self.finder.find(asked, (), EVERYTHING)

    def texts(self, text: str, *, as_of: str = "2026-11-28") -> list[str]:
        found = self.find(text, as_of=as_of, is_day_chosen=as_of != "2026-11-28")
        return [each.passage.text for each in found.passages] if found else []


@pytest.fixture
def desk(database: Database) -> Desk:
    library = SqlLibrary(database, new_id=new_id)
    approval = Approval("editor-in-chief", NOON, "bulk_import")
    library.store([OLD, NEW, CITY, RULES], actor="editor", at=NOON, approval=approval)
    reader = ArticleReader(LEXICON.reading.articles, OpenCCConverter())
    return Desk(ArticleFinder(SqlArticles(database), library, reader, LEXICON.reading.days))


@pytest.mark.parametrize(
    "text",
    [
        "登记法第1条",
        "《登记法》第一条",
        "登记法 第 一 条是什么",
        "中华人民共和国登记法第１条",
        "登记法1条",
        "第一条登记法怎么规定",
        "請問登記法第一條",
        "违反登记法第一条会怎么样",
    ],
)
def test_an_article_is_found_however_it_is_written(desk: Desk, text: str) -> None:
    assert desk.texts(text) == ["第一条　新的目的。"]


def test_an_inserted_article_is_another_one(desk: Desk) -> None:
    assert desk.texts("登记法第一条之一") == ["第一条之一　新增。"]


def test_a_long_article_is_found_whole(desk: Desk) -> None:
    assert desk.texts("登记法第二条") == ["第二条　新的范围。", " 第二款。"]


def test_several_articles_come_in_the_order_asked_for(desk: Desk) -> None:
    assert desk.texts("登记法第三条和第一条") == ["第三条　附则。", "第一条　新的目的。"]
    assert desk.texts("登记法第三条，养犬管理条例第一条") == ["第三条　附则。", "第一条　为了养犬。"]


def test_the_article_is_of_the_version_of_the_day(desk: Desk) -> None:
    assert desk.texts("登记法第一条", as_of="2020-06-01") == ["第一条　旧的目的。"]
    found = desk.find("2019年的登记法第一条")
    assert found is not None
    assert (found.day_named, [each.passage.text for each in found.passages]) == (
        day_of("2019-12-31"),
        ["第一条　旧的目的。"],
    )


def test_before_its_first_version_a_law_is_said_to_have_none(desk: Desk) -> None:
    found = desk.find("登记法第一条", as_of="1999-01-01", is_day_chosen=True)
    assert found is not None
    assert [each.title for each in found.not_of_that_day] == ["登记法"]
    assert not found.passages


def test_an_article_that_is_not_there_is_said_with_what_there_is(desk: Desk) -> None:
    found = desk.find("登记法第九条")
    assert found is not None
    (missing,) = found.missing
    assert (str(missing.number), missing.count, str(missing.last)) == ("第九条", 4, "第三条")


@pytest.mark.parametrize(
    "text",
    [
        "不动产登记法第一条",
        "登记法解释第一条",
        "北京市养犬管理条例第一条",
        "《民法典》第3条",
        "劳动法36条",
        "公司法第16条",
    ],
)
def test_a_law_that_is_not_here_is_no_other_one(desk: Desk, text: str) -> None:
    found = desk.find(text)
    assert found is not None
    assert found.is_unknown
    assert not found.passages


def test_rules_under_a_law_are_not_the_law(desk: Desk) -> None:
    assert desk.texts("登记法实施细则第一条") == ["第一条　细则的目的。"]
    assert desk.texts("登记法细则第一条") == ["第一条　细则的目的。"]


@pytest.mark.parametrize("nation", ["中华人民共和国", ""])
def test_within_a_name_the_nation_need_not_be_named(desk: Desk, database: Database, nation: str) -> None:
    library = SqlLibrary(database, new_id=new_id)
    approval = Approval("editor-in-chief", NOON, "bulk_import")
    library.store([READING], actor="editor", at=NOON, approval=approval)
    assert desk.texts(f"最高人民法院关于适用《{nation}登记法》的解释第1条") == ["第一条　解释的目的。"]


@pytest.mark.parametrize("text", ["养犬管理条例第一条", "上海养犬管理条例第一条", "本市养犬条例第一条"])
def test_the_city_need_not_be_named(desk: Desk, text: str) -> None:
    assert desk.texts(text) == ["第一条　为了养犬。"]


@pytest.mark.parametrize(
    "text",
    [
        "浦东新区放飞风筝规则要点第一条",
        "浦东新区放飞风筝规则第一条",
        "浦东放飞风筝规则第1条",
        "《放飞风筝规则》第一条",
        "请问放飞风筝规则的第一条",
    ],
)
def test_a_law_is_found_without_what_stands_around_its_name(desk: Desk, database: Database, text: str) -> None:
    library = SqlLibrary(database, new_id=new_id)
    approval = Approval("editor-in-chief", NOON, "bulk_import")
    kites = law("样例：浦东新区放飞风筝规则要点（样例）", "2021-01-01", "第一条　为了风筝。", document_id="kites")
    library.store([kites], actor="editor", at=NOON, approval=approval)
    assert desk.texts(text) == ["第一条　为了风筝。"]


@pytest.mark.parametrize("text", ["孔明灯放飞风筝规则第一条", "规则第一条", "徐汇放飞风筝规则第一条"])
def test_what_stands_around_another_name_makes_another_law(desk: Desk, database: Database, text: str) -> None:
    library = SqlLibrary(database, new_id=new_id)
    approval = Approval("editor-in-chief", NOON, "bulk_import")
    kites = law("浦东新区放飞风筝规则要点", "2021-01-01", "第一条　为了风筝。", document_id="kites")
    library.store([kites], actor="editor", at=NOON, approval=approval)
    assert not desk.texts(text)


@pytest.mark.parametrize("text", ["第一条", "第1条是什么", "那第三条呢"])
def test_an_article_of_no_law_is_asked_back_about(desk: Desk, text: str) -> None:
    found = desk.find(text)
    assert found is not None
    assert found.unnamed


@pytest.mark.parametrize(
    "text",
    ["申请材料第4条什么意思", "我有3条狗要办几个证", "登记法规定了什么", "第一条裙子多少钱", "按照规定第3条要交钱吗"],
)
def test_what_asks_for_no_article_is_left_alone(desk: Desk, text: str) -> None:
    assert desk.find(text) is None


def test_a_title_that_came_in_since_is_known(desk: Desk, database: Database) -> None:
    assert desk.find("噪声条例第一条") is not None
    library = SqlLibrary(database, new_id=new_id)
    approval = Approval("editor-in-chief", NOON, "bulk_import")
    library.store([law("噪声条例", "2020-01-01", "第一条　安静。")], actor="editor", at=NOON, approval=approval)
    assert desk.texts("噪声条例第一条") == ["第一条　安静。"]


@pytest.mark.parametrize("words", ["第一条", "登记法第一条", "按照条例", "条例1条", "上海市养犬管理条例", "该法第一条"])
def test_a_message_of_nothing_but_numbers_and_names_is_a_story_and_costs_no_time(desk: Desk, words: str) -> None:
    began = time.process_time()
    assert desk.find((words * 2000)[:2000]) is None
    assert time.process_time() - began < 2


def test_twenty_articles_may_be_asked_for_together(desk: Desk) -> None:
    asked = "登记法第三条" + "，登记法第一条" * 19
    assert desk.texts(asked) == ["第三条　附则。"] + ["第一条　新的目的。"] * 19
    assert desk.find(asked + "，登记法第一条") is None
