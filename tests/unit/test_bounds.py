"""Which words bound a figure, and to which side."""

import pytest

from kb_service.text.bounds import Bound, BoundSide, bounds_of, side_of
from kb_service.text.figures import figures


def span(text: str) -> tuple[int, int]:
    figure = figures(text)[0]
    return figure.start, figure.end


@pytest.mark.parametrize(
    ("text", "bounds", "with_words"),
    [
        ("补贴不超过500元", {Bound.MOST}, "不超过500元"),
        ("距离不能小于5米", {Bound.LEAST}, "不能小于5米"),
        ("通知不应早于两个工作日", {Bound.LEAST}, "不应早于两个工作日"),
        ("未满18周岁的", {Bound.LESS}, "未满18周岁"),
        ("年满18周岁", {Bound.LEAST}, "年满18周岁"),
        ("5个工作日以内办结", {Bound.WITHIN}, "5个工作日以内"),
        ("至少30日以前提出", {Bound.LEAST, Bound.BEFORE}, "至少30日以前"),
        ("约30分钟左右", {Bound.ABOUT}, "约30分钟左右"),
        ("补贴最高可达500元", set(), "500元"),
    ],
)
def test_the_words_right_beside_a_figure_bound_it(text: str, bounds: set[Bound], with_words: str) -> None:
    found, start, end = bounds_of(text, *span(text))
    assert (found, text[start:end]) == (bounds, with_words)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("补贴最高可达500元", BoundSide.UPPER),
        ("缴存比例不得低于5%", BoundSide.LOWER),
        ("最高车速不得超过每小时120公里", BoundSide.UPPER),
        ("最低车速不得低于每小时60公里", BoundSide.LOWER),
        ("检查人员不得少于二人", BoundSide.LOWER),
        ("20人以下", BoundSide.UPPER),
        ("3至5日", BoundSide.LOWER),
        ("市民满意的30个项目", None),
        ("工本费80元", None),
    ],
)
def test_the_words_near_a_figure_say_whether_it_is_the_greatest_or_the_least(text: str, side: BoundSide | None) -> None:
    assert side_of(text, *span(text)) is side
