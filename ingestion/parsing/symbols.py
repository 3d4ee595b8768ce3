"""Characters of picture fonts, by the code that office files store for them."""

_WINGDINGS = {
    0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "□", 0x72: "□", 0x73: "◆", 0x74: "◆", 0x75: "◆",
    0x76: "❖", 0x77: "◆", 0x78: "☒", 0x9F: "•", 0xA0: "▪", 0xA1: "○", 0xA4: "◉", 0xA7: "▪", 0xA8: "□", 0xAB: "★",
    0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒",
    0xFE: "☑",
    **{0x80 + number: "⓪①②③④⑤⑥⑦⑧⑨⑩"[number] for number in range(11)},
    **{0x8B + number: "⓿❶❷❸❹❺❻❼❽❾❿"[number] for number in range(11)},
    0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x46: "☞", 0x47: "☝", 0x4A: "☺",
}  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0x98: "•", 0xA1: "■", 0xA2: "■",
    0xA3: "□", 0xA4: "□", 0x2A: "□", 0x30: "□",
    **{0x69 + number: "⓪①②③④⑤⑥⑦⑧⑨⑩"[number] for number in range(11)},
    **{0x74 + number: "⓿❶❷❸❹❺❻❼❽❾❿"[number] for number in range(11)},
}  # fmt: skip
_WEBDINGS = {0x61: "✓", 0x63: "□", 0x67: "■", 0x6E: "●", 0x72: "✗", 0x78: "☒"}
_SYMBOL = {
    0xA2: "′", 0xA3: "≤", 0xA5: "∞", 0xB0: "°", 0xB1: "±", 0xB2: "″", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷",
    0xB9: "≠", 0xBB: "≈", 0xAE: "→", 0xAC: "←", 0xD6: "√", 0xD7: "·", 0xE5: "∑", 0x61: "α", 0x62: "β", 0x67: "γ",
    0x6D: "μ", 0x70: "π", 0x44: "Δ", 0x57: "Ω",
}  # fmt: skip
_DINGBATS = dict(zip(map(ord, "345678nolqrm"), "✓✔✕✖✗✘■□●□□○", strict=True))
_FONTS = {
    "zapfdingbats": _DINGBATS,
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "webdings": _WEBDINGS,
    "symbol": _SYMBOL,
}


def is_symbol_font(font: str | None) -> bool:
    return (font or "").strip().lower() in _FONTS


def symbol(font: str | None, code: int) -> str | None:
    """What the font shows for a code; the code itself where the font is none of pictures; None where it is unknown."""
    known = _FONTS.get((font or "").strip().lower())
    if known is not None:
        return known.get(code - 0xF000 if code >= 0xF000 else code)
    return None if 0xE000 <= code <= 0xF8FF else chr(code)


def symbols(font: str | None, text: str) -> str:
    """Text that is set in a picture font; letters that the font does not know are left as they are."""
    return "".join(symbol(font, ord(each)) or each for each in text)
