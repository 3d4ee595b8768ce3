"""The words that questions are read with and the wording of replies, from the files in `prompts/`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from kb_service.asking.reading.courtesies import Courtesies, courtesies
from kb_service.asking.reading.scoping import ScopeWords, load_scope_words
from kb_service.domain.matters import Facet


@dataclass(frozen=True, slots=True)
class Expectation:
    """A question that matches ``asked`` is answered only by a text that matches ``needed``."""

    asked: re.Pattern[str]
    needed: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words are in normalised form (simplified, lower case)."""

    facet_words: Mapping[Facet, tuple[str, ...]]
    facet_headings: Mapping[Facet, tuple[str, ...]]
    asking_words: tuple[str, ...]
    courtesies: Courtesies
    scope: ScopeWords
    expectations: tuple[Expectation, ...]
    disclaimers: tuple[str, ...]
    wording: Mapping[str, str]

    def lacks_what_is_asked(self, question: str, answer: str) -> bool:
        """Whether a question asks for an amount, time or number that the answer has not, or says it has not.

        Both texts are normalised.
        """
        if any(word in answer for word in self.disclaimers):
            return True
        return any(each.asked.search(question) and not each.needed.search(answer) for each in self.expectations)

    def say(self, name: str, **values: str) -> str:
        """A wording with its blanks filled in. Raises KeyError for an unknown name or a blank without a value."""
        return self.wording[name].format(**values)


def load_lexicon(folder: Path) -> Lexicon:
    """Raises FileNotFoundError, KeyError or ValueError when a file or one of its parts is missing or misspelt."""
    words = yaml.safe_load((folder / "lexicon.yaml").read_text(encoding="utf-8"))
    wording = yaml.safe_load((folder / "wording.yaml").read_text(encoding="utf-8"))
    return Lexicon(
        facet_words={Facet(name): tuple(found) for name, found in words["facets"].items()},
        facet_headings={Facet(name): tuple(found) for name, found in words["facet_headings"].items()},
        asking_words=tuple(words["asking_words"]),
        courtesies=courtesies(**words["courtesy"]),
        scope=load_scope_words(folder),
        expectations=tuple(
            Expectation(re.compile(each["asked"]), re.compile(each["needed"])) for each in words["expected"]
        ),
        disclaimers=tuple(words["disclaimers"]),
        wording=wording,
    )
