"""What is no question for documents, or has courtesies and insults around it.

Most of it goes by examples; the patterns of `prompts/scope.yaml` find what must never be missed word for word, orders
in whatever disguise, and other places by name. Those of the part `courtesy` of `prompts/lexicon.yaml` take off what
stands around a question. All are for normalised text.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from kb_service.asking.reading.examples import PLAIN, Likeness, MessageClass
from kb_service.text.vocabulary import AnyOf, Words

_HAN = "\u3007\u3400-\u9fff"
# 转 人 工, 忽·略: marks between characters hide words.
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])[\s*·._\-~|/^]+(?=[{_HAN}])")
# Fewer characters than this left beside an insult ask nothing.
_LEAST_SAID = 3
# Pictures of any kind say nothing either (多谢🌹).
_MARKS = "[\\s,，。.!！?？~～…、:：;；^_()\u2600-\u27bf\ufe0f\U0001f300-\U0001faff]+"
# Nobody greets in so many words; longer messages say something else as well.
_LONGEST_COURTESY = 60
_MOST_COURTESIES = 4
# Where courtesies around a question are looked for, from either end.
_EDGE = 40


class Distress(Words):
    """What makes it, and what only looks like it and is taken out before looking.

    ``likely``, ``likely_cut``: likewise, of what is said in passing as well (我撑不下去了,低保怎么申请).
    """

    found: AnyOf
    cut: AnyOf
    likely: AnyOf
    likely_cut: re.Pattern[str]

    def stands_in(self, text: str) -> bool:
        return self.found.search(text) is not None and self.found.search(self.cut.sub("¦", text)) is not None

    def is_likely_in(self, text: str) -> bool:
        return self.likely.search(text) is not None and self.likely.search(self.likely_cut.sub("¦", text)) is not None


class OtherPlaces(Words):
    """Names of cities, provinces and countries that are not ours, and what tells asking about one from naming it.

    ``there``: words that ask about a place named before them.
    """

    home: re.Pattern[str]
    mentioned_before: str
    mentioned_after: str
    there: re.Pattern[str]
    another_name: str
    places: tuple[str, ...]

    def is_named(self, text: str) -> bool:
        return self._named.search(text) is not None and self.home.search(text) is None

    def is_asked_about(self, text: str) -> bool:
        if self.home.search(text):
            return False
        if self.there.search(text) and self.is_named(text):
            return True
        return any(not self._before.search(text, 0, each.start()) for each in self._free.finditer(text))

    @cached_property
    def _named(self) -> re.Pattern[str]:
        longest_first = sorted(self.places, key=len, reverse=True)
        return re.compile(f"(?>{'|'.join(map(re.escape, longest_first))})(?!{self.another_name})")

    @cached_property
    def _free(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self._named.pattern})[省市]?+(?!{self.mentioned_after})")

    @cached_property
    def _before(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self.mentioned_before})$")


class ScopeWords(Words):
    """`prompts/scope.yaml`. ``own_records``: what only a person's own records can tell (批下来了吗, 余额)."""

    platform_owner: str
    accepted_false_alarms: Mapping[MessageClass, float]
    distress: Distress
    elsewhere: OtherPlaces
    insults: AnyOf
    around_insults: re.Pattern[str]
    orders: AnyOf
    own_records: AnyOf

    def likeness(self, text: str, hidden: str, by_examples: Callable[[], Likeness]) -> Likeness:
        """The class of a normalised message. ``hidden``: what it hides from a reader's eye, looked through for orders.

        Distress comes before all else: a threat against oneself is no abuse.
        """
        tight = closed_up(text)
        if self.distress.stands_in(tight):
            return _certain(MessageClass.DISTRESS)
        if self.is_only_insults(text):
            return _certain(MessageClass.ABUSE)
        found = by_examples()
        if found.sure is not MessageClass.DISTRESS and self.distress.is_likely_in(tight):
            found = Likeness(MessageClass.DISTRESS, MessageClass.DISTRESS)
        if found.sure is MessageClass.DISTRESS:
            return found
        if self.gives_orders(text) or self.gives_orders(hidden):
            return _certain(MessageClass.ORDERS)
        if self.elsewhere.is_asked_about(tight):
            return _certain(MessageClass.ELSEWHERE)
        if MessageClass.ELSEWHERE in (found.sure, found.likely) and not self.elsewhere.is_named(tight):
            return replace(PLAIN, may_be_distress=True) if found.may_be_distress else PLAIN
        return found

    def gives_orders(self, text: str) -> bool:
        """Whether a text wants to change the rules, or passes for somebody else's."""
        return bool(text) and self.orders.search(closed_up(text)) is not None

    def without_insults(self, text: str) -> str:
        return self.insults.sub("", text).strip(" ,，。!") if self.insults.search(text) else text

    def is_only_insults(self, text: str) -> bool:
        without = self.without_insults(text)
        return without != text and len(self.around_insults.sub("", without)) < _LEAST_SAID


def _certain(each: MessageClass) -> Likeness:
    return Likeness(each, each, is_word_for_word=True)


class Courtesies(Words):
    """``units``: greetings, thanks; ``particles``: what may stand around them; ``openings``: units that need no mark
    before the question (你好我想问…). ``leave``: what ends a talk rather than begins it; ``closings``:
    whole messages that do, with something that asks nothing in between (算了，我直接过去问).
    """

    openings: tuple[str, ...]
    units: tuple[str, ...]
    particles: tuple[str, ...]
    leave: AnyOf
    closings: AnyOf

    def is_all_of(self, text: str) -> bool:
        """Whether a message is nothing but courtesies."""
        if len(text) > _LONGEST_COURTESY or self._unit.search(text) is None:
            return False
        return not self._around.sub("", self._unit.sub("", text))

    def without(self, text: str) -> str:
        """The text without the courtesies around it; all of it where it has nothing else."""
        bare = text
        for _ in range(_MOST_COURTESIES):
            bare = self._front.sub("", bare[:_EDGE]) + bare[_EDGE:]
        for _ in range(_MOST_COURTESIES):
            cut = max(0, len(bare) - _EDGE)
            bare = bare[:cut] + self._back.sub("", bare[cut:])
        return bare.strip() or text

    @cached_property
    def _unit(self) -> re.Pattern[str]:
        return re.compile(_group(self.units))

    @cached_property
    def _around(self) -> re.Pattern[str]:
        return re.compile(rf"{_group(self.particles)}|{_MARKS}")

    @cached_property
    def _front(self) -> re.Pattern[str]:
        unit, particle, opening = _group(self.units), _group(self.particles), _group(self.openings)
        return re.compile(rf"^(?:{_MARKS})?(?:{unit}{particle}{{0,4}}{_MARKS}|{opening}[啊呀哦,。!~ ]*)")

    @cached_property
    def _back(self) -> re.Pattern[str]:
        return re.compile(rf"{_MARKS}{_group(self.units)}{_group(self.particles)}{{0,4}}(?:{_MARKS})?$")


def closed_up(text: str) -> str:
    """Without spaces and marks between Chinese characters; 活著 as 活着, which converters leave for 著名."""
    return _BETWEEN_HAN.sub("", text).replace("著", "着")


def _group(patterns: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(patterns)})"
