"""What is no question for documents, or has courtesies and insults around it: by the patterns of a site.

Patterns are those of `prompts/scope.yaml` and of the part `courtesy` of `prompts/lexicon.yaml`, for normalised text.
"""

import re
from collections.abc import Mapping
from functools import cached_property

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from kb_service.domain.answers import Reason
from kb_service.text.vocabulary import AnyOf, Words

_HAN = "\u3007\u3400-\u9fff"
# 转 人 工, 忽·略: marks between characters hide words.
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])[\s*·._\-~|/^]+(?=[{_HAN}])")
_WORD = re.compile(r"\{([a-z_]+)\}")
# Fewer characters than this left beside an insult ask nothing.
_LEAST_SAID = 3
_MARKS = r"[\s,，。.!！?？~～…、:：;；^_()👋🙏😊]+"
# Nobody greets in so many words; longer messages say something else as well.
_LONGEST_COURTESY = 60
_MOST_COURTESIES = 4
# Where courtesies around a question are looked for, from either end.
_EDGE = 40


def filled(value: object, words: Mapping[str, str], place: tuple[str | int, ...] = ()) -> object:
    """Every ``{name}`` in the texts of ``value`` replaced by its word, so that patterns may share parts."""
    if isinstance(value, dict):
        return {key: filled(each, words, (*place, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, words, (*place, at)) for at, each in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in _WORD.findall(value):
        if name not in words:
            context = {"name": name, "place": list(place)}
            raise PydanticCustomError("word", "{{{name}}} is none of the words of this file", context)
    return _WORD.sub(lambda found: words[found[1]], value)


class ScopeRule(Words):
    """A reason, what makes it, and what only looks like it and is taken out before looking."""

    reason: Reason
    found: AnyOf
    cut: AnyOf

    def applies(self, text: str) -> bool:
        return self.found.search(text) is not None and self.found.search(self.cut.sub("¦", text)) is not None


class ScopeWords(Words):
    """`prompts/scope.yaml`. ``rules`` in the order in which they are looked for, distress first."""

    platform_owner: str
    words: Mapping[str, str]
    rules: tuple[ScopeRule, ...]
    unless_answered: tuple[ScopeRule, ...]
    insults: AnyOf
    around_insults: re.Pattern[str]
    threats: AnyOf
    orders: AnyOf

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, value: object) -> object:
        if not isinstance(value, dict) or not isinstance(value.get("words"), dict):
            return value
        return {
            name: each if name == "words" else filled(each, value["words"], (name,)) for name, each in value.items()
        }

    def scope(self, text: str, hidden: str) -> Reason | None:
        """``hidden``: what the message hides from a reader's eye, looked through for orders as well.

        Distress comes before all else: a threat against oneself is no abuse.
        """
        tight = closed_up(text)
        first, *others = self.rules
        if first.applies(tight):
            return first.reason
        if self.threats.search(tight) or self.gives_orders(text) or self.gives_orders(hidden):
            return Reason.ABUSE
        found = next((rule.reason for rule in others if rule.applies(tight)), None)
        return Reason.ABUSE if found is None and self._only_insults(text) else found

    def scope_unless_answered(self, text: str) -> Reason | None:
        """The reason that applies where the knowledge base has no sure answer: 劳动仲裁的时效 may well be in it."""
        tight = closed_up(text)
        return next((rule.reason for rule in self.unless_answered if rule.applies(tight)), None)

    def gives_orders(self, text: str) -> bool:
        """Whether a text wants to change the rules, or passes for somebody else's."""
        return bool(text) and self.orders.search(closed_up(text)) is not None

    def without_insults(self, text: str) -> str:
        return self.insults.sub("", text).strip(" ,，。!") if self.insults.search(text) else text

    def _only_insults(self, text: str) -> bool:
        without = self.without_insults(text)
        return without != text and len(self.around_insults.sub("", without)) < _LEAST_SAID


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
