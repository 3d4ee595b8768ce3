"""Text as it is indexed and compared: one width, one script, no invisible characters. Never what is quoted."""

import unicodedata

from kb_service.ports import ScriptConverter

# Zero-width and direction marks, soft hyphen, tag characters: invisible, so they can only hide things.
_INVISIBLE = {ord(c): None for c in "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"} | {
    code: None for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
}


def normalised(text: str, converter: ScriptConverter) -> str:
    """NFKC, simplified script, lower case, without invisible characters. Offsets do not carry over."""
    visible = text.translate(_INVISIBLE)
    return converter.to_simplified(unicodedata.normalize("NFKC", visible)).lower()


def is_traditional(text: str, converter: ScriptConverter) -> bool:
    """Whether a text is written in traditional script: it has characters that only that script uses."""
    simplified = converter.to_simplified(text)
    changed = sum(a != b for a, b in zip(text, simplified, strict=False)) + abs(len(text) - len(simplified))
    return changed > 0 and converter.to_traditional(simplified) == converter.to_traditional(text)
