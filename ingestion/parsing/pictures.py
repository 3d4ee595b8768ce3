"""A picture of text (a scan, a screenshot, a photographed notice) to paragraphs."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from ingestion.parsing.blocks import Block, ParsedFile
from ingestion.parsing.layout import columns_of
from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.ocr import lines_of_picture, recogniser
from ingestion.parsing.paragraphs import paragraphs_of
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused


def read_picture(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    blocks: list[Block] = []
    for number, frame in enumerate(_frames(data, name, limits), start=1):
        blocks.extend(blocks_of_picture(frame, number))
        limits.page_recognised()
    if not blocks:
        raise FileRefused(
            f"{name} shows no text that can be read; upload a sharper picture or the text itself.",
            Cause("picture_without_text"),
        )
    return ParsedFile(tuple(blocks), {})


def blocks_of_picture(picture: Any, page: int) -> list[Block]:
    lines = lines_of_picture(picture, page, recogniser())
    return list(paragraphs_of(columns_of(lines, float(picture.width))))


def opened(data: bytes, name: str, limits: ParsingLimits, *, kinds: tuple[str, ...] | None = None) -> Any:
    """The picture, checked for its size before any pixel is decoded. ``kinds``: Pillow's names; all of them else."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # its limit warns on stderr first; the one below is stricter and refuses
    try:
        picture = Image.open(BytesIO(data), formats=kinds)
    except Exception as error:  # PIL's plugins raise SyntaxError, struct.error, … on damaged headers
        raise FileRefused(
            f"{name} is a damaged picture; save it again as PNG or JPEG.", Cause("picture_damaged")
        ) from error
    if picture.width * picture.height > limits.image_pixels:
        raise FileRefused(
            f"{name} has {picture.width} × {picture.height} pixels, more than can be read; make it smaller.",
            Cause("picture_too_large", {"width": picture.width, "height": picture.height}),
        )
    return picture


def on_white(picture: Any) -> Any:
    """RGB upright; transparent parts become white, or black where the words themselves are light."""
    from PIL import Image, ImageOps, ImageStat

    upright = ImageOps.exif_transpose(picture)
    if "A" not in upright.getbands() and "transparency" not in upright.info:
        return upright.convert("RGB")
    layered = upright.convert("RGBA")
    alpha = layered.getchannel("A")
    lightness = ImageStat.Stat(layered.convert("L"), mask=alpha.point(lambda a: 255 if a > 128 else 0))
    is_light = bool(lightness.count[0]) and lightness.mean[0] > 170
    ground = Image.new("RGBA", layered.size, (0, 0, 0, 255) if is_light else (255, 255, 255, 255))
    return Image.alpha_composite(ground, layered).convert("RGB")


def _frames(data: bytes, name: str, limits: ParsingLimits) -> Iterator[Any]:
    """One after the other: together they would take the memory of a hundred pictures."""
    from PIL import ImageSequence

    picture = opened(data, name, limits)
    try:
        for number, frame in enumerate(ImageSequence.Iterator(picture)):
            if number >= limits.ocr_pages:
                raise FileRefused(
                    f"{name} holds more than {limits.ocr_pages} pictures; split it.",
                    Cause("too_many_pictures", {"limit": limits.ocr_pages}),
                )
            if frame.width * frame.height > limits.image_pixels:
                raise FileRefused(
                    f"{name} holds a picture of {frame.width} × {frame.height} pixels; make it smaller.",
                    Cause("picture_too_large", {"width": frame.width, "height": frame.height}),
                )
            yield on_white(frame.copy())
    except (FileRefused, MemoryError):
        raise
    except Exception as error:  # as in `opened`: decoders raise anything
        raise FileRefused(
            f"{name} is a damaged picture; save it again as PNG or JPEG.", Cause("picture_damaged")
        ) from error
