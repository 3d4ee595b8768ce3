"""Words of everyday life and what guides call the same: `prompts/synonyms.yaml`, which a site extends."""

import re
from collections.abc import Mapping

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
