"""What counts as a figure in a text, and which figures say the same."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_service.text.figures import FigureKind, figures


def found_in(text: str) -> list[str]:
    """Each figure as "kind value unit"."""
    return [f"{figure.kind} {figure.value} {figure.unit}".rstrip() for figure in figures(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("罚款0.5万元", "amount 5000 元"),
        ("罚款５，０００元", "amount 5000 元"),
        ("罚款5,000.00元", "amount 5000 元"),
        ("罚款五千元", "amount 5000 元"),
        ("押金¥5,000", "amount 5000 元"),
        ("伍仟圆整", "amount 5000 元"),
        ("1亿3千万元", "amount 130000000 元"),
        ("一亿三千万元", "amount 130000000 元"),
        ("一万五千亿元", "amount 1500000000000 元"),
        ("二十日内", "duration 20 日"),
        ("20 天内", "duration 20 日"),
        ("20个自然日内", "duration 20 日"),
        ("三十个工作日", "duration 30 工作日"),
        ("半年内", "duration 6 个月"),
        ("6个月内", "duration 6 个月"),
        ("一年半内", "duration 18 个月"),
        ("一个半月内", "duration 1.5 个月"),
        ("两年", "duration 2 年"),
        ("12个月", "duration 12 个月"),
        ("24小时", "duration 24 小时"),
        ("两周内", "duration 14 日"),
        ("期限为一年", "duration 1 年"),
        ("总数三千人", "count 3000 人"),
        ("人数十人", "count 10 人"),
        ("合同一份", "count 1 份"),
        ("主任一名", "count 1 名"),
        ("每周一次", "count 1 次"),
        ("名下一套住房", "count 1 套"),
        ("年满十八周岁", "age 18 周岁"),
        ("60岁以上", "age 60 周岁"),
        ("百分之二十五点五", "percentage 25.5 %"),
        ("25.5％", "percentage 25.5 %"),
        ("按日万分之五", "percentage 0.05 %"),
        ("5‰", "percentage 0.5 %"),
        ("三分之二以上", "percentage 2/3"),
        ("三分之一", "percentage 1/3"),
        ("十分之一以上", "percentage 1/10"),
        ("百分之一百", "percentage 100 %"),
        ("完成后一个月内", "duration 1 个月"),
        ("2026年7月1日", "date 2026-07-01"),
        ("2026 年 7 月 1 日", "date 2026-07-01"),
        ("二〇二六年七月一日", "date 2026-07-01"),
        ("2026-07-01", "date 2026-07-01"),
        ("2026.7.1", "date 2026-07-01"),
        ("2026年7月起", "date 2026-07"),
        ("2026年度", "date 2026"),
        ("7月1日", "date --07-01"),
        ("每月15日前", "date ---15"),
        ("每月十五日前", "date ---15"),
        ("拨打12345", "phone 12345"),
        ("热线962200", "phone 962200"),
        ("021-12345678", "phone 02112345678"),
        ("（021）12345678", "phone 02112345678"),
        ("13800001111", "phone 13800001111"),
        ("咨询电话：23110000", "phone 23110000"),
        ("400-820-0000", "phone 4008200000"),
        ("复印件两份", "count 2 份"),
        ("处三倍罚款", "count 3 倍"),
        ("建筑面积90平方米", "count 90 平方米"),
        ("依据沪府办发〔2021〕26号", "document_number 沪府办发〔2021〕26号"),
        ("沪府办发[2021]26号文", "document_number 沪府办发〔2021〕26号"),
        ("国务院令第423号", "document_number 国务院令第423号"),
        ("GB/T 12345-2020", "document_number GB/T12345-2020"),
    ],
)
def test_one_figure_however_it_is_written(text: str, expected: str) -> None:
    assert found_in(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "第十二条、第五、六项、第二年",
        "（一）甲；（二）乙",
        "1.甲 2、乙 三、丙",
        "一网通办、一般、统一、万一、一次性、一件事、一体化、单一",
        "上半年、同一年、上一年、前一日、最后一日、一年级、一年度",
        "一个窗口、一种情形",
        "几十万元、数十人、三五天、二三十人、十分重要",
        "邮政编码200003",
    ],
)
def test_ordinals_and_parts_of_words_are_no_figures(text: str) -> None:
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3至5个工作日", ["duration 3 工作日", "duration 5 工作日"]),
        ("五百元以上一千元以下", ["amount 500 元", "amount 1000 元"]),
        ("六个月以上一年以下", ["duration 6 个月", "duration 1 年"]),
        ("五万至十万元", ["amount 50000 元", "amount 100000 元"]),
        ("3-5万元", ["amount 30000 元", "amount 50000 元"]),
        ("5000至1万元", ["amount 5000 元", "amount 10000 元"]),
        ("百分之五至百分之十", ["percentage 5 %", "percentage 10 %"]),
        ("7月1日至15日", ["date --07-01", "date --07-15"]),
        ("2021-2025年", ["date 2021", "date 2025"]),
        ("电话：23110000、23110001", ["phone 23110000", "phone 23110001"]),
        ("拨打12345，962200", ["phone 12345", "phone 962200"]),
    ],
)
def test_both_ends_of_a_range_are_figures(text: str, expected: list[str]) -> None:
    assert found_in(text) == expected


def test_a_working_day_is_not_a_day_and_a_year_is_not_twelve_months() -> None:
    assert len(set(found_in("5日，5个工作日；1年，12个月"))) == 4


def test_a_number_in_an_ordinal_list_does_not_hide_the_term_after_it() -> None:
    assert found_in("1.2026年起 2、5日内 三、三十日内") == ["date 2026", "duration 5 日", "duration 30 日"]


def test_a_number_of_money_is_no_telephone() -> None:
    assert found_in("12345元") == ["amount 12345 元"]


def test_a_figure_stands_where_its_offsets_say() -> None:
    text = "自２０２６年7月1日起，按照沪府规〔2026〕3号，５万元以下"
    assert [text[f.start : f.end] for f in figures(text)] == ["２０２６年7月1日", "沪府规〔2026〕3号", "５万元"]


def test_the_meaning_of_a_figure_does_not_depend_on_its_place() -> None:
    early, late = figures("五日内，或者在5天内")
    assert early != late
    assert early.meaning == late.meaning == (FigureKind.DURATION, "5", "日")


WRITTEN = st.text(
    alphabet="0123456789,.．%-至第〔〕()号一二三十百千万亿零〇两半点分之个年月日天元岁份工作小时电话¥AB ,，１",
    max_size=60,
)


@settings(max_examples=500, deadline=None)
@given(WRITTEN)
def test_figures_are_in_order_and_do_not_overlap(text: str) -> None:
    end = 0
    for figure in figures(text):
        assert end <= figure.start < figure.end <= len(text)
        assert figure.value
        end = figure.end


@pytest.mark.parametrize(
    "part", ["1", "一", "十", "1,", "1-", "三至", "1万", "第一、", "电话", "百分之", "021-", "AB1/", "一点"]
)
def test_reading_takes_no_longer_on_text_made_to_confuse_it(part: str) -> None:
    text = part * (200_000 // len(part))  # a pattern that tries again from every place would take minutes
    started = time.perf_counter()
    figures(text)
    assert time.perf_counter() - started < 5
