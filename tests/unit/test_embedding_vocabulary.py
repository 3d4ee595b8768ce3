"""Which pieces survive the cut, and how a 4-bit block is read. Expectations are worked by hand."""

import struct

import numpy as np

from model_build.tokenizer import kept_ids
from model_build.wheel import Blocks, Shape, VocabularyPiece, WheelWeights


def kept(*texts: str) -> list[str]:
    ids = kept_ids([VocabularyPiece(text, -1.0) for text in texts])
    return [texts[at] for at in ids]


def test_pieces_of_chinese_texts_stay() -> None:
    pieces = ("居住证", "▁办理", "請", "ひらがな", "ㄅㄆ", "。《", "▁online", "2025", "——", "ABC公司")
    assert kept(*pieces) == list(pieces)


def test_words_of_other_scripts_go() -> None:
    assert kept("привет", "▁مرحبا", "안녕", "สวัสดี", "été", "▁für") == []


def test_single_characters_of_any_script_stay_so_that_none_becomes_unknown() -> None:
    assert kept("ж", "▁ü", "ب", "℃", "한", "▁") == ["ж", "▁ü", "ب", "℃", "한", "▁"]


def test_special_tokens_stay() -> None:
    assert kept("<s>", "<pad>", "</s>", "<unk>", "да", "<mask>") == ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def test_new_ids_follow_the_order_of_the_old() -> None:
    assert kept_ids([VocabularyPiece(text, 0.0) for text in ("<s>", "привет", "上海", "мир", "市")]).tolist() == [
        0,
        2,
        4,
    ]


def test_a_block_holds_its_first_half_in_the_low_nibbles() -> None:
    # Scale 0.5; bytes 0x90, 0x8F, then 0x88: low nibbles 0, 15, 8 …, high nibbles 9, 8, 8 …
    block = struct.pack("<e", 0.5) + bytes([0x90, 0x8F]) + bytes([0x88]) * 14
    values = weights_of(block).blocks("m", rows=1, columns=32).matrix()
    expected = np.zeros((1, 32))
    expected[0, 0], expected[0, 1], expected[0, 16] = -4.0, 3.5, 0.5
    assert np.array_equal(values, expected)


def test_rows_are_chosen_in_the_order_asked() -> None:
    scales = np.array([[1], [2], [4]], np.float16)
    levels = np.full((3, 1, 32), 9, np.uint8)
    assert Blocks(levels, scales).rows(np.array([2, 0])).matrix()[:, 0].tolist() == [4.0, 1.0]


def weights_of(buffer: bytes) -> WheelWeights:
    shape = Shape(hidden=32, layers=1, heads=1, inner=32, words=1, positions=1, types=1, epsilon=1e-12)
    return WheelWeights(shape, (), 3, memoryview(buffer), {"m": 0})
