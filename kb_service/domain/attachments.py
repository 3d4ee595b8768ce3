"""Pictures and recorded sound in a talk: what they are is found in their bytes, whatever their name says."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class AttachmentKind(StrEnum):
    PICTURE = "picture"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Attachment:
    """``number`` counts from 1 within its talk. ``size``: in bytes."""

    number: int
    kind: AttachmentKind
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """What goes with a message before it has a number."""

    kind: AttachmentKind
    media_type: str
    content: bytes


def contents_of(files: Sequence[AttachedFile]) -> Sequence[bytes]:
    return [each.content for each in files]


# PNG: RFC 2083, 12.11; JPEG: ITU-T T.81, B.1.1.3 (SOI and a marker); WebP: RFC 9649, 2.4.
def is_picture(content: bytes) -> bool:
    """By its beginning; whether it can be decoded is found out by decoding it."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return is_webp or content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


def sound_type(content: bytes) -> str | None:
    """The media type of recorded sound that browsers play; None for everything else, films too."""
    return next((media_type for media_type, is_it in _SOUNDS if is_it(content)), None)


def without_places(content: bytes) -> bytes:
    """Recorders write where they stand into a file. Of WAV and MP3 the sound alone is left, without what is told of
    it; elsewhere a place is blanked as ISO 6709 writes it, in degrees, minutes or seconds (`+31.2304+121.4737/`)."""
    if (chunks := _wav_chunks(content)) is not None:
        return _wav_of(chunks)
    if _is_mp3(content):
        return content[_behind_tag(content) : -_ID3V1 if content[-_ID3V1:].startswith(b"TAG") else None]
    return _PLACE.sub(lambda found: re.sub(rb"\d", b"0", found[0]), content)


_PLACE = re.compile(
    rb"[+-]\d{2}\.\d{2,8}[+-]\d{3}\.\d{2,8}|[+-]\d{4,6}(?:\.\d{1,8})?[+-]\d{5,7}(?:\.\d{1,8})?(?=[/+-])"
)
_ID3V1 = 128  # bytes at the end, https://id3.org/ID3v1
# How far into a file its head reaches, in bytes.
_HEAD = 8192


def _is_webm(content: bytes) -> bool:
    """RFC 8794, 11.2.1 (EBML) with the DocType of WebM; codecs by their names in draft-ietf-cellar-codec."""
    head = content[:_HEAD]
    is_webm = head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]
    return is_webm and b"A_OPUS" in head and not any(each in head for each in (b"V_VP", b"V_AV1", b"V_MPEG"))


def _is_ogg(content: bytes) -> bool:
    """RFC 3533, 6, with the first packet that RFC 7845, 5.1 has for Opus."""
    return content.startswith(b"OggS") and content[28:36] == b"OpusHead"


def _is_mp4(content: bytes) -> bool:
    """ISO/IEC 14496-12, 4.3 (ftyp) and 8.4.3 (hdlr), with a track of sound and none of pictures."""
    handlers = set(re.findall(rb"hdlr.{8}(soun|vide)", content, re.DOTALL))
    return content[4:8] == b"ftyp" and handlers == {b"soun"}


def _is_mp3(content: bytes) -> bool:
    """ISO/IEC 11172-3, 2.4.1.3, perhaps behind a tag of id3.org's "ID3 tag version 2.4.0", 3.1."""
    start = _behind_tag(content)
    head = content[start : start + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer, rate, sampling = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and rate not in (0, 15) and sampling != 3


def _behind_tag(content: bytes) -> int:
    if not content.startswith(b"ID3") or len(content) <= 10:
        return 0
    size = content[6:10]
    return 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])


def _is_wav(content: bytes) -> bool:
    return _wav_chunks(content) is not None


def _wav_chunks(content: bytes) -> dict[bytes, bytes] | None:
    """The format and the sound; None of what has not both.

    RFC 2361; "Multimedia Programming Interface and Data Specifications 1.0" (IBM, Microsoft), Waveform Audio. What is
    still being recorded has no length yet: then the sound reaches to the end.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(content) and b"data" not in found:
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if name == b"data" and size == 0:
            size = len(content)
        if name in _OF_SOUND:
            found[name] = content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found if len(found.get(b"fmt ", b"")) >= _SHORTEST_FORMAT and b"data" in found else None


_OF_SOUND = (b"fmt ", b"fact", b"data")
_SHORTEST_FORMAT = 14  # bytes


def _wav_of(chunks: dict[bytes, bytes]) -> bytes:
    parts = [name + len(of).to_bytes(4, "little") + of + b"\0" * (len(of) % 2) for name, of in chunks.items()]
    body = b"WAVE" + b"".join(parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


_SOUNDS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("audio/webm", _is_webm),
    ("audio/ogg", _is_ogg),
    ("audio/mp4", _is_mp4),
    ("audio/mpeg", _is_mp3),
    ("audio/wav", _is_wav),
)
