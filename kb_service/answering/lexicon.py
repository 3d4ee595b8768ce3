"""The words that questions are read with and the wording of replies, from the files in `prompts/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from kb_service.domain.answers import Reason
from kb_service.domain.matters import Facet


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words are in normalised form (simplified, lower case)."""

    facet_words: Mapping[Facet, tuple[str, ...]]
    facet_headings: Mapping[Facet, tuple[str, ...]]
    asking_words: tuple[str, ...]
    courtesy: tuple[str, ...]
    scope_words: Mapping[Reason, tuple[str, ...]]
    wording: Mapping[str, str]

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
        courtesy=tuple(words["courtesy"]),
        scope_words={Reason(name): tuple(found) for name, found in words["scope"].items()},
        wording=wording,
    )
