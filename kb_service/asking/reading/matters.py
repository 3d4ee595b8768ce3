"""Which matter a question is about: named, by an alias, near to its names, or asked like earlier questions of it."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from kb_service.domain.matters import Matter
from kb_service.ports import ScriptConverter, Vector, Vectors
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
# The same by nearness, where names have vectors: docs/decisions/0022-finding-the-matter.md.
NEAR = 0.45
_NEARER = 0.1
_PARTICLE = "的"
# How much what is asked of a matter, in character pairs, says beside the vectors of its names.
_PROFILE_WEIGHT = 0.3


class NamingWords(Words):
    """The part `naming` of `reading.yaml`. ``denied``: before a name; ``beside``: between two of them; ``kind``: where
    nothing more is named than a kind of thing (the group ``kind``) that matters are named after."""

    denied: re.Pattern[str]
    beside: re.Pattern[str]
    kind: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Linked:
    """``matter``: what the question is about. ``rivals``: matters, two or more, that it may be about as well as not.

    ``is_named``: by its name or an alias; otherwise it was inferred from questions that are asked of it.
    ``names_kind``: only a kind of thing is named, after which the rivals are. ``nearness``: of the question to each
    matter, by id; empty where names have no vectors.
    """

    matter: Matter | None = None
    rivals: tuple[Matter, ...] = ()
    is_named: bool = False
    names_kind: bool = False
    nearness: Mapping[str, float] = field(default_factory=dict)


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

    def all(self) -> list[str]:
        """Each once, in order."""
        return sorted({name for names in self.names_of.values() for name in names})

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

    def share_said(self, text: str, matter: Matter) -> float:
        """The largest share of a name's bigrams that stand in a text."""
        pairs = set(bigrams_of(text))
        return max(len(pairs & own) / len(own) for name in self.of(matter) if (own := set(bigrams_of(name))))


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
        names_near: Callable[[str], Mapping[str, float]] | None = None,
    ) -> None:
        """``questions_by_matter``: what is asked of each matter; ``asking_words`` say nothing of it.

        ``names_near``: how near a normalised text is to each matter's names, see `nearness`.
        """
        self._names_near = names_near
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

    def is_name(self, text: str) -> bool:
        """Whether a normalised text is the name of a matter and nothing else."""
        return text.strip(" ,.!?。") in self._matters_by_name

    def without_particles(self, text: str, aspects: Sequence[str]) -> str:
        """A normalised text without 的 inside the name of a matter (最低工资的标准), and between such a name and one of
        the ``aspects`` (居住证申领的条件): guides write both without, and 领的 stands in other words."""
        at = text.find(_PARTICLE)
        while at > 0:
            closed = text[:at] + text[at + 1 :]
            names = [(start, start + len(name)) for start, name in self._names_in(closed)]
            is_inside = any(start < at < end for start, end in names)
            if is_inside or (any(end == at for _, end in names) and closed.startswith(tuple(aspects), at)):
                text = closed
                at -= 1
            at = text.find(_PARTICLE, at + 1)
        return text

    def matter(self, matter_id: str | None) -> Matter | None:
        return self._matter_by_id.get(matter_id) if matter_id is not None else None

    def names_one(self, text: str) -> bool:
        """Whether a name of a matter stands in the normalised text, not denied."""
        return bool(self._mentions(text)[0])

    def names_in(self, text: str) -> list[str]:
        """The names of matters that stand in a normalised text, in their order."""
        return [name for _, name in self._names_in(text)]

    def link(self, text: str) -> Linked:
        """``text`` is normalised. Names come first; what is denied (不是居住证) counts not.

        Of several names the longest counts, or, where names have vectors, the one that the whole question is nearest
        to; and a matter that is not named, when the question is clearly nearer to it.
        """
        mentions, denied = self._mentions(text)
        asked_like = self._profiles.ranked(text)
        nearness = self._nearness(text, asked_like)
        if mentions:
            return replace(self._of_mentions(text, mentions, nearness), nearness=nearness)
        if kinds := self._of_kind(text, nearness):
            return Linked(None, kinds, names_kind=True, nearness=nearness)
        found = clearly_nearest(nearness) or self._profiles.nearest(asked_like)
        matters = [self._matter_by_id[each] for each in found if self._matter_by_id[each] not in denied]
        if len(matters) > 1:
            return Linked(None, tuple(matters), nearness=nearness)
        return Linked(matters[0] if matters else None, nearness=nearness)

    def _of_kind(self, text: str, nearness: Mapping[str, float]) -> tuple[Matter, ...]:
        """Those named after the kind of thing that a text speaks of (证丢了怎么补), nearest first; none for one."""
        found = self._words.kind.match(text)
        if found is None:
            return ()
        kind = found["kind"].removesuffix("件")
        named = [each for each in self._matter_by_id.values() if any(kind in name for name in self.names.of(each))]
        return tuple(sorted(named, key=lambda each: -nearness.get(each.id, 0.0))) if len(named) > 1 else ()

    def _nearness(self, text: str, asked_like: Sequence[tuple[str, float]]) -> dict[str, float]:
        """By the names' vectors, and a little by what is asked of each matter."""
        near = self._names_near(text) if self._names_near is not None and text else {}
        profile = dict(asked_like)
        return {each: score + _PROFILE_WEIGHT * profile.get(each, 0.0) for each, score in near.items()}

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

    def _of_mentions(self, text: str, mentions: Sequence[_Mention], nearness: Mapping[str, float]) -> Linked:
        best = max(mentions, key=lambda each: (_nearest_of(each.matters, nearness), each.end - each.start, -each.start))
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
        if len(rivals) > 1:
            return Linked(best.matters[0], rivals, is_named=True)
        return Linked(self._meant_instead(best.matters[0], nearness) or best.matters[0], is_named=True)

    def _meant_instead(self, named: Matter, nearness: Mapping[str, float]) -> Matter | None:
        """A matter that the question is clearly nearer to than to the one whose name happens to stand in it."""
        ranked = nearest(nearness)
        if not ranked or ranked[0][1] - nearness.get(named.id, 0.0) < _NEARER:
            return None
        return self._matter_by_id[ranked[0][0]]


def _nearest_of(matters: Sequence[Matter], nearness: Mapping[str, float]) -> float:
    return max(nearness.get(each.id, 0.0) for each in matters)


def _alone(ranked: Sequence[tuple[str, float]], least: float, margin: float) -> list[str]:
    """The first, when it is near enough and stands out from the second; else none."""
    if not ranked or ranked[0][1] < least:
        return []
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return [ranked[0][0]] if ranked[0][1] - second >= margin else []


def clearly_nearest(nearness: Mapping[str, float]) -> list[str]:
    """The id of the matter that a question is near to, and clearly nearer than to any other; empty where none is."""
    return _alone(nearest(nearness), NEAR, _NEARER)


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

    def nearest(self, ranked: Sequence[tuple[str, float]]) -> list[str]:
        """The matter that a question is asked of; two where they are about as near; none in doubt."""
        if alone := _alone(ranked, _LEAST_SCORE, _LEAST_MARGIN):
            return alone
        if len(ranked) < 2 or ranked[1][1] < max(_LEAST_SCORE, _RIVAL_SHARE * ranked[0][1]):
            return []
        return [ranked[0][0], ranked[1][0]]

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


# All short texts look alike to an embedding model. What they have in common is taken off; fewer names do not show it.
# docs/decisions/0022-finding-the-matter.md has the measurements.
_FEWEST_NAMES = 20


class NearestNames:
    """How near a question is to each matter: by the vectors of all names and aliases, embedded as if somebody asked
    them. Built once; never changes."""

    def __init__(self, vectors_by_matter: Mapping[str, Vectors]) -> None:
        """``vectors_by_matter``: (names, dimensions), by the matter's id; none of them empty."""
        self._matter_ids = sorted(vectors_by_matter)
        counts = [len(vectors_by_matter[each]) for each in self._matter_ids]
        self._is_known = sum(counts) >= _FEWEST_NAMES
        if not self._is_known:
            return
        names = np.concatenate([vectors_by_matter[each] for each in self._matter_ids])
        self._common = names.mean(axis=0)
        self._names = _unit(names - self._common)
        self._starts = np.cumsum([0, *counts[:-1]])

    def nearness(self, question: Vector) -> dict[str, float]:
        """The cosine (−1 to 1) of the nearest name, by the matter's id; nothing where too few names are known."""
        if not self._is_known:
            return {}
        cosines = self._names @ _unit(question - self._common)
        return dict(zip(self._matter_ids, np.maximum.reduceat(cosines, self._starts).tolist(), strict=True))


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = (vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)).astype(np.float32)
    return unit


def nearest(nearness: Mapping[str, float]) -> Sequence[tuple[str, float]]:
    """Matters with their nearness, the nearest first, ties by id."""
    return sorted(nearness.items(), key=lambda each: (-each[1], each[0]))
