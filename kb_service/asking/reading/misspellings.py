"""Names and key words of matters that were typed with a wrong character of the same sound: 居注证, 医宝.

People type by sound and take the wrong suggestion. Only words of matters are mended, and only where nothing else was
meant: a wrong mending sends a question to another matter. docs/decisions/0022-finding-the-matter.md has what it costs.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from kb_service.ports import Segmenter

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LONGEST = 8
# Of −ln of the share of general text: a word of two characters that is less rare (职工, 食品) is near too many others.
_RARE_PAIR = 11.0
_HARDLY_A_WORD = 16.0
# A character as common as this (的, 在, 给) stands there for its own sake.
_COMMON_CHARACTER = 7.0
# Sounds that the south of China does not tell apart: zh z, ch c, sh s, ng n.
_RETROFLEX = re.compile(r"^([zcs])h")
_BACK_NASAL = re.compile(r"ng$")


class Misspellings:
    """Built once; never changes."""

    def __init__(self, names: Iterable[str], segmenter: Segmenter, syllable: Callable[[str], str]) -> None:
        """``names``: normalised. ``syllable``: the usual reading of a character in pinyin without tones."""
        self._segmenter = segmenter
        self._sound_of = functools.lru_cache(maxsize=8192)(lambda character: _heard(syllable(character)))
        words = {word for name in names for word in (name, *segmenter.words(name)) if self._can_be_mended(word)}
        self._words = frozenset(words)
        self._words_by_sound: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for word in sorted(words):
            self._words_by_sound[self._sound(word)].append(word)

    def mended(self, text: str) -> str:
        """The normalised text with such words as they are spelt; of the same length."""
        for start, word in self._misspelt_in(text):
            text = text[:start] + word + text[start + len(word) :]
        return text

    def _can_be_mended(self, word: str) -> bool:
        is_rare = len(word) > 2 or self._segmenter.rarity(word) >= _RARE_PAIR
        return bool(_HAN.fullmatch(word)) and 2 <= len(word) <= _LONGEST and is_rare

    def _misspelt_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Where a word is misspelt and what it is, from left to right, the longest at each place."""
        borders = self._borders(text)
        at = 0
        while at < len(text):
            word = self._meant_at(text, at, borders) if at in borders else None
            if word is not None:
                yield at, word
            at += len(word or " ")

    def _meant_at(self, text: str, start: int, borders: frozenset[int]) -> str | None:
        for length in range(min(_LONGEST, len(text) - start), 1, -1):
            typed = text[start : start + length]
            if typed in self._words:
                return None
            if start + length in borders and not self._segmenter.is_known(typed):
                for word in self._words_by_sound.get(self._sound(typed), ()):
                    if self._is_slip(typed, word):
                        return word
        return None

    def _is_slip(self, typed: str, word: str) -> bool:
        """At most half of the characters are wrong, none of them common, and it is not a right word behind another one
        (市公积金 is no 提公积金)."""
        wrong = [each for each, right in zip(typed, word, strict=True) if each != right]
        behind = word[1:] if typed[1:] == word[1:] and len(word) > 2 else ""
        return (
            2 * len(wrong) <= len(word)
            and not (behind and self._segmenter.rarity(behind) < _HARDLY_A_WORD)
            and all(self._segmenter.rarity(each) >= _COMMON_CHARACTER for each in wrong)
        )

    def _borders(self, text: str) -> frozenset[int]:
        """Between the text's words: what is misspelt falls apart into short pieces, and cuts no other word."""
        borders = [0]
        for word in self._segmenter.split(text):
            borders.append(borders[-1] + len(word))
        return frozenset(borders)

    def _sound(self, word: str) -> tuple[str, ...]:
        return tuple(map(self._sound_of, word))


def _heard(syllable: str) -> str:
    return _BACK_NASAL.sub("n", _RETROFLEX.sub(r"\1", syllable))
