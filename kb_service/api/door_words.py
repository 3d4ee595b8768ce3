"""What the doors themselves say around an answer: `prompts/doors.yaml`."""

import functools
from collections.abc import Mapping
from pathlib import Path

from kb_service.domain.answers import Method
from kb_service.text.vocabulary import Words, load


class DoorWords(Words):
    """Blanks in braces."""

    see_picture: str
    footnote: str
    from_day: str
    until_day: str
    option: str
    produced_by: Mapping[Method, str]


@functools.cache
def door_words(folder: Path) -> DoorWords:
    """Read once. Raises VocabularyFault."""
    return load(folder, "doors.yaml", DoorWords)
