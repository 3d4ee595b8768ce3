"""What identifies a person is masked however it is written; what everybody may know stays."""

import pytest

from kb_service.domain.privacy import masked


@pytest.mark.parametrize(
    "written",
    [
        "13912345678",
        "139 1234 5678",
        "139-1234-5678",
        "139.1234.5678",
        "139\t1234\t5678",
        "139  1234  5678",
        "1 3 9 1 2 3 4 5 6 7 8",
        "8613912345678",
        "86 13912345678",
        "+86 139 1234 5678",
        "+86-139-1234-5678",
        "008613912345678",
        "(86)13912345678",
        "１３９１２３４５６７８",
        "一三九一二三四五六七八",
        "幺三九一二三四五六七八",
    ],
)
def test_a_mobile_number_is_masked_however_it_is_written(written: str) -> None:
    assert masked(f"打我手机{written}一直没人接") == "打我手机〔手机号〕一直没人接"


@pytest.mark.parametrize(
    "written", ["021-62345678", "(021)6234 5678", "0512-8765432", "02162345678", "０２１－６２３４５６７８"]
)
def test_a_landline_is_masked_by_its_area_code(written: str) -> None:
    assert masked(f"家里座机{written}，谢谢") == "家里座机〔座机号〕，谢谢"


def test_a_landline_without_area_code_is_masked_where_it_is_called_one() -> None:
    assert masked("我的电话是 6234 5678") == "我的电话是 〔座机号〕"
    assert masked("共计62345678元") == "共计62345678元"


@pytest.mark.parametrize(
    "written",
    [
        "310101199001011234",
        "31010119900101123X",
        "310101 19900101 1234",
        "310101.19900101.1234",
        "三一零一零一一九九零零一零一一二三四",
        "三一零一零一一九九零零一零一一二三叉",
        "310101900101123",
    ],
)
def test_an_identity_card_is_masked_however_it_is_written(written: str) -> None:
    assert masked(f"身份证{written}。") == "身份证〔证件号〕。"


@pytest.mark.parametrize("written", ["6222021001112345678", "6222 0210 0111 2345", "6222-0210-0111-2345-678"])
def test_a_bank_card_is_masked(written: str) -> None:
    assert masked(f"卡号{written}，") == "卡号〔卡号〕，"


@pytest.mark.parametrize(
    "text",
    [
        "拨打12345或者962269",
        "12333、12348、12356",
        "2026年11月28日的标准是2740元",
        "基数下限7546元，上限37731元",
        "沪人社规〔2026〕7号第十二条",
        "20261128 到 20270101",
        "从一九九八年到二〇二六年",
        "满1年不满2年的领2个月",
        "9:00-17:30",
        "第一二三四五六条都看过了",
    ],
)
def test_hotlines_days_amounts_and_numbers_of_documents_stay(text: str) -> None:
    assert masked(text) == text
