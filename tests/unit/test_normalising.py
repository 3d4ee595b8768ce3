"""The form in which texts are compared: what cannot be seen cannot hide anything."""

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.text.normalising import is_traditional, normalised

CONVERTER = OpenCCConverter()


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b",  # zero-width space
        "\u200d",  # zero-width joiner
        "\ufeff",  # byte order mark
        "\u00ad",  # soft hyphen
        "\u202e",  # right-to-left override
        "\u2066",  # isolate
        "\u2060",  # word joiner
        "\ufe0f",  # variation selector
        "\U000e0100",  # ideographic variation selector
        "\U000e0041",  # tag character: a hidden A
    ],
)
def test_invisible_characters_do_not_part_a_word(hidden: str) -> None:
    assert normalised(f"居{hidden}住{hidden}证", CONVERTER) == "居住证"


def test_an_instruction_in_tag_characters_is_gone() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore")
    assert normalised(f"签注免费{hidden}。", CONVERTER) == "签注免费。"


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("ＡＰＰ登录", "app登录"),
        ("收费２０元", "收费20元"),
        ("ﾃﾚﾋﾞ", "テレビ"),
        ("①身份证", "1身份证"),
        ("300㎡", "300m2"),
        ("Email", "email"),
    ],
)
def test_width_forms_and_case_are_one(written: str, compared: str) -> None:
    assert normalised(written, CONVERTER) == compared


@pytest.mark.parametrize(
    ("written", "compared"),
    [("請問居住證", "请问居住证"), ("櫃檯辦理", "柜台办理"), ("请问居住证", "请问居住证")],
)
def test_both_scripts_are_compared_in_the_simplified_one(written: str, compared: str) -> None:
    assert normalised(written, CONVERTER) == compared


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("請問居住證要帶什麼", True),
        ("臺灣居民", True),
        ("簽注要帶什麼材料", True),  # Taiwan would write 簽註
        ("我在臺北，请问居住证怎么办", False),  # one word of the other script
        ("请问居住证要带什么", False),
        ("人口登记", False),
        ("上海", False),  # the same in both
        ("APP 403", False),
        ("", False),
    ],
)
def test_a_text_is_traditional_when_it_has_characters_of_that_script_only(text: str, expected: bool) -> None:
    assert is_traditional(text, CONVERTER) is expected


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("签证页用完，可以换发", "簽證頁用完，可以換發"),
        ("换发新证", "換發新證"),
        ("换发型", "換髮型"),
        ("理发", "理髮"),
    ],
)
def test_documents_are_issued_anew_and_hair_is_cut(simplified: str, traditional: str) -> None:
    assert CONVERTER.to_traditional(simplified) == traditional
