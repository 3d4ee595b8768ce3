"""Which saying of the passages found answers the question best, and how far a single item of a list does."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kb_service.asking.drafting.sayings import Saying, SayingKind
from kb_service.asking.drafting.verdicts import says_whether
from kb_service.asking.drafting.words import QuotingWords
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.matters import Facet
from kb_service.text.bounds import Bound, bounds_of
from kb_service.text.figures import Figure, FigureKind, bare_amounts, figures
from kb_service.text.terms import covered

# What counts for how much: shares of the question's weight and scores of passages in standard deviations.
_PASSAGE = 0.7
_OWN = 3.0
_CONTEXT = 1.0
_FACET = 1.5
_FIGURE = 0.8
_IN_TITLE = 0.3
_ASIDE = 0.4
_CONTRADICTION = 1.0
_LACK = 1.5
_WHETHER = 2.0
_LATER = 0.15
# Cosines of sentences and a question lie close together. Of texts without a matter few sentences are compared, since
# their vectors are not kept and each takes milliseconds.
_MEANING = 15.0
_CLOSE = 1.0
_MOST_COMPARED = 4
_MOST_EMBEDDED = 2
# An item stands for its list when it alone has so much of the question, and so much more than any other item.
_SPECIFIC = 0.1
_LEAD = 1.5
# Of several items that are asked about side by side, each has so much of the question that no other has.
_BESIDE = 0.05

_ASKED_IN_PASSING = frozenset({None, Facet.CONDITIONS, Facet.STEPS})
_OF_TIMES = 1 / 3
_RELATED = 1 / 2
_DENIED = re.compile(r"(?:没有|不是|无)(\w{2})")
# 不登记, 没登记 (and not 能不能登记): who has not done it is asked about.
_LACKING = re.compile(r"(?<![能要是会可用])[不没未](?:有|能)?(\w{2})")
_BARE_AGE = re.compile(r"今年.*?(?<![\d.第〔])(\d{1,3})(?![\d.]|年|月|号|日|%|个|条|岁|周岁|元|天|路|楼)")
_LONGEST_LABEL = 8
_OLDEST = 120
# Below 16 (未满16周岁) is not 16.
_A_LITTLE = Decimal("0.5")
_COMPARED = frozenset({FigureKind.AGE, FigureKind.AMOUNT, FigureKind.DURATION})
_RANGE = re.compile(r"\s*(?:至|到|-|~|—)+\s*$")


@dataclass(frozen=True, slots=True)
class Choosing:
    """One question and what its words weigh. ``facet_words``: of which a heading or label has one that names the facet
    asked for; empty where none is. ``nearness``: the cosines of normalised texts and the question; ``related_words``:
    of labels that answer half of it (办理条件 of 怎么办).
    """

    understood: Understanding
    weight_of: Mapping[str, float]
    words: QuotingWords
    facet_words: tuple[str, ...]
    nearness: Callable[[Sequence[str]], Sequence[float]]
    related_words: tuple[str, ...] = ()

    def names_facet(self, found: PassageInVersion) -> bool:
        """Whether a heading above the passage does."""
        return bool(found.passage.heading_with(self.facet_words))

    def asked_for(self, sayings: Sequence[Saying]) -> Sequence[Saying]:
        """Those of the section of a guide that is asked for and nothing else, with what says yes or no to what is asked
        (快证不能在网上申请); all where no such section has an answer.

        Of several headings with a word for the facet, the shortest is the section's own (办理流程, not 提取后怎么办).
        """
        if not self.understood.asks_for_section:
            return sayings
        by_name = self.words.asked_by_name.search(self.understood.own_words) is not None
        quantity = self.understood.quantity_asked
        headed = [
            (len(heading), each)
            for each in sayings
            if (heading := each.source.passage.heading_with(self.facet_words))
            and (self.words.asked_by_name.search(heading) is not None) == by_name
            and not quantity.is_missing_from(with_lead_in(each))
        ]
        own = min((length for length, _ in headed), default=0)
        of_section = [each for length, each in headed if length == own]
        return [
            *of_section,
            *(each for each in sayings if each not in of_section and self._says_whether(each)),
        ] or sayings

    def has_facet_label(self, saying: Saying) -> bool:
        """Whether a label of its own does: 办理时限：…"""
        return self._is_labelled(saying, self.facet_words)

    def _is_labelled(self, saying: Saying, words: Sequence[str]) -> bool:
        label = label_of(saying)
        return any(word in label for word in words)

    def compares(self) -> bool:
        """Whether several things are asked about side by side: 分别, 哪个更."""
        return bool(self.understood.sides) or self.words.compares.search(self.understood.own_words) is not None

    def best(self, sayings: Sequence[Saying], score_of: Mapping[str, float]) -> Saying:
        """The saying that answers; at least one is given. ``score_of``: of their passages, by the passage's id.

        Of the few that words cannot tell apart, the one that is nearest in meaning.
        """
        quantity = self.understood.quantity_asked
        if quantity:
            sayings = [each for each in sayings if not quantity.is_missing_from(with_lead_in(each))] or sayings
        if quantity.qualified:
            of_it = [each for each in sayings if not quantity.is_of_another(with_lead_in(each), each.context)]
            sayings = of_it or sayings
        if quantity and not self.words.asks_change.search(self.understood.own_words):
            sayings = [each for each in sayings if not self.words.changed.search(each.key)] or sayings
        scored = sorted(((self._score(each, score_of), -at) for at, each in enumerate(sayings)), reverse=True)
        most = _MOST_COMPARED if sayings[0].source.metadata.matter_id else _MOST_EMBEDDED
        close = [(score, at) for score, at in scored[:most] if scored[0][0] - score < _CLOSE]
        if len(close) > 1:
            nearness = self.nearness([sayings[-at].key for _, at in close])
            close = [(score + _MEANING * near, at) for (score, at), near in zip(close, nearness, strict=True)]
        return sayings[-max(close)[1]]

    def share(self, saying: Saying) -> float:
        """How much of the question its own words have, from 0 to 1; what the title of its document says of it counts
        little, since any sentence may repeat that.
        """
        title = saying.title
        weight_of = {term: each * (_IN_TITLE if term in title else 1) for term, each in self.weight_of.items()}
        return covered(saying.key, weight_of)

    def gain(self, saying: Saying, said: str) -> float:
        """How much of the question it has that what is said already, normalised, has not."""
        return covered(saying.key, {term: weight for term, weight in self.weight_of.items() if term not in said})

    def alone(self, item: Saying, group: Sequence[Saying]) -> bool:
        """Whether this item of a list or table answers by itself, and not the whole of it, as who asks for a section
        wants.
        """
        if self.understood.asks_for_section:
            return False
        others = [each for each in group if each is not item]
        own = self._specific(item, others)
        return own >= _SPECIFIC and all(own >= _LEAD * self._specific(each, [item]) for each in others)

    def side_by_side(self, group: Sequence[Saying]) -> list[Saying]:
        """The items of a list or table that are asked about together: 下限和上限分别是多少; empty where one is."""
        if not self.compares() or self.understood.asks_for_section:
            return []
        return [
            each for each in group if self._specific(each, [other for other in group if other is not each]) >= _BESIDE
        ]

    def _score(self, saying: Saying, score_of: Mapping[str, float]) -> float:
        score = _PASSAGE * score_of[saying.source.passage.id] + _OWN * self.share(saying)
        score += _CONTEXT * covered(f"{saying.context} {saying.key}", self.weight_of)
        score += _FACET * self._agrees_in_facet(saying)
        fits = agreement(self.understood.own_words, saying.key)
        # A rule that a figure falls short of answers as well; of rows and items, one has the figure.
        score += _FIGURE * (abs(fits) / 2 if saying.kind is SayingKind.SENTENCE else fits)
        is_aside = self.words.goes_on.search(saying.key) or self.words.limits.search(saying.key)
        score -= _ASIDE * (is_aside is not None) + _CONTRADICTION * self._denies(saying)
        score += _LACK * self._is_of_who_lacks(saying)
        score += _WHETHER * self._says_whether(saying)
        return score - _LATER * (saying.span.start > 0 and saying.kind is SayingKind.SENTENCE)

    def told_above(self, saying: Saying) -> str:
        """What is known of a saying besides its words: headings, title, and the matter that the talk is of."""
        of_talk = "" if self.understood.is_matter_inferred else self.understood.matter_name
        return f"{saying.context} {saying.title} {of_talk}"

    def _says_whether(self, saying: Saying) -> bool:
        return says_whether(self.understood.own_words, saying.key, self.told_above(saying), self.words)

    def _agrees_in_facet(self, saying: Saying) -> float:
        """Whether it is labelled or headed as what is asked for; less sure of times, which stand in any section, and
        not of what is asked in passing (怎么办).
        """
        if self.has_facet_label(saying):
            return 1
        if self._is_labelled(saying, self.related_words):
            return _RELATED
        is_headed = self.understood.facet not in _ASKED_IN_PASSING and self.names_facet(saying.source)
        return is_headed * (_OF_TIMES if self.understood.facet is Facet.TIME_LIMIT else 1)

    def _denies(self, saying: Saying) -> bool:
        """Whether it is of those who have not what the question says they have: 没有居住证的."""
        question = self.understood.own_words
        denied = _DENIED.match(saying.key)
        return (
            denied is not None and denied[1] in question and not re.search(f"[没不无](?:有|是)?{denied[1]}", question)
        )

    def _is_of_who_lacks(self, saying: Saying) -> bool:
        """Whether it says of something that it is not done or not there, as the question does: 没有登记的 of 不登记."""
        denied = set(_LACKING.findall(self.understood.own_words))
        return any(re.search(f"[没不未无](?:有|能|按规定)?{each}", saying.key) for each in denied)

    def _specific(self, item: Saying, others: Sequence[Saying]) -> float:
        """The share of the question that this item has and neither the others nor what they stand under."""
        elsewhere = " ".join((item.context, *(each.key for each in others)))
        share = covered(item.key, {t: w for t, w in self.weight_of.items() if t not in elsewhere})
        total = sum(self.weight_of.values())
        kept = sum(w for t, w in self.weight_of.items() if t not in elsewhere)
        return (share * kept / total if total else 0.0) + _SPECIFIC * 2 * max(
            agreement(self.understood.own_words, item.key), 0
        )


def with_lead_in(saying: Saying) -> str:
    """Normalised."""
    return f"{saying.lead_in.key}{saying.key}" if saying.lead_in else saying.key


def label_of(saying: Saying) -> str:
    """办理时限 of 办理时限：审批30个工作日; normalised, empty where the sentence has none."""
    label, colon, _ = saying.key.partition(":")
    return label if colon and len(label) <= _LONGEST_LABEL and saying.group is None else ""


def agreement(question: str, said: str) -> int:
    """1 where a figure of the question is one that the text speaks of (72岁 of 70岁至79岁), -1 where it is none of
    them, 0 where they cannot be compared. Both are normalised.
    """
    stated = [each for each in figures(said) if each.kind in _COMPARED]
    asked = list(_asked(question))
    verdicts = [
        fits
        for kind, unit, value in asked
        for at, each in enumerate(stated)
        if (fits := _fits(said, stated, at, kind, unit, value)) is not None and each.kind is kind
    ]
    if not verdicts:
        return 0
    return 1 if any(verdicts) and all(verdicts) else -1


def _asked(question: str) -> Iterator[tuple[FigureKind, str, Decimal]]:
    for each in figures(question):
        if each.kind in _COMPARED:
            unit, value = each.measured
            bounds = bounds_of(question, each.start, each.end)[0]
            yield each.kind, unit, value - _A_LITTLE * (Bound.LESS in bounds) + _A_LITTLE * (Bound.MORE in bounds)
    for each in bare_amounts(question):
        yield each.kind, each.unit, Decimal(each.value)
    for match in _BARE_AGE.finditer(question):
        if (value := Decimal(match[1])) <= _OLDEST:
            yield FigureKind.AGE, "周岁", value


def _fits(said: str, stated: Sequence[Figure], at: int, kind: FigureKind, unit: str, value: Decimal) -> bool | None:
    """None where the figure at ``at`` bounds nothing that the value could be held against."""
    figure = stated[at]
    own_unit, own = figure.measured
    if figure.kind is not kind or own_unit != unit:
        return None
    if at and _RANGE.search(said[stated[at - 1].end : figure.start]) and stated[at - 1].measured[0] == unit:
        return stated[at - 1].measured[1] <= value <= own
    if at + 1 < len(stated) and _RANGE.search(said[figure.end : stated[at + 1].start]):
        return None
    bounds = bounds_of(said, figure.start, figure.end)[0]
    if Bound.LESS in bounds:
        return value < own
    if Bound.MORE in bounds:
        return value > own
    if Bound.LEAST in bounds:
        return value >= own
    return None
