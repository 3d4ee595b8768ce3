"""Text as it is indexed and compared, and what a message hides: never what is quoted.

One width, one script, lower case, no invisible characters.
"""

import base64
import binascii
import re
import unicodedata

from kb_service.ports import ScriptConverter
from kb_service.text.radicals import with_characters

# Zero-width and direction marks, soft hyphen, variation selectors, tag characters: they can only hide things.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e01ef]"
)

# NFKC would make 103 of 10³ and 11/2 of 1½.
_RAISED_AT_FIGURE = re.compile(r"(?<=\d)(?:[⁰¹²³⁴-⁹⁺⁻]+|[¼½¾⅓⅔])")
# U+E0020–U+E007E repeat ASCII invisibly.
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_TAG_OFFSET = 0xE0000
# Cyrillic and Greek letters that look like Latin ones.
_LOOK_ALIKE = str.maketrans("асеорхуіјѕһԁԛԝгпкмтвнαεορυνικτ", "aceopxyijshdqwrnkmtbhaeopuvikt")
_FIGURES = str.maketrans("013457@$", "oieastas")
_MIXED = re.compile(r"(?i)\b(?=[a-z0-9@$]*[a-z])(?=[a-z0-9@$]*[0134578@$])[a-z0-9@$]{3,}\b")
_BASE64 = re.compile(r"(?<![\w/%.-])[A-Za-z0-9+/]{24,}={0,2}(?![\w/%-])")
_HEX = re.compile(r"(?<![\w/%.-])(?:[0-9a-fA-F]{2}){12,}(?![\w/%-])")
# So many letters and figures hold no words of a resident.
_LONGEST_ENCODED = 4096


def normalised(text: str, converter: ScriptConverter) -> str:
    """NFKC, simplified script, lower case, without invisible characters. Offsets do not carry over."""
    visible = with_characters(_INVISIBLE.sub("", text))
    if _RAISED_AT_FIGURE.search(visible):
        visible = _RAISED_AT_FIGURE.sub(_apart, visible)
    return converter.to_simplified(unicodedata.normalize("NFKC", visible)).lower()


def _apart(found: re.Match[str]) -> str:
    return (" " if found[0] in "¼½¾⅓⅔" else "^") + found[0]


def is_traditional(text: str, converter: ScriptConverter) -> bool:
    """Whether more of a text's characters belong to the traditional script only than to the simplified one only.

    Not by converting there and back: 簽注 would come back as 簽註.
    """
    return _changed(text, converter.to_simplified(text)) > _changed(text, converter.to_traditional(text))


def _changed(text: str, converted: str) -> int:
    return sum(a != b for a, b in zip(text, converted, strict=False)) + abs(len(text) - len(converted))


def hidden_texts(text: str) -> str:
    """What a raw message hides in tag characters, look-alike letters, figures for letters and encodings.

    Lower case, a text a line; empty for ordinary messages.
    """
    found = ["".join(chr(ord(each) - _TAG_OFFSET) for each in run) for run in _TAGS.findall(text)]
    plain = unicodedata.normalize("NFKC", text)
    looks = plain.lower().translate(_LOOK_ALIKE)
    if looks != plain.lower():
        found.append(looks)
    if _MIXED.search(plain):
        found.append(plain.lower().translate(_FIGURES))
    return "\n".join([*found, *_encoded_texts(plain)]).lower()


def _encoded_texts(text: str) -> list[str]:
    """What stands in it as Base64 or hexadecimal, as far as it is text."""
    found = [_text(_hex(match)) for match in _HEX.findall(text[:_LONGEST_ENCODED])]
    found += [_text(_base64(match)) for match in _BASE64.findall(text[:_LONGEST_ENCODED])]
    return [each for each in found if each]


def _hex(text: str) -> bytes:
    return b"" if text.isdigit() else bytes.fromhex(text)


def _base64(text: str) -> bytes:
    if text.isdigit() or (text.isalpha() and text.islower()):
        return b""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except binascii.Error:
        return b""


def _text(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if len(text) > 3 and text.isprintable() else ""
