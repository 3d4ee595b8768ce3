"""Which pieces of the multilingual vocabulary are kept. What a Chinese government text may contain is cut as before."""

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model_build.wheel_weights import Piece

SPACE_MARK = "\u2581"  # stands for the space in front of a word
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")

# Beginnings of Unicode names of letters that Chinese texts use in runs. ASCII has its own rule.
SCRIPTS_IN_USE = ("CJK ", "IDEOGRAPHIC ", "HIRAGANA ", "KATAKANA", "BOPOMOFO ", "HALFWIDTH ", "FULLWIDTH ")


def kept_ids(pieces: Sequence[Piece]) -> NDArray[np.int64]:
    """The old ids of the pieces that stay, ascending: a piece's new id is its place in this array.

    Every piece of a single character stays, so that no character becomes unknown by the cut; of the longer ones
    go those with a letter of a script that Chinese texts do not write (half of the vocabulary).
    """
    return np.array([old_id for old_id, piece in enumerate(pieces) if _is_kept(piece.text)], np.int64)


def _is_kept(piece: str) -> bool:
    characters = piece.removeprefix(SPACE_MARK)
    return piece in SPECIAL or len(characters) <= 1 or all(_is_in_use(character) for character in characters)


def _is_in_use(character: str) -> bool:
    if character.isascii() or unicodedata.category(character)[0] in "PSNZ":
        return True
    return unicodedata.name(character, "").startswith(SCRIPTS_IN_USE)
