"""第十二条之一 as texts open with it and as people ask for it."""

import pytest

from kb_service.domain.articles import ArticleNumber
from kb_service.text.articles import mentions, opening_article


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第四条　申请人应当……", ArticleNumber(4)),
        ("第四十六条", ArticleNumber(46)),
        ("第 103 条 罚款", ArticleNumber(103)),
        ("第１０条（目的）", ArticleNumber(10)),
        ("第十二条之一 ……", ArticleNumber(12, 1)),
        ("第一百零三條", ArticleNumber(103)),
        ("依照第四条办理", None),
        ("第四章 附则", None),
    ],
)
def test_a_text_opens_with_an_article(text: str, expected: ArticleNumber | None) -> None:
    assert opening_article(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("公司法第16条", [16]),
        ("第四十六条和第四十七条", [46, 47]),
        ("第46、47条怎么说", [46, 47]),
        ("第三条至第五条", [3, 4, 5]),
        ("第1条到第90条", [1, 2, 3, 4, 5]),
        ("第四条第二款", [4]),
        ("第四条和两个人", [4]),
        ("第三年的费用", []),
    ],
)
def test_articles_are_named_alone_in_lists_and_in_ranges(text: str, expected: list[int]) -> None:
    assert [number.number for each in mentions(text) for number in each.numbers] == expected


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (ArticleNumber(4), "第四条"),
        (ArticleNumber(10), "第十条"),
        (ArticleNumber(12, 1), "第十二条之一"),
        (ArticleNumber(103), "第一百零三条"),
        (ArticleNumber(110), "第一百一十条"),
        (ArticleNumber(1260), "第一千二百六十条"),
    ],
)
def test_an_article_is_said_as_laws_say_it(number: ArticleNumber, said: str) -> None:
    assert str(number) == said
    assert opening_article(said) == number
