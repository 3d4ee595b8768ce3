"""Making pictures anew that people send each other, in a child process that is given up on after a while."""

from functools import partial

from ingestion.parsing.clean_pictures import cleaned
from ingestion.reading_pictures import MOST_PIXELS, PictureReading

_LINE = 16


class PictureCleaning:
    """One picture at a time, the others in a line. Thread-safe; the child ends by itself, or with ``close``."""

    def __init__(self, *, largest: int) -> None:
        """``largest``: bytes that a picture made anew may have before it is packed more tightly."""
        self._working = PictureReading(reader=partial(cleaned, largest=largest, most_pixels=MOST_PIXELS), line=_LINE)

    def cleaned(self, picture: bytes) -> bytes:
        """As PNG or JPEG. Raises PictureRefused."""
        made = self._working.made(picture)
        assert isinstance(made, bytes)
        return made

    def close(self) -> None:
        self._working.close()
