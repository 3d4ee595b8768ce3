"""What identifies a person is masked in made-up messages, and what does not is left, as worked out by hand."""

from collections.abc import Iterator

from eval.gate.component_measures import Case, Measured
from kb_service.domain.masking import masked

# 11010519491231002X is the example of the standard for identity numbers (GB 11643), 4111111111111111 one that issuers
# of cards give for tests. No number here is anybody's.
_MASKED = {
    "我的手机是13812345678，打不通": "我的手机是〔手机号〕，打不通",
    "手机138 1234 5678": "手机〔手机号〕",
    "手机138-1234-5678，或者13912345678": "手机〔手机号〕，或者〔手机号〕",
    "１３８１２３４５６７８": "〔手机号〕",
    "١٣٨١٢٣٤٥٦٧٨": "〔手机号〕",
    "138\u200b1234\u200b5678打不通": "〔手机号〕打不通",
    "幺三八一二三四五六七八": "〔手机号〕",
    "家里电话62345678，手机13812345678，邮箱li@example.org": "家里电话〔座机号〕，手机〔手机号〕，邮箱〔邮箱〕",
    "身份证号11010519491231002X丢了": "身份证号〔证件号〕丢了",
    "卡号4111111111111111": "卡号〔卡号〕",
    "110105/19491231/002X": "〔证件号〕",
    "我的是110105，1949，1231，002X": "我的是〔证件号〕",
    "上半4111、1111、1111、1111下半": "上半〔卡号〕下半",
    "护照E12345678丢了": "护照〔证件号〕丢了",
    "社保卡号码是A12345678怎么激活": "社保卡号码是〔证件号〕怎么激活",
    "验证码是482915收到了": "验证码是〔密码〕收到了",
    "出生日期是1990年3月7日能办吗": "出生日期是〔出生日期〕能办吗",
}
_LEFT = (
    "打12345问过三次", "打962222没有人接", "2024年7月1日起施行", "每月2740元", "补贴12,000元", "沪人社规〔2025〕10号",
    "受理编号是11010519491231002X", "统一社会信用代码91310000123456789X", "满60周岁每月75元", "第12条第3款",
)  # fmt: skip


def of_masking() -> Measured:
    return Measured("masking.rules", tuple(_cases()))


def _cases() -> Iterator[Case]:
    for text, expected in (*_MASKED.items(), *((each, each) for each in _LEFT)):
        found = masked(text)
        yield Case(text, text, float(found == expected), note=found)
