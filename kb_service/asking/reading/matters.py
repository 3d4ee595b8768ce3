"""Which matter a question is about: named, called by an alias, or asked like earlier questions of it."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise

from kb_service.domain.matters import Matter
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised
from kb_service.text.terms import bigrams_of
from kb_service.text.vocabulary import Words

# Chosen on 70 known questions that name no matter (15 linked right, 2 wrong, 53 left open); of 2,989 questions on other
# things 9 were linked. Below either nothing is: a wrong matter costs more than none.
_LEAST_SCORE = 0.28
_LEAST_MARGIN = 0.1
# Two are rivals when both would be linked alone and the second is as near as this share of the first.
_RIVAL_SHARE = 0.92
# How many different pairs of a question must be known: one alone is chance (办理, 上海).
_LEAST_PAIRS = 2


class NamingWords(Words):
    """The part `naming` of `reading.yaml`. ``denied``: before a name; ``beside``: between two of them."""

    denied: re.Pattern[str]
    beside: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Linked:
    """``matter``: what the question is about. ``rivals``: matters, two or more, that it may be about as well as not.

    ``is_named``: by its name or an alias; otherwise it was inferred from questions that are asked of it.
    """

    matter: Matter | None = None
    rivals: tuple[Matter, ...] = ()
    is_named: bool = False


NOTHING_LINKED = Linked()


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    matters: tuple[Matter, ...]


@dataclass(frozen=True, slots=True)
class MatterNames:
    """``names_of``: name and aliases by the matter's id; a matter that is not there goes by its own, as written."""

    names_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, matter: Matter) -> tuple[str, ...]:
        return self.names_of.get(matter.id) or tuple(name.lower() for name in (matter.name, *matter.aliases))

    def found_in(self, text: str, matter: Matter) -> list[str]:
        """The names of the matter that stand in a text, the longest first."""
        return sorted((name for name in self.of(matter) if name in text), key=len, reverse=True)

    def without(self, text: str, matter: Matter) -> str:
        for name in self.found_in(text, matter):
            text = text.replace(name, "")
        return text

    def have_one_of(self, pairs: AbstractSet[str], matter: Matter) -> bool:
        """Whether a name of the matter has one of the bigrams."""
        return any(pair in name for name in self.of(matter) for pair in pairs)


def matter_names(matters: Sequence[Matter], converter: ScriptConverter) -> MatterNames:
    return MatterNames(
        {each.id: tuple(normalised(name, converter) for name in (each.name, *each.aliases)) for each in matters}
    )


class Linker:
    """Holds the normalised names of all matters, and what is asked of each. Built once; never changes."""

    def __init__(
        self,
        matters: Sequence[Matter],
        converter: ScriptConverter,
        words: NamingWords,
        questions_by_matter: Mapping[str, Sequence[str]] | None = None,
        *,
        asking_words: Iterable[str] = (),
    ) -> None:
        """``questions_by_matter``: what is asked of each matter; ``asking_words`` say nothing of it."""
        self.names = matter_names(matters, converter)
        self._words = words
        self._matter_by_id = {matter.id: matter for matter in matters}
        self._matters_by_name: dict[str, tuple[Matter, ...]] = {}
        for matter in sorted(matters, key=lambda each: each.id):
            for name in dict.fromkeys(name.strip() for name in self.names.of(matter)):
                if name:
                    self._matters_by_name[name] = (*self._matters_by_name.get(name, ()), matter)
        self._names_by_start: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._matters_by_name, key=lambda name: (-len(name), name)):
            self._names_by_start[name[:2]].append(name)
        asked = questions_by_matter or {}
        self._profiles = AskedProfiles(
            {
                matter.id: [
                    *self.names.of(matter),
                    *(normalised(each, converter) for each in asked.get(matter.id, ())),
                ]
                for matter in matters
            },
            asking_words,
        )

    def matter(self, matter_id: str | None) -> Matter | None:
        return self._matter_by_id.get(matter_id) if matter_id is not None else None

    def link(self, text: str) -> Linked:
        """``text`` is normalised. Names come first, the longest before all; what is denied (不是居住证) counts not."""
        mentions, denied = self._mentions(text)
        if mentions:
            return self._of_mentions(text, mentions)
        found = self._profiles.nearest(text)
        matters = [self._matter_by_id[each] for each in found if self._matter_by_id[each] not in denied]
        if len(matters) > 1:
            return Linked(None, tuple(matters))
        return Linked(matters[0]) if matters else NOTHING_LINKED

    def _mentions(self, text: str) -> tuple[list[_Mention], set[Matter]]:
        """In order of the text, without those inside longer ones; and the matters that are denied."""
        found: list[_Mention] = []
        denied: set[Matter] = set()
        for start, name in sorted(self._names_in(text), key=lambda each: (-len(each[1]), each[0])):
            end = start + len(name)
            if any(start < other.end and other.start < end for other in found):
                continue
            mention = _Mention(start, end, self._matters_by_name[name])
            found.append(mention)
            if self._words.denied.search(text, max(0, start - 8), start):
                denied.update(mention.matters)
        kept = [each for each in found if not denied.issuperset(each.matters)]
        return sorted(kept, key=lambda each: each.start), denied

    def _names_in(self, text: str) -> Iterator[tuple[int, str]]:
        """The longest name that starts at each place."""
        for start in range(len(text)):
            for name in self._names_by_start.get(text[start : start + 2], ()):
                if text.startswith(name, start):
                    yield start, name
                    break

    def _of_mentions(self, text: str, mentions: Sequence[_Mention]) -> Linked:
        best = max(mentions, key=lambda each: (each.end - each.start, -each.start))
        if len(best.matters) > 1:
            narrowed = [
                each for each in best.matters if any(each in other.matters for other in mentions if other != best)
            ]
            return Linked(narrowed[0], is_named=True) if len(narrowed) == 1 else Linked(None, best.matters, True)
        beside = [
            matter
            for one, other in pairwise(mentions)
            if best in (one, other) and self._words.beside.match(text[one.end : other.start])
            for matter in (*one.matters, *other.matters)
        ]
        rivals = tuple(dict.fromkeys(beside))
        return Linked(best.matters[0], rivals if len(rivals) > 1 else (), is_named=True)


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
