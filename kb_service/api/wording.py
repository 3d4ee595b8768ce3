"""The doors' own words for residents, from `prompts/doors.yaml`."""

import functools
from collections.abc import Mapping
from pathlib import Path

from kb_service.text.vocabulary import Words, load


class DoorWords(Words):
    """`prompts/doors.yaml`; blanks in braces."""

    see_picture: str
    footnote: str
    from_day: str
    until_day: str
    option: str


@functools.cache
def door_wording(folder: Path) -> Mapping[str, str]:
    """By name; read once. Raises VocabularyFault."""
    return load(folder, "doors.yaml", DoorWords).model_dump()
