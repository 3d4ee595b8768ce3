"""The words by which two statements are told apart or held against each other: `prompts/contrasts.yaml`."""

import re
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import model_validator

from kb_service.asking.reading.lexicon import load_districts
from kb_service.publishing.stances import OpposedTopic
from kb_service.publishing.wordings import ValueWording
from kb_service.text.figures import FigureKind
from kb_service.text.vocabulary import AnyOf, Words, any_of, load


class Group(Words):
    """Members exclude one another. A ``marked`` one is a special case, told apart from a text that names none. Of a
    group that ``binds``, sharing a member makes it likelier that two figures speak of one thing. ``not_of``: topics of
    statements that it does not tell apart: who comes is what 代办 is about.
    """

    members: dict[str, AnyOf]
    marked: frozenset[str] = frozenset()
    kinds: frozenset[FigureKind] = frozenset()
    binds: bool = False
    not_of: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _marks_members(self) -> Self:
        if unknown := sorted(self.marked - set(self.members)):
            raise ValueError(f"marked, but no members: {unknown}")
        return self

    def named_in(self, text: str) -> frozenset[str]:
        """Members that a normalised text names."""
        if not self._any_member.search(text):
            return frozenset()
        return frozenset(name for name, pattern in self.members.items() if pattern.search(text))

    @cached_property
    def _any_member(self) -> re.Pattern[str]:
        return any_of(pattern.pattern for pattern in self.members.values())


class Contrasts(Words):
    """As in `prompts/contrasts.yaml`, where each is explained."""

    groups: dict[str, Group]
    wordings: tuple[ValueWording, ...]
    topics: dict[str, OpposedTopic]
    exceptions: AnyOf
    roughly: AnyOf
    is_a_case: AnyOf
    lists_what_is_needed: AnyOf
    grammar: AnyOf
    any_step: AnyOf
    any_title: AnyOf
    of_itself: AnyOf
    about_the_text: AnyOf
    receipt: AnyOf


def load_contrasts(folder: Path) -> Contrasts:
    """With the districts that questions are read with. Raises VocabularyFault, with file and line."""
    words = load(folder, "contrasts.yaml", Contrasts)
    places = load_districts(folder)
    district = Group.model_validate({"members": {name: [each] for name, each in places.pattern_of.items()}})
    return words.model_copy(update={"groups": {"district": district, **words.groups}})
