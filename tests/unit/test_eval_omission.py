"""What an answer leaves out of the passage that it cites."""

import pytest

from eval.omitting import questions_of
from eval.qualifying import Qualifying, omitted
from tests.factories import passage_in_version

FEE = "满六十五岁的老人可以申领补贴，每人每月500元，最长不超过六个月。但是已经领取护理补贴的除外。办理地点在街道。"
CARD = "（一）申领居住证，要符合下列条件之一：\n（1）合法稳定就业满半年；\n（2）合法稳定住所；\n（3）连续就读。"


def bound(passage: str, answer: str) -> list[tuple[Qualifying, str]]:
    return [(each.kind, each.text) for each in omitted(passage, answer) if each.is_bound]


def test_what_stands_in_the_same_sentence_and_what_takes_it_back_belongs_to_what_was_told() -> None:
    assert bound(FEE, "满六十五岁的老人可以申领补贴。[1]") == [
        (Qualifying.AMOUNT, "每人每月500元"),
        (Qualifying.LIMIT, "最长不超过六个月"),
        (Qualifying.EXCEPTION, "但是已经领取护理补贴的除外"),
    ]


def test_of_a_whole_quotation_nothing_is_left_out() -> None:
    assert omitted(FEE, FEE) == []
    assert bound(FEE, FEE.replace("办理地点在街道。", "")) == []


def test_who_tells_it_in_other_words_with_its_figures_leaves_nothing_out() -> None:
    told = "满六十五岁的老人可以申领补贴，每人每月500元，最长不超过6个月；但是，已经领取护理补贴的人除外。"
    assert bound(FEE, told) == []
    # The same words with another figure are not the same.
    assert (Qualifying.AMOUNT, "每人每月500元") in bound(FEE, told.replace("500", "800"))


def test_items_of_a_list_that_was_announced_belong_to_it() -> None:
    assert bound(CARD, "申领居住证，要符合下列条件之一：合法稳定住所。") == [
        (Qualifying.CONDITION, "合法稳定就业满半年"),
        (Qualifying.CONDITION, "连续就读"),
    ]
    assert bound(CARD, CARD) == []


def test_the_amounts_of_other_cases_of_a_table_do_not_belong_to_one_of_them() -> None:
    table = "每月津贴：65岁至69岁 75元；\n70岁至79岁 150元；\n100岁以上 600元。"
    assert bound(table, "每月津贴：100岁以上 600元。") == []


def test_a_reservation_elsewhere_in_the_paragraph_is_only_near() -> None:
    passage = "可以委托他人代办。代办人应当出示身份证。\n窗口不得拒绝。"
    (near,) = omitted(passage, "可以委托他人代办。")
    assert (near.text, near.is_bound) == ("代办人应当出示身份证", False)


def test_of_what_was_not_told_at_all_nothing_is_missing() -> None:
    assert omitted(FEE, "请到窗口办理登记手续。") == []


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("可以委托他人代办，但应当出具委托书。", "居住证签注，可以委托他人代办吗"),
        ("（二）外地户籍也能申请补贴。但已经领过的除外。", "居住证签注，外地户籍也能申请补贴吗"),
        ("失业保险金按月发放，最长不超过24个月。", "居住证签注，是不是失业保险金按月发放"),
    ],
)
def test_what_is_told_with_a_reservation_is_asked(text: str, question: str) -> None:
    assert list(questions_of(passage_in_version(text, title="居住证签注办事指南（演示）"))) == [question]


@pytest.mark.parametrize(
    "text", ["可以委托他人代办。", "符合条件的，可以申请，但不得重复。", "## 申请材料，但不限于此"]
)
def test_what_is_told_without_one_or_is_no_statement_is_not_asked(text: str) -> None:
    assert list(questions_of(passage_in_version(text))) == []
