"""The words that tell two figures of one matter apart, from `prompts/contrasts.yaml`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from kb_service.text.figures import FigureKind


@dataclass(frozen=True, slots=True)
class Group:
    """Members exclude one another. A ``marked`` one is a special case, told apart from a text that names none. Of a
    group that ``binds``, sharing a member makes it likelier that two figures speak of one thing.
    """

    name: str
    patterns: Mapping[str, re.Pattern[str]]
    marked: frozenset[str]
    kinds: frozenset[FigureKind]
    binds: bool
    any_member: re.Pattern[str]

    def named_in(self, text: str) -> frozenset[str]:
        """Members that a normalised text names."""
        if not self.any_member.search(text):
            return frozenset()
        return frozenset(name for name, pattern in self.patterns.items() if pattern.search(text))


def load_contrasts(folder: Path) -> tuple[Group, ...]:
    """Raises FileNotFoundError, KeyError or ValueError when the file or one of its parts is missing or misspelt."""
    told = yaml.safe_load((folder / "contrasts.yaml").read_text(encoding="utf-8"))
    return tuple(_group(name, each) for name, each in told["groups"].items())


def _group(name: str, told: Mapping[str, Iterable[str]]) -> Group:
    members: Mapping[str, Iterable[str]] = dict(told["members"])  # type: ignore[arg-type]
    marked = frozenset(told.get("marked", ()))
    if unknown := marked - set(members):
        raise ValueError(f"contrasts.yaml: {name}: marked, but no members: {sorted(unknown)}")
    return Group(
        name=name,
        patterns={member: re.compile("|".join(words)) for member, words in members.items()},
        marked=marked,
        kinds=frozenset(FigureKind(kind) for kind in told.get("kinds", ())),
        binds=bool(told.get("binds")),
        any_member=re.compile("|".join(word for words in members.values() for word in words)),
    )
