"""What is asked of each matter, as a profile of character pairs, and which one a new question is nearest to.

TF-IDF over matters with cosine (Rocchio's centroids): questions say a matter in words that its names lack
(怎么把钱取出来).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kb_service.text.terms import bigrams_of

# Chosen on 70 known questions that name no matter (15 linked right, 2 wrong, 53 left open); of 2,989 questions on other
# things 9 were linked. Below either nothing is: a wrong matter costs more than none.
_LEAST_SCORE = 0.28
_LEAST_MARGIN = 0.1
# Two are rivals when both would be linked alone and the second is as near as this share of the first.
_RIVAL_SHARE = 0.92
# How many different pairs of a question must be known: one alone is chance (办理, 上海).
_LEAST_PAIRS = 2


class AskedProfiles:
    """Built once. ``texts_by_matter``: normalised names and questions; ``asking_words`` say nothing of a matter."""

    def __init__(self, texts_by_matter: Mapping[str, Sequence[str]], asking_words: Iterable[str] = ()) -> None:
        self._asking = frozenset(pair for word in asking_words for pair in bigrams_of(word))
        counts = {matter_id: self._counted(texts) for matter_id, texts in texts_by_matter.items()}
        spread = Counter(pair for count in counts.values() for pair in count)
        matters = max(len(counts), 1)
        self._idf = {pair: math.log(1 + matters / number) for pair, number in spread.items()}
        self._unknown = math.log(1 + matters)
        self._weights: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for matter_id, count in counts.items():
            weight_of = {pair: (1 + math.log(number)) * self._idf[pair] for pair, number in count.items()}
            norm = math.sqrt(sum(weight * weight for weight in weight_of.values())) or 1.0
            for pair, weight in weight_of.items():
                self._weights[pair].append((matter_id, weight / norm))

    def nearest(self, text: str) -> list[str]:
        """The matter that a question is asked of; two where they are about as near; none in doubt."""
        ranked = self.ranked(text)
        if not ranked or ranked[0][1] < _LEAST_SCORE:
            return []
        best, score = ranked[0]
        second = ranked[1] if len(ranked) > 1 else ("", 0.0)
        if score - second[1] >= _LEAST_MARGIN:
            return [best]
        return [best, second[0]] if second[1] >= max(_LEAST_SCORE, _RIVAL_SHARE * score) else []

    def ranked(self, text: str) -> list[tuple[str, float]]:
        """Matters with their cosine, best first."""
        pairs = set(self._pairs(text))
        known = [pair for pair in pairs if pair in self._idf]
        if len(known) < _LEAST_PAIRS:
            return []
        scores: dict[str, float] = defaultdict(float)
        for pair in known:
            idf = self._idf[pair]
            for matter_id, weight in self._weights[pair]:
                scores[matter_id] += idf * weight
        norm = math.sqrt(sum(self._idf.get(pair, self._unknown) ** 2 for pair in pairs))
        return sorted(
            ((matter, score / norm) for matter, score in scores.items()), key=lambda each: (-each[1], each[0])
        )

    def _counted(self, texts: Iterable[str]) -> Counter[str]:
        return Counter(pair for text in texts for pair in self._pairs(text))

    def _pairs(self, text: str) -> list[str]:
        return [pair for pair in bigrams_of(text) if pair not in self._asking]
