"""Passages that speak to the assistant instead of to people, or to the page: whoever wrote them wants them obeyed.

Nothing of such a passage is quoted or shown to a language model, though a reviewer let it pass.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import hidden_texts, normalised
from kb_service.text.vocabulary import AnyOf, Words, any_of, load

# Reading a passage for orders costs a third of a millisecond; the same ones answer again and again.
_REMEMBERED = 4096


class PlantedOrders:
    """``planted``: what speaks to the assistant, in normalised text."""

    def __init__(self, planted: re.Pattern[str], lexicon: Lexicon, converter: ScriptConverter) -> None:
        @lru_cache(_REMEMBERED)
        def gives_orders(text: str) -> bool:
            readings = (normalised(text, converter), hidden_texts(text))
            return any(planted.search(each) or lexicon.scope.gives_orders(each) for each in readings if each)

        self._gives_orders: Callable[[str], bool] = gives_orders

    def are_in(self, found: PassageInVersion) -> bool:
        said = found.metadata
        texts = (found.passage.text, *found.passage.heading_path, said.title, said.question or "")
        return any(self._gives_orders(text) for text in texts if text)

    def without(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        return [each for each in candidates if not self.are_in(each.source)]

    def free_of_orders(self, passages: Sequence[PassageInVersion]) -> list[PassageInVersion]:
        return [each for each in passages if not self.are_in(each)]


class _PlantedWords(Words):
    """The schema of `prompts/planted_orders.yaml`."""

    planted: AnyOf
    markup: AnyOf


def load_planted(folder: Path) -> re.Pattern[str]:
    """Raises VocabularyFault."""
    words = load(folder, "planted_orders.yaml", _PlantedWords)
    return any_of((words.planted.pattern, words.markup.pattern))
