"""What a text may hold, and masking what identifies a person outside the transcript."""

import hashlib
import hmac
import re

_GAP = r"[ \-－]?"
_DIGIT = r"[\d０-９]"


def _run(length: str) -> str:
    return rf"(?<!{_DIGIT}){_DIGIT}(?:{_GAP}{_DIGIT}){length}"


# Longest first: an identity card begins like a bank card, a mobile number stands within neither.
_MASKS = (
    (re.compile(_run("{16}") + rf"{_GAP}[{_DIGIT[1:-1]}XxＸｘ](?!{_DIGIT})"), "〔证件号〕"),
    (re.compile(_run("{14}") + rf"(?!{_GAP}{_DIGIT})"), "〔证件号〕"),
    (re.compile(_run("{15,18}") + rf"(?!{_DIGIT})"), "〔卡号〕"),
    (re.compile(rf"(?<!{_DIGIT})[1１][3-9３-９](?:{_GAP}{_DIGIT}){{9}}(?!{_DIGIT})"), "〔手机号〕"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "〔邮箱〕"),
    (re.compile(r"(?<![A-Za-z])[EeGgDdSsPpHhMm][A-Za-z]?\d{8}(?!\d)"), "〔证件号〕"),
    (
        re.compile(r"[沪京津渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·•]?[A-Z0-9]{5,6}"),
        "〔车牌〕",
    ),
    (re.compile(r"\d+弄(?:\d+号)?(?:\d+幢)?(?:\d+(?:室|单元))?|\d+号(?:楼)?\d+(?:室|单元\d*室?)"), "〔地址〕"),
    (re.compile(r"(?<=我叫)[\u4e00-\u9fff]{2,4}|(?<=姓名[：:是为])[\u4e00-\u9fff]{2,4}"), "〔姓名〕"),
)


def masked(text: str) -> str:
    """The text with what identifies a person replaced by what it was. Hotlines (12345, 962222) and years stay."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def hash_of_user(user_ref: str, key: bytes) -> str:
    """A keyed hash: repeats are recognised, the reference itself is not kept."""
    return hmac.new(key, user_ref.encode(), hashlib.sha256).hexdigest()


def is_storable(text: str) -> bool:
    """No database takes half a surrogate pair, and PostgreSQL no NUL."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
