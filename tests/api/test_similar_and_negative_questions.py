"""What editors say of a question and answer: other words for the question, and questions it must not answer."""

from pathlib import Path
from typing import Any

import pytest

from kb_service.domain.documents import Kind
from kb_service.settings import Settings
from kb_service.wiring import open_service
from tests.api.conftest import Http, publish
from tests.data_folders import furnish

FEE = "盆景参展证每证收取工本费30元，当场缴纳。"
QUESTION = "盆景参展证要交多少钱？"
SIMILAR = "带一盆小树去比赛得花多少"
NEGATIVE = "盆景参展证丢了补一张要交多少钱？"

STANDARD = "盆景养护金标准"
SAPLING = "小树苗一盆好拿几钱"
ALLOWANCE = """第一条　本办法适用于在本市登记的盆景养护人。

第二条　按照树龄分档支付：不满十年的，每盆每月45元；十年以上的，每盆每月80元。

第三条　与上一期相比，每盆每月增加5元。

第四条　养护人不得转让登记证，不得涂改登记证。
"""


@pytest.fixture(scope="module", autouse=True)
def bonsai(http: Http) -> None:
    publish(
        http.service,
        "bonsai-fee",
        FEE,
        title=QUESTION,
        kind=Kind.INTERPRETATION,
        question=QUESTION,
        similar_questions=(SIMILAR,),
        negative_questions=(NEGATIVE,),
    )
    publish(
        http.service,
        "bonsai-hours",
        "盆景展馆每周二至周日开放，周一闭馆。",
        title="盆景展馆什么时候开放？",
        kind=Kind.INTERPRETATION,
        question="盆景展馆什么时候开放？",
    )


def cited(answer: dict[str, Any]) -> set[str]:
    return {each["document_id"] for each in answer["citations"]}


def test_the_question_itself_is_answered(http: Http) -> None:
    answer = http.ask(QUESTION)
    assert (answer["outcome"], cited(answer)) == ("answered", {"bonsai-fee"})
    assert "30元" in answer["text"]


@pytest.mark.parametrize("asked", [SIMILAR, "帶一盆小樹去比賽得花多少", SIMILAR + "？"])
def test_a_similar_question_finds_the_answer_in_whatever_words_and_script(http: Http, asked: str) -> None:
    answer = http.ask(asked)
    assert answer["evidence"][0]["document_id"] == "bonsai-fee"
    (best, *_) = http.get("/v1/search", question=asked).json()["hits"]
    assert best["document_id"] == "bonsai-fee"


def test_a_similar_question_is_answered_as_the_question_is(http: Http) -> None:
    answer = http.ask(SIMILAR)
    assert (answer["outcome"], cited(answer)) == ("answered", {"bonsai-fee"})


@pytest.mark.parametrize("asked", [STANDARD, "盆景養護金標準？", SAPLING, SAPLING + "？"])
def test_a_similar_question_to_a_text_of_many_articles_gets_the_amount(http: Http, asked: str) -> None:
    publish(
        http.service, "bonsai-allowance", ALLOWANCE, title="盆景养护扶持办法", similar_questions=(STANDARD, SAPLING)
    )
    answer = http.ask(asked)
    assert (answer["outcome"], cited(answer)) == ("answered", {"bonsai-allowance"})
    assert "45元" in answer["text"]


def test_an_editors_word_counts_where_no_confidence_is_enough(tmp_path: Path, models_dir: Path) -> None:
    furnish(tmp_path, models_dir)
    with open_service(Settings(data_dir=tmp_path, max_wrong_rate=0.0001)) as service:
        publish(service, "bonsai-fee", FEE, title=QUESTION, question=QUESTION, similar_questions=(SIMILAR,))
        cautious = Http(service)
        assert cautious.ask("盆景参展证工本费多少钱")["outcome"] == "handed_over"
        written = cautious.ask(SIMILAR + "？")
        assert (written["outcome"], cited(written)) == ("answered", {"bonsai-fee"})
        assert written["confidence"] <= 1.0


@pytest.mark.parametrize(
    "asked", [NEGATIVE, NEGATIVE.rstrip("？"), "盆景參展證丟了補一張要交多少錢", "  盆景参展证丢了，补一张要交多少钱 ?"]
)
def test_a_negative_question_is_never_answered_by_the_answer_it_was_named_for(http: Http, asked: str) -> None:
    answer = http.ask(asked)
    assert "bonsai-fee" not in cited(answer)
    assert "30元" not in answer["text"]


def test_a_negative_question_is_answered_by_another_document_that_does(http: Http) -> None:
    publish(
        http.service,
        "bonsai-lost",
        "盆景参展证丢失的，补证收取工本费15元。",
        title="盆景参展证丢了怎么补？",
        kind=Kind.INTERPRETATION,
        question="盆景参展证丢了怎么补？",
        effective_from="2031-01-01",
    )
    answer = http.ask(NEGATIVE, as_of="2031-06-01")
    assert (answer["outcome"], cited(answer)) == ("answered", {"bonsai-lost"})
    assert "15元" in answer["text"]
