"""The one reader of districts: named in full or in short, and not where another name begins with one (静安寺路)."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from kb_service.text.vocabulary import Words, any_of

# 浦东 and 徐汇 are districts too.
_END = re.compile("(?:新区|区)$")


class Districts(Words):
    """The part `places` of `prompts/reading.yaml`: full names, and what before or behind a short one makes another."""

    districts: tuple[str, ...]
    no_district_before: tuple[str, ...]
    no_district_after: tuple[str, ...]

    @cached_property
    def any(self) -> re.Pattern[str]:
        """Finds each, in normalised text."""
        return any_of([*self.districts, self._short(map(_short_name, self.districts))])

    @cached_property
    def pattern_of(self) -> Mapping[str, str]:
        """What finds one of them, by its full name."""
        return {name: f"{re.escape(name)}|{self._short([_short_name(name)])}" for name in self.districts}

    def named_in(self, text: str) -> frozenset[str]:
        """The full names of those that a normalised text names."""
        return frozenset(self._full_name_of[_short_name(each.group())] for each in self.any.finditer(text))

    @cached_property
    def _full_name_of(self) -> Mapping[str, str]:
        return {_short_name(name): name for name in self.districts}

    def _short(self, names: Iterable[str]) -> str:
        before = "".join(f"(?<!{each})" for each in self.no_district_before)
        return f"{before}(?:{_alternatives(names)})(?:区)?(?!{_alternatives(self.no_district_after)})"


def _short_name(name: str) -> str:
    return _END.sub("", name)


def _alternatives(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, texts))
