"""Questions in English in the words of Chinese guides: `prompts/english.yaml`, which a site extends."""

import re
from collections.abc import Mapping
from functools import cached_property

from kb_service.text.vocabulary import Words

_LATIN = re.compile("[a-z]")
_HAN = re.compile("[\u3400-\u9fff]")
_AROUND_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
# A message with fewer Latin letters for each Chinese character is one in Chinese (我的 ID card 丢了).
_LETTERS_A_CHARACTER = 4


class EnglishWords(Words):
    """``phrases``: Chinese by English, lower case. ``fillers``: English words that are left out."""

    phrases: Mapping[str, str]
    fillers: tuple[str, ...]

    def in_chinese(self, text: str) -> str:
        """A normalised text that is mostly English with the phrases that are known in Chinese; any other as it is.

        Words that nobody translated stay.
        """
        if len(_LATIN.findall(text)) <= _LETTERS_A_CHARACTER * len(_HAN.findall(text)):
            return text
        translated = self._phrase.sub(lambda found: f" {self._chinese(found[1])} ", text)
        if not _HAN.search(translated):
            return text
        return _AROUND_HAN.sub("", " ".join(self._filler.sub(" ", translated).split()))

    def _chinese(self, phrase: str) -> str:
        return self.phrases[" ".join(phrase.split())]

    @cached_property
    def _phrase(self) -> re.Pattern[str]:
        longest_first = sorted(self.phrases, key=len, reverse=True)
        spaced = "|".join(r"\s+".join(map(re.escape, each.split())) for each in longest_first)
        return re.compile(rf"(?<![a-z])({spaced})(?:e?s)?(?![a-z])")

    @cached_property
    def _filler(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![a-z'])(?:{'|'.join(map(re.escape, self.fillers))})(?![a-z'])\s*")
