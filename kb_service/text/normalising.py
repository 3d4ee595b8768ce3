"""Text as it is indexed and compared, and what a message hides: never what is quoted.

One width, one script, lower case, no invisible characters.
"""

import base64
import binascii
import re
import unicodedata

from kb_service.ports import ScriptConverter

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


# Radicals that stand in the place of characters, as fonts in pdf files write them: ⻓期 is 长期. Unicode itself maps
# U+2F00–2FD5 (NFKC). The others, U+2E80–2EF3, are mapped to the characters that they are forms of, after Unicode's
# EquivalentUnifiedIdeograph; ⺀, ⺈, ⺌ and their like are forms of none.
_SUPPLEMENT = (
    "⺁厂 ⺂乛 ⺃乚 ⺄乙 ⺅亻 ⺆冂 ⺇几 ⺉刂 ⺊卜 ⺋㔾 ⺎尢 ⺏尣 ⺐尢 ⺒巳 ⺓幺 ⺔彑 ⺕彐 ⺖忄 "
    "⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歺 ⺟母 ⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪疋 ⺫目 "
    "⺬示 ⺭礻 ⺮竹 ⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺳㓁 ⺶羊 ⺷羊 ⺸羊 ⺹耂 ⺺聿 ⺻聿 ⺼肉 ⺽臼 ⺾艹 ⺿艹 "
    "⻀艹 ⻁虎 ⻂衤 ⻃覀 ⻄西 ⻅见 ⻆角 ⻇角 ⻈讠 ⻉贝 ⻊足 ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏阝 ⻐钅 ⻑長 "
    "⻒镸 ⻓长 ⻔门 ⻕阜 ⻖阝 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻞食 ⻟飠 ⻠饣 ⻡首 ⻢马 ⻣骨 "
    "⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 ⻮齿 ⻯竜 ⻰龙 ⻱龜 ⻲亀 ⻳龟 "
)
_CHARACTER_OF = {
    **{ord(pair[0]): pair[1] for pair in _SUPPLEMENT.split()},
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    # Unicode has 戶 here; fonts of the mainland, which write radicals in their files, show 户.
    0x2F3E: "户",
}
_RADICAL = re.compile("[\u2e80-\u2fdf]")


def with_characters(text: str) -> str:
    """The text with characters in the place of radicals, one for one."""
    return text.translate(_CHARACTER_OF) if _RADICAL.search(text) else text
