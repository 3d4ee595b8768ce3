"""How a Chinese character is pronounced, through pypinyin."""

import functools
import os

# Its table of phrases would take 45 MB and a third of a second; single characters do not need it.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, lazy_pinyin


@functools.lru_cache(maxsize=8192)
def syllable(character: str) -> str:
    """The usual reading in pinyin without tones: 行 gives xing. Empty for what is not Han."""
    return "".join(lazy_pinyin(character, style=Style.NORMAL, errors="ignore"))
