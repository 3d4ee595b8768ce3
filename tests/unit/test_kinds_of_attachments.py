"""What is attached is known by its bytes, and freed of the place where it was made."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from ingestion.parsing.clean_pictures import cleaned
from kb_service.domain.attachments import AttachmentKind, sound_type, without_places
from kb_service.domain.causes import Cause
from kb_service.domain.errors import AttachmentRefused, AttachmentTooLarge, FileRefused, PictureRefused
from kb_service.helping.attaching import attached_file
from tests.sounds_and_pictures import PLACE, mp3, mp4, ogg, photograph, picture, wav, webm


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (webm(), "audio/webm"), (ogg(), "audio/ogg"), (mp4(), "audio/mp4"), (mp3(), "audio/mpeg"),
        (mp3(b"TIT2"), "audio/mpeg"), (wav(), "audio/wav"),
    ],
)  # fmt: skip
def test_sound_is_known_by_its_bytes(content: bytes, media_type: str) -> None:
    assert sound_type(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html><script>alert(1)</script>", b"ID3<html>" + b"x" * 400, b"%PDF-1.7 ", b"MZ\x90\x00" + b"\x00" * 99,
        webm(b"V_VP8 A_OPUS"), webm(b"A_AAC"), mp4(b"vide"), mp4(b"soun" + b"hdlr" + b"\x00" * 8 + b"vide"),
        b"\xff\xfe<\x00h\x00t\x00m\x00l\x00", b"\xff\xf1\x50\x80\x00\x1f\xfc", b"RIFF\x00\x00\x00\x00AVI LIST",
        b"OggS" + b"\x00" * 24 + b"\x80theora", b"RIFF\x10\x00\x00\x00WAVEfmt <script>alert(1)</script>",
    ],
)  # fmt: skip
def test_pages_programs_and_films_are_no_sound(content: bytes) -> None:
    assert sound_type(content) is None


def test_the_place_in_a_recording_is_blanked_and_nothing_else() -> None:
    recorded = mp4(place=b"\xa9xyz\x00\x12\x15\xc7" + PLACE)
    blank = without_places(recorded)
    assert PLACE in recorded and b"+00.0000+000.0000/" in blank
    assert blank.replace(b"+00.0000+000.0000", PLACE[:-1]) == recorded
    assert without_places(wav()) == wav()


def tagged_wav() -> bytes:
    """What is told of a recording stands before, between and behind its sound."""
    told = b"LIST\x22\x00\x00\x00INFOICMT\x16\x00\x00\x00" + b"31.2304,121.4737 at me"
    head, form, sound = wav()[:12], wav()[12:36], wav()[36:]
    return head + told + form + b"bext\x08\x00\x00\x00+31+121/" + sound + told + b"31.2304"


@pytest.mark.parametrize(
    ("recorded", "alone"),
    [
        (tagged_wav(), wav()),
        (mp3(b"31.2304,121.4737") + b"TAG31.2304,121.4737".ljust(128, b"\0"), mp3()),
        (mp4(place=b"+3113.82+12128.42/"), mp4(place=b"+0000.00+00000.00/")),
        (mp4(place=b"+311349+1212825+010/"), mp4(place=b"+000000+0000000+010/")),
    ],
)
def test_nothing_of_what_a_recorder_tells_beside_the_sound_is_kept(recorded: bytes, alone: bytes) -> None:
    assert without_places(recorded) == alone


def test_a_photograph_keeps_its_pixels_upright_and_nothing_beside_them() -> None:
    sent = photograph()
    assert b"Camera of somebody" in sent and b"written by the phone" in sent
    made = cleaned(sent, largest=10**6, most_pixels=10**6)
    opened = Image.open(BytesIO(made))
    assert (opened.size, opened.format, dict(opened.getexif())) == ((40, 60), "JPEG", {})
    assert b"Camera" not in made and b"Exif" not in made and b"written" not in made
    red, green, _ = opened.getpixel((5, 5))  # type: ignore[misc]
    assert red > 180 and green < 60


def test_what_is_smaller_as_jpeg_is_made_one() -> None:
    sent = picture("PNG", (500, 500))
    assert cleaned(sent, largest=10**6, most_pixels=10**6).startswith(b"\x89PNG")
    assert cleaned(sent, largest=100, most_pixels=10**6).startswith(b"\xff\xd8")
    assert cleaned(picture("WEBP"), largest=10**6, most_pixels=10**6).startswith(b"\xff\xd8")


def test_a_bomb_and_formats_that_nobody_sends_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(FileRefused, match="30000 × 30000"):
        cleaned(bomb(), largest=10**6, most_pixels=20_000_000)
    with pytest.raises(FileRefused, match="damaged"):
        cleaned(picture("TIFF"), largest=10**6, most_pixels=10**6)
    with pytest.raises(FileRefused, match="damaged"):
        cleaned(picture("PNG")[:60], largest=10**6, most_pixels=10**6)


def bomb() -> bytes:
    """A head that promises 30000 × 30000 pixels, 2.7 GB of memory."""
    small = picture("PNG", (1, 1))
    head = b"IHDR" + struct.pack(">II", 30000, 30000) + b"\x08\x02\x00\x00\x00"
    return small[:12] + head + struct.pack(">I", zlib.crc32(head)) + small[33:]


def test_what_is_attached_is_a_picture_or_sound_and_no_larger_than_one_may_be() -> None:
    kept = attached_file(ogg(), clean=bytes, most_mb=1)
    assert (kept.kind, kept.media_type, kept.content) == (AttachmentKind.SOUND, "audio/ogg", ogg())
    kept = attached_file(picture("PNG"), clean=lambda _sent: b"\x89PNG anew", most_mb=1)
    assert (kept.kind, kept.media_type, kept.content) == (AttachmentKind.PICTURE, "image/png", b"\x89PNG anew")
    for other in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"<html>"):
        with pytest.raises(AttachmentRefused):
            attached_file(other, clean=bytes, most_mb=1)
    attached_file(wav().ljust(2**20, b"\x00"), clean=bytes, most_mb=1)
    with pytest.raises(AttachmentTooLarge) as refused:
        attached_file(wav().ljust(2**20 + 1, b"\x00"), clean=bytes, most_mb=1)
    assert refused.value.cause.values == {"limit": 1}


def test_a_picture_that_cannot_be_made_anew_is_refused_for_the_same_reason() -> None:
    def busy(_sent: bytes) -> bytes:
        raise PictureRefused("busy", Cause("pictures_busy"))

    with pytest.raises(AttachmentRefused) as refused:
        attached_file(picture(), clean=busy, most_mb=1)
    assert refused.value.cause == Cause("attachments_busy") and refused.value.cause.is_passing
