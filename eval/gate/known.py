"""What known questions say of made-up answers, worked out by hand."""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np

from eval.gate.component_measures import Case, Measured
from kb_service.asking.search.known_questions import Given, KnownQuestion, KnownQuestions, fingerprint
from kb_service.ports import ScriptConverter, Vector

_RULE, _WEIGHT = "线长不超过80米。", "气球重不超过3公斤，只充氦气。"
_KNOWN = (
    KnownQuestion("风筝线多长", True, documents=("kite",), facts=("80米|八十米",), forbidden=("90米",), line="1"),
    KnownQuestion("气球多重", True, documents=("balloon",), facts=("3公斤", "氦气"), line="2"),
    KnownQuestion("飞艇坐几人", False, line="3"),
)
_VECTORS = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]], np.float32)
# In meaning each asks as the first: cosines of 1, 0.6 and 0.
_ASKED: Vector = np.array([1.0, 0.0], np.float32)
_OF_KITE = Given(_RULE, frozenset({"kite"}), (_RULE,))
_OF_BALLOON = Given(_WEIGHT, frozenset({"balloon"}), (_WEIGHT,))
# An e-th part for each 0.04 that a question is farther off than the nearest.
_SECOND, _THIRD = math.exp(-10), math.exp(-25)
_FAR = 0.75  # where none is right
_ALL = 1 + _SECOND + _THIRD
# 风筝线飘带 and 风筝线多长 share two pairs of characters of six. 风筝, 筝线, 线多 and 多长 stand in one of three
# questions, 线飘 and 飘带 in none. Sharing all would bring 0.2.
_IN_ONE, _IN_NONE = math.log(3 / 2), math.log(3)
_SHARED = 1 + 0.2 * 2 * _IN_ONE / (4 * _IN_ONE + 2 * _IN_NONE)
_EXPECTED: Mapping[tuple[str, str, Given], Mapping[str, float]] = MappingProxyType(
    {
        ("right for the nearest", "飘带几寸", _OF_KITE): {
            "known_nearest": 1.0, "known_right_share": 1 / _ALL, "known_right_often": 1 / 3, "known_right": 1.0,
            "known_wrong": 0.75, "known_margin": 0.25, "known_declined": 0.75,
            "known_answerable_share": (1 + _SECOND) / _ALL,
        },
        ("right for the second", "飘带几寸", _OF_BALLOON): {
            "known_right_share": _SECOND / _ALL, "known_right_often": 1 / 3, "known_right": 0.75, "known_wrong": 1.0,
            "known_margin": -0.25,
        },
        ("with a forbidden figure", "飘带几寸", Given("线长80米或者90米。", frozenset({"kite"}), (_RULE,))): {
            "known_right_often": 0.0, "known_wrong": 1.0,
        },
        ("with one fact of two", "飘带几寸", Given("气球重不超过3公斤。", frozenset({"balloon"}), (_WEIGHT,))): {
            "known_right_often": 0.0, "known_right": 0.75,
        },
        ("in other words", "飘带几寸", Given("线长八十米。", frozenset({"kite"}), (_RULE,))): {"known_right": 1.0},
        ("of another document", "飘带几寸", Given(_RULE, frozenset({"airship"}), (_RULE,))): {"known_right_often": 0.0},
        ("with words in common", "风筝线飘带", _OF_KITE): {"known_nearest": _SHARED, "known_right": _SHARED},
    }
)  # fmt: skip


def of_known(converter: ScriptConverter) -> Measured:
    passages = [fingerprint(each) for each in (_RULE, _WEIGHT)]
    known = KnownQuestions(_KNOWN, passages, _VECTORS, converter, lambda _question: _ASKED)
    return Measured("confidence.known", tuple([*_of_features(known), *_of_what_is_left_out(known)]))


def _of_features(known: KnownQuestions) -> Iterator[Case]:
    for (name, question, given), expected in _EXPECTED.items():
        found = known.features(question, given)
        for feature, value in expected.items():
            has = found.get(feature)
            is_same = has is not None and abs(has - value) < 1e-5
            yield Case(f"{name}:{feature}", f"{question} {given.text}", float(is_same), note=f"{has}, not {value:.4f}")


def _of_what_is_left_out(known: KnownQuestions) -> Iterator[Case]:
    """Nothing is said where a text is quoted that came in since, nor by a question of its own line."""
    since = Given(_RULE, frozenset({"kite"}), ("线长另行规定。",))
    yield Case("since", "一段新的文字", float(known.features("飘带几寸", since) == {}))
    alone = known.without_line("1").features("飘带几寸", _OF_KITE)
    is_out = bool(alone) and abs(alone["known_nearest"] - 0.6) < 1e-5 and alone["known_right"] == _FAR
    yield Case("own line", "自己的那一行", float(is_out), note=f"{alone}")
