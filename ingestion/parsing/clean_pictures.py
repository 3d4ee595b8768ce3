"""A picture made anew from its pixels: without place, time and camera, and whatever else a file may hold beside."""

from io import BytesIO
from typing import Any

from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.pictures import on_white, opened
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused

# Pillow's names; its other formats are older and hardly looked after.
_KINDS = ("PNG", "JPEG", "WEBP")
_QUALITY = 88


def cleaned(picture: bytes, *, largest: int, most_pixels: int) -> bytes:
    """The first frame upright. A PNG stays one where it has ``largest`` bytes or fewer, all else becomes JPEG.

    Raises FileRefused.
    """
    frame = opened(picture, "the picture", ParsingLimits(image_pixels=most_pixels), kinds=_KINDS)
    try:
        bare = _bare(frame)
        if frame.format == "PNG" and len(made := _written(bare, "PNG")) <= largest:
            return made
        return _written(bare, "JPEG", quality=_QUALITY)
    except (MemoryError, FileRefused):
        raise
    except Exception as error:  # decoders raise anything
        raise FileRefused("the picture is damaged; save it again as PNG or JPEG.", Cause("picture_damaged")) from error


def _bare(frame: Any) -> Any:
    """Upright, with nothing beside the pixels: what is copied keeps what came with it."""
    from PIL import Image

    upright = on_white(frame)
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    return bare


def _written(picture: Any, kind: str, **options: int) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()
