"""Pictures inside office files: read when they, and not the text around them, carry what the file says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingestion.parsing.blocks import Block
from ingestion.parsing.limits import ParsingLimits
from kb_service.domain.errors import FileRefused

# A file with fewer characters than this for each picture is a series of pictures with captions.
_CHARACTERS_PER_PICTURE = 100
_SMALLEST_SIDES = (60, 20)  # pixels; below are icons and rules
_MOST_PICTURES = 30


@dataclass(frozen=True, slots=True)
class Embedded:
    """What was read in the pictures of a file; ``unread``: how many gave no text, or were not looked at."""

    blocks: tuple[Block, ...]
    pictures: int
    unread: int


def read_embedded(pictures: Sequence[bytes], blocks: Sequence[Block], *, name: str, limits: ParsingLimits) -> Embedded:
    """The text in the pictures, or nothing where the file has enough text of its own."""
    different = list(dict.fromkeys(pictures))
    characters = sum(len(block.text) for block in blocks)
    if not pictures or characters >= _CHARACTERS_PER_PICTURE * len(pictures):
        return Embedded((), len(different), len(different))
    read = [_read(data, name, limits) for data in different[:_MOST_PICTURES]]
    with_text = sum(map(bool, read))
    return Embedded(tuple(block for found in read for block in found), len(different), len(different) - with_text)


def _read(data: bytes, name: str, limits: ParsingLimits) -> list[Block]:
    from ingestion.parsing.pictures import blocks_of_picture, on_white, opened

    try:
        picture = opened(data, name, limits)
        if picture.width < _SMALLEST_SIDES[0] or picture.height < _SMALLEST_SIDES[1]:
            return []
        blocks = blocks_of_picture(on_white(picture), 1)
    except (FileRefused, OSError, ValueError):  # a drawing (emf, svg) or a damaged picture beside readable text
        return []
    limits.page_recognised()
    return [replace(block, page=None) for block in blocks]
