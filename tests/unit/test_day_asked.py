"""The day that a question's own words ask for, seen from 25 November 2026."""

from datetime import date
from pathlib import Path

import pytest

from kb_service.asking.reading.lexicon import load_lexicon

TODAY = date(2026, 11, 25)
DAYS = load_lexicon(Path(__file__).parents[2] / "prompts").reading.days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年的社保基数是多少", "2024-12-31"),
        ("2024年那会儿(9月)社保基数下限多少", "2024-09-30"),
        ("去年七八月份最低工资多少", "2025-08-31"),
        ("2025年夏天最低工资多少", "2025-08-31"),
        ("24年底最低工资标准", "2024-12-31"),
        ("25年那会儿公积金最高能贷多少", "2025-12-31"),
        ("去年10月份公积金贷款最多贷几万", "2025-10-31"),
        ("去年10月,失业金每个月领多少", "2025-10-31"),
        ("在2024年8月的时候,申请信息公开怎么收费", "2024-08-31"),
        ("最低工资2023年是多少", "2023-12-31"),
        ("2024年度公积金缴存基数上限", "2024-12-31"),
        ("二〇二四年社保下限是多少", "2024-12-31"),
        ("去年的最低工资是多少", "2025-12-31"),
        ("前年社保缴费基数上限", "2024-12-31"),
        ("2025年上半年公积金基数", "2025-06-30"),
        ("今年7月失业金标准", "2026-07-31"),
        ("上个月的失业金标准", "2026-10-31"),
        ("三月份的公积金上限是多少", "2026-03-31"),
        ("25年3月的社保下限", "2025-03-31"),
        ("上季度失业金标准", "2026-09-30"),
        ("去年第二季度公积金上限", "2025-06-30"),
        ("上半年的失业金标准", "2026-06-30"),
        ("2023年办食品经营许可按哪个办法", "2023-12-31"),
        ("去年10月中旬最低工资多少", "2025-10-20"),
        ("前年夏天 七八月份社保基数最低多少", "2024-08-31"),
        ("去年八月份刚失业那会 失业金一个月多少", "2025-08-31"),
        ("2024年3月刚生孩子的时候,产假是几天", "2024-03-31"),
        ("去年三月份那会公积金最高按多少工资来交的", "2025-03-31"),
        ("2024年5月份交的社保,当时最低那档基数多少", "2024-05-31"),
        ("前年9月离职的,那时候失业金一个月多少", "2024-09-30"),
        ("同事去年8月中旬开始领的,他头一个月多少", "2025-08-11"),
    ],
)
def test_a_past_period_is_asked_about_as_of_its_last_day(text: str, expected: str) -> None:
    assert DAYS.asked(text, TODAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("明年最低工资标准", "2027-01-01"),
        ("2027年1月以后社保基数是多少", "2027-01-01"),
        ("明年7月1日起社保基数多少", "2027-07-01"),
        ("下个月的失业金标准", "2026-12-01"),
        ("下个月1号起公积金比例", "2026-12-01"),
        ("到明年七月最低工资多少", "2027-07-01"),
        ("元旦以后社保下限多少", "2027-01-01"),
        ("十二月起公积金下限", "2026-12-01"),
        ("明年周六坐席还有人吗", "2027-01-01"),
        ("明年1月起线上帮办的坐席几点到几点", "2027-01-01"),
        ("要是明年三月中旬我提纠错,几天答复", "2027-03-11"),
        ("如果是明年三月下旬提纠错,几天答复", "2027-03-21"),
    ],
)
def test_a_period_to_come_is_asked_about_as_of_its_first_day(text: str, expected: str) -> None:
    assert DAYS.asked(text, TODAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025年6月30日的失业金标准是多少", "2025-06-30"),
        ("2025-03-01 社保基数下限多少", "2025-03-01"),
        ("前年也就是2024年9月社保下限多少", "2024-09-30"),
        ("去年,即2025年3月1日的社保基数下限", "2025-03-01"),
        ("去年这时候失业金每月多少", "2025-11-25"),
        ("2026年以前的失业金标准是多少", "2025-12-31"),
        ("去年国庆前失业金多少", "2025-09-30"),
        ("去年教师节那天最低工资多少", "2025-09-10"),
        ("今年六一的时候社保基数上限多少", "2026-06-01"),
        ("今年年初1月份的时候公积金上限是多少", "2026-01-31"),
        ("三年前最低工资多少", "2023-11-25"),
        ("半年前失业金标准", "2026-05-25"),
        ("昨天的收费标准", "2026-11-24"),
        ("今年六月底公积金上限", "2026-06-30"),
        ("去年年底的低保标准", "2025-12-31"),
    ],
)
def test_an_exact_day_is_that_day(text: str, expected: str) -> None:
    assert DAYS.asked(text, TODAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("假设今天是2030年1月1日,失业金每月多少?", "2030-01-01"),
        ("假装现在是2024年8月,失业金第一年每月多少", "2024-08-31"),
        ("如果今天的日期是2025-03-01,我失业了能领多少钱", "2025-03-01"),
        ("我被裁了。今天是2024年5月6日,失业金多少", "2024-05-06"),
    ],
)
def test_a_day_taken_for_today_is_asked_about_whatever_clause_it_stands_in(text: str, expected: str) -> None:
    assert DAYS.asked(text, TODAY) == date.fromisoformat(expected)


def test_a_day_compared_with_the_present_is_not_the_one_asked_about() -> None:
    assert DAYS.asked("2024年8月失业金多少,现在是多少", TODAY) is None


@pytest.mark.parametrize(
    "text", ["今年的社保基数", "2026年社保基数是多少", "本月失业金标准", "最新的社保基数是多少", "社保基数"]
)
def test_the_present_is_asked_about_as_of_today(text: str) -> None:
    assert DAYS.asked(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "我2023年入职的，现在社保基数多少",
        "1990年出生几岁退休",
        "2024年毕业的可以落户吗",
        "2024年买的房子契税多少",
        "我去年办的居住证，签注多少钱",
        "去年失业了，失业金标准是多少",
        "我爸2020年退休，退休医保待遇怎样",
        "我是1月份生的，几岁能退",
        "去年交的社保能不能补",
        "去年的工资没发怎么办",
        "上个月发的失业金少了怎么办",
        "我爸三年前退休的，养老金怎么算",
        "2020年生孩子的时候没报销，能补多少",
        "我是2024年3月领的，能用几年",
    ],
)
def test_the_year_of_an_event_asks_for_no_day(text: str) -> None:
    assert DAYS.asked(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "沪府〔2024〕5号文件规定是什么",
        "2022年版的办法还能用吗",
        "2024年出台的落户政策现在还有效吗",
        "2024元够交社保吗",
        "106年1月1日起的标准是多少",  # a year of the Minguo calendar
        "有效期到2026年的居住证怎么办",
        "居住证办了3年了要什么条件",
    ],
)
def test_the_number_of_a_document_and_other_figures_are_no_day(text: str) -> None:
    assert DAYS.asked(text, TODAY) is None


@pytest.mark.parametrize("text", ["2024年和2025年最低工资标准有什么区别", "从2024年到2025年基数涨了多少"])
def test_of_several_years_none_is_chosen(text: str) -> None:
    assert DAYS.asked(text, TODAY) is None


def test_a_day_that_no_calendar_has_is_none() -> None:
    assert DAYS.asked("2025年2月30日的失业金标准是多少", TODAY) is None
    assert DAYS.asked("2024年2月29日的失业金标准是多少", TODAY) == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["六一儿童节小孩看病能报销多少", "八一军人优待多少", "清明路派出所办居住证要多少钱"])
def test_a_holiday_that_names_people_or_a_road_is_no_day(text: str) -> None:
    assert DAYS.asked(text, TODAY) is None


def test_what_happened_then_asks_for_no_rules_of_then_where_nothing_points_back_to_it() -> None:
    assert DAYS.asked("2024年5月开始交的社保,要交几年才能领养老金", TODAY) is None
    assert DAYS.asked("去年9月来上海的,当时住朋友家,居住证能办吗", TODAY) is None


@pytest.mark.parametrize("today", [date.max, date.min, date(9999, 11, 30)])
@pytest.mark.parametrize(
    "time", ["明年", "去年", "下个月", "上季度", "后天", "前天", "明年春节", "10年前", "去年这个时候", "明年的今天"]
)
def test_a_time_that_no_calendar_has_is_no_day(time: str, today: date) -> None:
    """Seen from the ends of the calendar; that nothing is raised is half of it."""
    asked = DAYS.asked(f"{time}最低工资多少", today)
    assert asked is None or date.min <= asked <= date.max
    assert DAYS.asked("明年最低工资多少", date.max) is None
    assert DAYS.asked("去年最低工资多少", date.min) is None
