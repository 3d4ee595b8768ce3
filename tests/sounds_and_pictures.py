"""Small pictures and recordings, made here: just enough of each format to be known by its bytes."""

import struct
from io import BytesIO
from typing import Any

from PIL import Image

PLACE = b"+31.2304+121.4737/"
GPS, CAMERA = 0x8825, 0x010F


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, kind, **options)
    return file.getvalue()


def photograph() -> bytes:
    """Of a phone: held sideways, with the camera and the place in its EXIF, and a comment."""
    exif = Image.Exif()
    exif[CAMERA] = "Camera of somebody"
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(GPS)[1], exif.get_ifd(GPS)[2] = "N", (31.0, 13.0, 49.0)
    return picture(exif=exif, comment=b"written by the phone")


def webm(codec: bytes = b"A_OPUS") -> bytes:
    return b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\x00" * 20 + b"\x86\x86" + codec + b"\x00" * 99


def ogg() -> bytes:
    return b"OggS" + b"\x00" * 22 + b"\x01\x13" + b"OpusHead\x01\x01" + b"\x00" * 99


def mp4(handler: bytes = b"soun", place: bytes = b"") -> bytes:
    return b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00" + b"hdlr" + b"\x00" * 8 + handler + place + b"\x00" * 99


def mp3(tag: bytes = b"") -> bytes:
    """MPEG 1, layer III, 128 kbit/s, 44.1 kHz; perhaps behind a tag of 300 bytes."""
    head = b"ID3\x04\x00\x00\x00\x00\x02\x2c" + tag.ljust(300, b"\x00") if tag else b""
    return head + b"\xff\xfb\x90\x00" + b"\x00" * 413


def wav(seconds: float = 0.1) -> bytes:
    samples = b"\x00\x00" * int(8000 * seconds)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
    body = b"WAVE" + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body
