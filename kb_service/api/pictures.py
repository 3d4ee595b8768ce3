"""Pictures that come with a question: taken out of JSON, checked by their outside, and read beside the server."""

import base64
import binascii
from typing import Annotated

from fastapi import Depends, Request

from ingestion.reading_pictures import PictureReading
from kb_service.domain.errors import PictureRefused

LARGEST_PICTURE = 4 * 1024 * 1024
# In base64, with what stands before it in a data URL.
LONGEST_PICTURE = LARGEST_PICTURE * 4 // 3 + 200
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def picture_of(sent: str) -> bytes:
    """From base64 or a data URL. Raises PictureRefused."""
    written = sent.strip()
    if written[:5].lower() == "data:":
        head, comma, written = written.partition(",")
        if not comma or not head.lower().endswith(";base64"):
            raise PictureRefused("the data: URL of a picture must be data:image/png;base64,… (or jpeg, webp)")
    elif "://" in written[:12]:
        raise PictureRefused("addresses are not opened; send the picture itself, in base64 or as a data: URL")
    if len(written) > LONGEST_PICTURE:
        raise PictureRefused(f"a picture may have {LARGEST_PICTURE // 2**20} MB; cut out the part that matters")
    try:
        picture = base64.b64decode("".join(written.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PictureRefused("the picture is not valid base64") from error
    if len(picture) > LARGEST_PICTURE:
        raise PictureRefused(f"a picture may have {LARGEST_PICTURE // 2**20} MB; cut out the part that matters")
    is_webp = picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"
    if not (is_webp or picture.startswith(_STARTS)):
        raise PictureRefused("the picture is no PNG, JPEG or WebP; save it as one of these")
    return picture


def _reading(request: Request) -> PictureReading:
    """Made at the first request; it starts no process before there is a picture."""
    state = request.app.state
    if not hasattr(state, "pictures"):
        state.pictures = PictureReading()
    reading: PictureReading = state.pictures
    return reading


PicturesOf = Annotated[PictureReading, Depends(_reading)]
