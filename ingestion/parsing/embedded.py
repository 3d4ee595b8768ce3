"""Pictures inside office files: read when they, and not the text around them, carry what the file says."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingestion.parsing.blocks import Block
from ingestion.parsing.limits import ParsingLimits
from kb_service.domain.errors import FileRefused

# A file with fewer characters than this for each picture is a series of pictures with captions.
_CHARACTERS_PER_PICTURE = 100
_SMALLEST_SIDES = (60, 20)  # pixels; below are icons and rules
_MOST_PICTURES = 30


def blocks_of_embedded(
    pictures: Sequence[bytes], blocks: Sequence[Block], *, name: str, limits: ParsingLimits, page: int | None = None
) -> Iterator[Block]:
    """The text in the pictures, or nothing where the file has enough text of its own."""
    characters = sum(len(block.text) for block in blocks)
    if not pictures or characters >= _CHARACTERS_PER_PICTURE * len(pictures):
        return
    for data in list(dict.fromkeys(pictures))[:_MOST_PICTURES]:
        for block in _read(data, name, limits):
            yield replace(block, page=page)


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
    return blocks
