"""Writes the tokenizer that fastembed reads: the unigram pieces that are kept and, in words, the upstream model's
normalisation. What a Chinese government text may contain is cut as by the whole vocabulary.
"""

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model_build.wheel import VocabularyPiece

if TYPE_CHECKING:
    from tokenizers.normalizers import Normalizer

MAX_TOKENS = 512

_SPACES = "[\u0009-\u000d\u0085\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
_CONTROLS = "[\u0000-\u0008\u000e-\u001f\u007f\u008f\u009f]"
# NFKC would make an ASCII tilde of the full-width one, which upstream keeps: it is put aside in a private character.
_FULLWIDTH_TILDE, _SET_ASIDE = "\uff5e", "\ue0ff"

SPACE_MARK = "\u2581"  # stands for the space in front of a word
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")

# Beginnings of Unicode names of letters that Chinese texts use in runs. ASCII has its own rule.
SCRIPTS_IN_USE = ("CJK ", "IDEOGRAPHIC ", "HIRAGANA ", "KATAKANA", "BOPOMOFO ", "HALFWIDTH ", "FULLWIDTH ")


def kept_ids(pieces: Sequence[VocabularyPiece]) -> NDArray[np.int64]:
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


def write_tokenizer(folder: Path, pieces: Sequence[VocabularyPiece], *, hidden: int) -> None:
    """Writes tokenizer.json and the three small files around it. ``pieces`` in the order of their ids."""
    _write_pieces(folder / "tokenizer.json", pieces)
    special = {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "cls_token": "<s>",
        "mask_token": "<mask>",
    }
    _write_json(folder / "special_tokens_map.json", special)
    _write_json(folder / "tokenizer_config.json", {"model_max_length": MAX_TOKENS, **special})
    _write_json(
        folder / "config.json",
        {"model_type": "bert", "pad_token_id": 1, "max_position_embeddings": MAX_TOKENS, "hidden_size": hidden},
    )


def _write_pieces(path: Path, pieces: Sequence[VocabularyPiece]) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

    id_of = {piece.text: new_id for new_id, piece in enumerate(pieces)}
    scored = [(piece.text, piece.score) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=id_of["<unk>"], byte_fallback=False))
    tokenizer.normalizer = _normaliser()
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", id_of["<s>"]), ("</s>", id_of["</s>"])],
    )
    tokenizer.enable_padding(pad_id=id_of["<pad>"], pad_token="<pad>")
    tokenizer.save(str(path), pretty=False)


def _normaliser() -> "Normalizer":
    from tokenizers import Regex, normalizers

    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.Replace(Regex(_CONTROLS), ""),
            normalizers.Replace(_FULLWIDTH_TILDE, _SET_ASIDE),
            normalizers.NFKC(),
            normalizers.Replace(_SET_ASIDE, _FULLWIDTH_TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
