"""What a text may hold, and masking what identifies a person outside the transcript."""

import hashlib
import hmac
import re

# What people put between the digits of a number: 138 1234 5678, 138-1234-5678, 138.1234.5678, a tab, twice a space.
_GAP = r"[ \t\u3000.．·\-－–—]{0,2}"
_DIGIT = r"[\d０-９]"
# 幺三八…: numerals read out. A number of them is often followed by another numeral (一直打不通), so it needs no end.
_HAN = "[〇零幺一二三四五六七八九]"
_AREA = rf"[(（]?[0０](?:[1１][0０]|[2２]{_DIGIT}|[3-9３-９]{_DIGIT}{{2}})[)）]?{_GAP}"
_COUNTRY = rf"(?:[(（]?(?:[+＋]|[0０]{{2}})?{_GAP}[8８][6６][)）]?{_GAP})?"


def _run(length: str) -> str:
    return rf"(?<!{_DIGIT}){_DIGIT}(?:{_GAP}{_DIGIT}){length}"


# Longest first: an identity card begins like a bank card, a mobile number stands within neither.
_MASKS = (
    (re.compile(_run("{16}") + rf"{_GAP}[{_DIGIT[1:-1]}XxＸｘ](?!{_DIGIT})"), "〔证件号〕"),
    (re.compile(rf"(?<!{_HAN}){_HAN}{{17}}(?:{_HAN}|[XxＸｘ]|叉)"), "〔证件号〕"),
    (re.compile(_run("{15,18}") + rf"(?!{_DIGIT})"), "〔卡号〕"),
    (re.compile(rf"(?<!{_DIGIT})[1-8１-８](?:{_GAP}{_DIGIT}){{14}}(?!{_GAP}{_DIGIT})"), "〔证件号〕"),
    (re.compile(rf"(?<!{_DIGIT}){_COUNTRY}[1１]{_GAP}[3-9３-９](?:{_GAP}{_DIGIT}){{9}}(?!{_DIGIT})"), "〔手机号〕"),
    (re.compile(rf"(?<!{_HAN})[幺一][三四五六七八九]{_HAN}{{9}}"), "〔手机号〕"),
    (re.compile(rf"(?<!{_DIGIT}){_AREA}[2-8２-８](?:{_GAP}{_DIGIT}){{6,7}}(?!{_DIGIT})"), "〔座机号〕"),
    (
        re.compile(
            rf"((?:电话|座机|固话|号码|打)[是为:：\s]{{0,3}})[2-8２-８]{_DIGIT}{{3}}{_GAP}{_DIGIT}{{4}}(?!{_DIGIT})"
        ),
        r"\1〔座机号〕",
    ),
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
