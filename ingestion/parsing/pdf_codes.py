"""Letters of a pdf page whose codes do not say which characters they show: the font's table is missing or wrong."""

import re
from collections import defaultdict
from typing import Any

from ingestion.parsing.pdf_ink import Letter
from ingestion.parsing.printed_words import UNMAPPED

_UNREADABLE = "unreadable_letters"
# So many of a font's letters, and so many different ones: a page with private signs before its lines is not meant.
_LEAST_LETTERS, _LEAST_KINDS = 10, 5
_SHARE = 0.5
_PRIVATE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_LATIN = re.compile(r"[!-~¡-ɏ]")
_AS_WIDE_AS_HAN = 0.95  # of the type size; of Latin letters only a few are, as W


def take_out_unreadable(page: Any) -> None:
    """What is left is read as printed; the page has to be recognised for the rest."""
    by_font: dict[str, list[Letter]] = defaultdict(list)
    for letter in page.chars:
        if letter["text"].strip():
            by_font[letter["fontname"]].append(letter)
    out = {id(letter) for letters in by_font.values() if _is_without_table(letters) for letter in letters}
    if out:
        page.objects["char"] = [letter for letter in page.chars if id(letter) not in out]
        setattr(page, _UNREADABLE, len(out))


def has_unreadable(page: Any) -> bool:
    return bool(getattr(page, _UNREADABLE, 0))


def _is_without_table(letters: list[Letter]) -> bool:
    told = [letter for letter in letters if _tells_nothing(letter)]
    are_many = len(told) >= max(_LEAST_LETTERS, _SHARE * len(letters))
    return are_many and len({letter["text"] for letter in told}) >= _LEAST_KINDS


def _tells_nothing(letter: Letter) -> bool:
    text = letter["text"]
    if UNMAPPED.fullmatch(text) or _PRIVATE.fullmatch(text):
        return True
    return bool(_LATIN.fullmatch(text) and letter["adv"] >= _AS_WIDE_AS_HAN * letter["size"] > 0)
