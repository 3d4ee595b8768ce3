"""How a model's reply is cut into statements."""

import pytest

from kb_service.asking.drafting.drafts import Statement
from kb_service.asking.drafting.model_brief import statements_of


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("签注免费。[1]", [("签注免费。", (0,))]),
        ("签注免费[1]。到中心办理[2][3]。", [("签注免费。", (0,)), ("到中心办理。", (1, 2))]),
        ("签注免费。[1]三日办结。[2]", [("签注免费。", (0,)), ("三日办结。", (1,))]),
        ("满三年的[1]，可以申请[2]。", [("满三年的，可以申请。", (0, 1))]),
        ("免费[1, 2]。", [("免费。", (0, 1))]),
        ("免费[99]", [("免费", (98,))]),
        ("需要材料：\n1. 身份证[1]\n2. 户口簿[2]", [("需要材料：\n1. 身份证", (0,)), ("2. 户口簿", (1,))]),
        ("", []),
    ],
)
def test_marks_back_the_text_before_them(reply: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert statements_of(reply) == [Statement(text, quotes) for text, quotes in expected]


@pytest.mark.parametrize("reply", ["免费。[1]祝您顺利。", "免费。[1]\n祝您顺利。"])
def test_text_behind_the_last_mark_is_backed_by_nothing(reply: str) -> None:
    assert statements_of(reply)[-1] == Statement("祝您顺利。", ())


@pytest.mark.parametrize("reply", ["住宅类[1]登记费80元。[1]", "免费【1】。", "免费①。", "免费[一]。", "免费(1)。"])
def test_what_is_no_plain_mark_stays_in_the_text(reply: str) -> None:
    assert any(sign in statements_of(reply)[0].text for sign in ("[1]", "【1】", "①", "[一]", "(1)"))
