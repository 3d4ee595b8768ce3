"""How much of a question a text says, and how closely together: shares of weighted terms, windows, runs of characters.

All texts are normalised.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

_HAN_RUN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_RUN = re.compile(r"[^\W_]+")
# A term that a text repeats more often than this says no more about where its best place is.
_MOST_PLACES = 40


def covered(text: str, weight_of: Mapping[str, float]) -> float:
    """The weighted share of the terms that occur in the text; 0 without terms."""
    total = sum(weight_of.values())
    return sum(weight for term, weight in weight_of.items() if term in text) / total if total else 0.0


def covered_within(text: str, weight_of: Mapping[str, float], characters: int) -> float:
    """The largest weighted share of the terms that begin within so many characters of each other; 0 without terms."""
    total = sum(weight_of.values())
    places = sorted(place for term in weight_of for place in _places(text, term))
    if not total or not places:
        return 0.0
    inside: dict[str, int] = {}
    best = weight = 0.0
    first = 0
    for at, term in places:
        inside[term] = inside.get(term, 0) + 1
        weight += weight_of[term] if inside[term] == 1 else 0.0
        while places[first][0] < at - characters:
            left = places[first][1]
            inside[left] -= 1
            weight -= weight_of[left] if inside[left] == 0 else 0.0
            first += 1
        best = max(best, weight)
    return best / total


def trigrams(question: str, weight_of: Mapping[str, float]) -> dict[str, float]:
    """Every three neighbouring Han characters of a question; each weighs what its two bigrams weigh."""
    found: dict[str, float] = {}
    for run in _HAN_RUN.findall(question):
        for first, second in pairwise(run[at : at + 2] for at in range(len(run) - 1)):
            found[first + second[-1]] = weight_of.get(first, 0.0) + weight_of.get(second, 0.0)
    return found


def shared_runs(question: str, text: str) -> list[int]:
    """Lengths of the longest runs of two or more characters of the question that stand in the text, left to right."""
    lengths = []
    for run in _RUN.findall(question):
        at = 0
        while at < len(run) - 1:
            end = at
            while end < len(run) and run[at : end + 1] in text:
                end += 1
            if end - at >= 2:
                lengths.append(end - at)
            at = max(end, at + 1)
    return lengths


def characters_of(question: str) -> int:
    """Letters, digits and Han characters."""
    return sum(len(run) for run in _RUN.findall(question))


def with_gaps(text: str, words: Iterable[str]) -> str:
    """The text with a space for each of the words, longest first."""
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    return text


def _places(text: str, term: str) -> list[tuple[int, str]]:
    places: list[tuple[int, str]] = []
    at = text.find(term)
    while at >= 0 and len(places) < _MOST_PLACES:
        places.append((at, term))
        at = text.find(term, at + 1)
    return places
