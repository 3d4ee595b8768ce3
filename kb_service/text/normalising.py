"""Text as it is indexed and compared: one width, one script, no invisible characters. Never what is quoted."""

import re
import unicodedata

from kb_service.ports import ScriptConverter

# Zero-width and direction marks, soft hyphen, variation selectors, tag characters: they can only hide things.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e01ef]"
)


def normalised(text: str, converter: ScriptConverter) -> str:
    """NFKC, simplified script, lower case, without invisible characters. Offsets do not carry over."""
    visible = _INVISIBLE.sub("", text)
    return converter.to_simplified(unicodedata.normalize("NFKC", visible)).lower()


def is_traditional(text: str, converter: ScriptConverter) -> bool:
    """Whether more of a text's characters belong to the traditional script only than to the simplified one only.

    Not by converting there and back: 簽注 would come back as 簽註.
    """
    return _changed(text, converter.to_simplified(text)) > _changed(text, converter.to_traditional(text))


def _changed(text: str, converted: str) -> int:
    return sum(a != b for a, b in zip(text, converted, strict=False)) + abs(len(text) - len(converted))
