"""Everyday words, and questions in English, in the words of guides; a site extends both.

The words are in `prompts/synonyms.yaml` and `prompts/english.yaml`.
"""

import re
from collections.abc import Mapping
from functools import cached_property

from pydantic import model_validator

from kb_service.text.vocabulary import Words


class PlainWords(Words):
    """All words are in normalised form (simplified, lower case).

    ``said_plainly``: what stands for a match, by its regular expression. ``guide_words``: what is searched for beside
    a word, by that word.
    """

    said_plainly: Mapping[re.Pattern[str], str]
    guide_words: Mapping[str, tuple[str, ...]]

    @model_validator(mode="after")
    def _check(self) -> "PlainWords":
        if any(pattern.search("") for pattern in self.said_plainly):
            raise ValueError("a pattern of said_plainly matches nothing at all; give it something to match")
        return self

    def plainly(self, text: str) -> str:
        """The normalised text with the speech of the region in common words."""
        for pattern, plain in self.said_plainly.items():
            text = pattern.sub(plain, text)
        return text

    def beside(self, text: str) -> tuple[str, ...]:
        """What guides call the words of the normalised text, each once, without what the text says itself."""
        found = dict.fromkeys(
            other for word, others in self.guide_words.items() if word in text for other in others if other not in text
        )
        return tuple(found)


_LATIN = re.compile("[a-zA-Z]")
_HAN = re.compile("[\u3400-\u9fff]")
_AROUND_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
# A message with fewer Latin letters for each Chinese character is one in Chinese (我的 ID card 丢了).
_LETTERS_A_CHARACTER = 4


def is_mostly_english(text: str) -> bool:
    """Whether most of it is in Latin letters, of which a word takes several for each Chinese character."""
    return len(_LATIN.findall(text)) > _LETTERS_A_CHARACTER * len(_HAN.findall(text))


class EnglishWords(Words):
    """``phrases``: Chinese by English, lower case. ``fillers``: English words that are left out."""

    phrases: Mapping[str, str]
    fillers: tuple[str, ...]

    def in_chinese(self, text: str) -> str:
        """A normalised text that is mostly English with the phrases that are known in Chinese; any other as it is.

        Words that nobody translated stay.
        """
        if not is_mostly_english(text):
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
