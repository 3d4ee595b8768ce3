"""What is not a question for documents: whose reason it is, by the patterns of `prompts/scope.yaml`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kb_service.domain.answers import Reason

_HAN = "\u3007\u3400-\u9fff"
# 转 人 工, 忽·略: marks between characters hide words.
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])[\s*·._\-~|/^]+(?=[{_HAN}])")
_NAMED = re.compile(r"\{([a-z_]+)\}")
_NOTHING = re.compile(r"(?!)")
# Fewer characters than this left beside an insult ask nothing.
_SAYS_SOMETHING = 3


@dataclass(frozen=True, slots=True)
class ScopeRule:
    """A reason, what makes it, and what only looks like it and is taken out before looking."""

    reason: Reason
    found: re.Pattern[str]
    cut: re.Pattern[str]

    def holds(self, text: str) -> bool:
        return self.found.search(text) is not None and self.found.search(self.cut.sub("¦", text)) is not None


@dataclass(frozen=True, slots=True)
class ScopeWords:
    """All patterns are for normalised text. ``rules`` in the order in which they are looked for."""

    rules: tuple[ScopeRule, ...]
    unless_answered: tuple[ScopeRule, ...]
    insults: re.Pattern[str]
    around_insults: re.Pattern[str]
    threats: re.Pattern[str]
    orders: re.Pattern[str]

    def scope(self, text: str, revealed: str) -> Reason | None:
        """``revealed``: what the message hides (see `unveiling`), looked through for orders as well.

        Distress comes before all else: a threat against oneself is no abuse.
        """
        tight = closed_up(text)
        first, *others = self.rules
        if first.holds(tight):
            return first.reason
        if self.threats.search(tight) or self.gives_orders(text) or self.gives_orders(revealed):
            return Reason.ABUSE
        return next((rule.reason for rule in others if rule.holds(tight)), None)

    def scope_unless_answered(self, text: str) -> Reason | None:
        """The reason that applies where the knowledge base has no sure answer: 劳动仲裁的时效 may well be in it."""
        tight = closed_up(text)
        return next((rule.reason for rule in self.unless_answered if rule.holds(tight)), None)

    def gives_orders(self, text: str) -> bool:
        """Whether a text wants to change the rules, or passes for somebody else's."""
        return bool(text) and self.orders.search(closed_up(text)) is not None

    def only_insults(self, text: str) -> bool:
        """Insults, and nothing else said."""
        without = self.without_insults(text)
        return without != text and len(self.around_insults.sub("", without)) < _SAYS_SOMETHING

    def without_insults(self, text: str) -> str:
        return self.insults.sub("", text).strip(" ,，。!") if self.insults.search(text) else text


def closed_up(text: str) -> str:
    """Without spaces and marks between Chinese characters; 活著 as 活着, which converters leave for 著名."""
    return _BETWEEN_HAN.sub("", text).replace("著", "着")


def load_scope_words(folder: Path) -> ScopeWords:
    """Raises FileNotFoundError, KeyError, ValueError or re.error when the file, a part or a pattern is wrong."""
    said = yaml.safe_load((folder / "scope.yaml").read_text(encoding="utf-8"))
    words: Mapping[str, str] = said["words"]

    def pattern(parts: Sequence[str]) -> re.Pattern[str]:
        return _any(_NAMED.sub(lambda name: words[name[1]], part) for part in parts) if parts else _NOTHING

    def rules(of: Iterable[Mapping[str, Any]]) -> tuple[ScopeRule, ...]:
        return tuple(ScopeRule(Reason(each["reason"]), pattern(each["found"]), pattern(each["cut"])) for each in of)

    return ScopeWords(
        rules=rules(said["rules"]),
        unless_answered=rules(said["unless_answered"]),
        insults=pattern(said["insults"]),
        around_insults=re.compile(said["around_insults"]),
        threats=pattern(said["threats"]),
        orders=pattern(said["orders"]),
    )


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))
