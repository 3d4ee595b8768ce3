"""Articles of a law, by their number."""

from dataclasses import dataclass

_DIGITS = "零一二三四五六七八九"
_SCALES = ((1000, "千"), (100, "百"), (10, "十"))


@dataclass(frozen=True, slots=True, order=True)
class ArticleNumber:
    """第四十六条 is (46, 0), 第十二条之一 (12, 1)."""

    number: int
    inserted: int = 0

    def __str__(self) -> str:
        return f"第{_han(self.number)}条" + (f"之{_han(self.inserted)}" if self.inserted else "")


@dataclass(frozen=True, slots=True)
class Titled:
    """A name that a document goes or went by."""

    document_id: str
    title: str


def _han(value: int) -> str:
    """1 to 9999 as laws write them: 四十六, 一百零三, 十二."""
    said, is_gap = "", False
    for scale, name in _SCALES:
        digit, value = divmod(value, scale)
        if digit:
            said += ("零" if is_gap else "") + _DIGITS[digit] + name
            is_gap = False
        else:
            is_gap = bool(said)
    if value:
        said += ("零" if is_gap else "") + _DIGITS[value]
    return said.removeprefix("一") if said.startswith("一十") else said
