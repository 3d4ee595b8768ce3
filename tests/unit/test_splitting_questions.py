"""Where one question of a message ends and the next begins."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kb_service.asking.conversation.conversation_reader import ConversationReader
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.reading.parts import Splitter
from tests.conversations import FOLLOWING, READER
from tests.factories import question

READING = load_lexicon(Path(__file__).parents[2] / "prompts").reading


FACETS = {"多少钱": "fee", "多久": "time", "带什么": "materials", "怎么办": "steps"}


def facet_of(piece: str) -> str | None:
    return next((facet for word, facet in FACETS.items() if word in piece), None)


def split_questions(text: str, *, asks_for_itself: Callable[[str], bool] = lambda part: True) -> list[str]:
    return Splitter(READING.splitting, READING.asks, asks_for_itself).split(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "居住证签注要带什么？多久能办好？另外公积金怎么取",
            ["居住证签注要带什么？", "多久能办好？", "另外公积金怎么取"],
        ),
        ("护照几天能拿，另外身份证过期了怎么换", ["护照几天能拿", "另外身份证过期了怎么换"]),
        ("1.居住证怎么办 2.社保怎么交 3.公积金怎么提", ["居住证怎么办", "社保怎么交", "公积金怎么提"]),
        ("首先，签注要什么材料；其次，多久办好", ["首先，签注要什么材料；", "其次，多久办好"]),
        ("身份证丢了怎么补办呢 顺便问一下护照去哪办", ["身份证丢了怎么补办呢", "顺便问一下护照去哪办"]),
        ("居住证几天能拿？车牌收不收费", ["居住证几天能拿？", "车牌收不收费"]),
    ],
)
def test_several_questions_are_taken_apart(text: str, parts: list[str]) -> None:
    assert split_questions(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "我去年从北京来上海，租了房子，没有办过居住登记。请问居住证怎么办？",
        "居住证到期了？怎么办？",
        "签注怎么办，要带什么材料",
        "你好！请问失业金怎么领？",
        "居住证签注",
        "",
    ],
)
def test_a_story_and_its_question_stay_together(text: str) -> None:
    assert split_questions(text) == [text]


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("婚假跟生育假各有几天", {"婚假": "婚假有几天", "生育假": "生育假有几天"}),
        (
            "4050的社保补贴和岗位补贴一个月分别多少钱",
            {"社保补贴": "4050的社保补贴一个月多少钱", "岗位补贴": "4050的岗位补贴一个月多少钱"},
        ),
        ("婚假和生育假都有吗", {}),
        ("劳动合同各要几份", {}),
    ],
)
def test_what_is_asked_of_two_things_is_asked_of_each(text: str, apart: dict[str, str]) -> None:
    assert Splitter(READING.splitting, READING.asks, lambda part: True).joined(text) == apart


def test_two_things_asked_about_are_answered_in_the_script_of_the_whole_message() -> None:
    messages = ConversationReader(READER, FOLLOWING)
    # 生育假多少天 alone has the same characters in both scripts.
    read = messages.read_joined(question("生育假和產假各多少天"), None)
    assert {name: readings[0].text for name, readings in read.items()} == {
        "生育假": "生育假多少天",
        "產假": "产假多少天",
    }
    assert [readings[0].is_traditional for readings in read.values()] == [True, True]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("报工伤要在几天里报，报了多久出结果", ["报工伤要在几天里报", "报了多久出结果"]),
        ("我搬家了，登记要改吗，改的时候要带什么", ["我搬家了，登记要改吗", "改的时候要带什么"]),
        ("我搬家了，登记要改吗", []),
        ("居住证怎么办，多久", []),  # what says so little goes with what stands before it
        ("居住证怎么办", []),
        ("身份证要几天，急用呢", ["身份证要几天", "急用呢"]),
        ("狗证几天能下来，要是搬家了呢？", ["狗证几天能下来", "要是搬家了呢？"]),
        ("我搬家了，狗呢", []),  # nothing was asked that could be asked again
    ],
)
def test_clauses_that_each_ask_something_may_be_asked_apart(text: str, clauses: list[str]) -> None:
    assert Splitter(READING.splitting, READING.asks, lambda part: True).clauses(text) == clauses


def test_a_comma_parts_questions_of_two_matters_and_what_is_asked_again() -> None:
    matters = {"最低工资": "wage", "社保": "insurance"}
    splitter = Splitter(
        READING.splitting,
        READING.asks,
        lambda part: True,
        asked=lambda piece: "多少" in piece,
        matter_named=lambda piece: next((matter for name, matter in matters.items() if name in piece), ""),
    )
    assert splitter.split("最低工资多少，社保要交多少") == ["最低工资多少", "社保要交多少"]
    assert splitter.split("上限是多少，下限又是多少") == ["上限是多少", "下限又是多少"]
    assert splitter.split("最低工资多少，一年多少") == ["最低工资多少，一年多少"]


def test_statements_go_with_the_question_they_lead_to() -> None:
    parts = split_questions("社保断了两个月。医保还能用吗？补缴要什么材料？谢谢！")
    assert parts == ["社保断了两个月。医保还能用吗？", "补缴要什么材料？谢谢！"]


def test_there_are_at_most_three_parts_and_nothing_is_lost() -> None:
    assert split_questions("护照怎么办？多少钱？几天？去哪办？") == ["护照怎么办？", "多少钱？", "几天？去哪办？"]


def test_a_question_that_is_repeated_is_asked_once() -> None:
    assert split_questions("签注要钱吗？" * 40) == ["签注要钱吗？"]


def test_a_short_part_that_asks_nothing_of_its_own_stays_with_the_one_before() -> None:
    text = "常见的诈骗手法有哪些？该如何防范？"
    assert split_questions(text, asks_for_itself=lambda part: "多久" in part) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("换驾照多少钱，要多久", ["换驾照多少钱", "要多久"]),
        ("车证丢了怎么办，补一张带什么", ["车证丢了怎么办", "补一张带什么"]),
        ("换驾照多久，补驾照要多久", ["换驾照多久，补驾照要多久"]),
    ],
)
def test_a_comma_parts_what_asks_for_different_things(text: str, parts: list[str]) -> None:
    splitter = Splitter(READING.splitting, READING.asks, lambda part: True, asked=facet_of)
    assert splitter.split(text) == parts


def test_the_same_is_asked_of_each_of_two_matters_compared() -> None:
    splitter = Splitter(READING.splitting, READING.asks, lambda part: True, rivals=lambda text: ["驾驶证", "行驶证"])
    assert splitter.split("驾照和行驶证哪个办得快") == ["驾驶证多久能办好", "行驶证多久能办好"]
    assert splitter.split("驾照和行驶证在哪里办") == ["驾照和行驶证在哪里办"]
    assert splitter.split("驾照和行驶证都过期了，各要多久能拿到") == ["驾驶证多久能办好", "行驶证多久能办好"]
    assert splitter.split("驾照跟行驶证分别要带什么") == ["驾驶证需要什么材料", "行驶证需要什么材料"]
    assert splitter.split("驾照和行驶证的有效期各是几年") == ["驾驶证有效期多久", "行驶证有效期多久"]


def test_a_letter_is_one_question() -> None:
    letter = "窗口说材料不齐，要我回去补，这样合理吗？我跑了三趟，有谁管吗？" * 10
    assert split_questions(letter) == [letter]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "风筝登记的条件、材料和时限分别是什么",
            ["风筝登记条件", "风筝登记材料", "风筝登记时限"],
        ),
        ("風箏登記的條件以及費用", ["風箏登記條件", "風箏登記費用"]),
        ("风筝登记要什么材料和多长时间？", ["风筝登记要什么材料", "风筝登记要多长时间"]),
        ("风筝登记的条件和材料都够了怎么还不批", ["风筝登记的条件和材料都够了怎么还不批"]),
        ("材料和费用", ["材料和费用"]),
        ("风筝登记的材料", ["风筝登记的材料"]),
    ],
)
def test_what_is_listed_of_a_matter_is_asked_one_by_one(text: str, parts: list[str]) -> None:
    assert split_questions(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("风筝登记多少钱，气球呢", ["风筝登记多少钱", "气球呢"]),
        ("风筝登记多久，那气球呢？", ["风筝登记多久", "那气球呢？"]),
        ("风筝登记多少钱，会罚款呢", ["风筝登记多少钱，会罚款呢"]),
        ("我住在公园旁，气球呢", ["我住在公园旁，气球呢"]),
    ],
)
def test_the_name_of_something_else_behind_a_comma_asks_the_same_of_it(text: str, parts: list[str]) -> None:
    assert Splitter(READING.splitting, READING.asks, lambda part: True, asked=facet_of).split(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("护照有效期几年，多久能拿到", ["护照有效期几年", "多久能拿到"]),
        ("护照管几年 多少天能办好", ["护照管几年", "多少天能办好"]),
        ("居住证签注去哪里办，要钱不", ["居住证签注去哪里办", "要钱不"]),
        ("护照几天能拿，多久办好", ["护照几天能拿，多久办好"]),
    ],
)
def test_how_long_something_is_good_for_is_another_question_than_when_it_is_ready(text: str, parts: list[str]) -> None:
    assert READER.splitter.split(text) == parts
