"""Screenshots that come with a question: read beside the server, never kept, and refused with a helpful sentence."""

import base64
import contextlib
import io
import os
import struct
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw, ImageFont

from ingestion.reading_pictures import PictureReader, PictureReading
from kb_service.api.asked import picture_of
from kb_service.api.sizes import LARGEST_PICTURE
from kb_service.asking.asking import Asking
from kb_service.asking.events import Event
from kb_service.domain.answers import Question
from kb_service.domain.errors import PictureRefused
from tests import picture_readers
from tests.api.conftest import Http
from tests.api.loopback import app_of, served
from tests.api.test_streaming import events_of

CJK_FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
LINES = ("热气球停放证", "错误代码：RES-20314", "请先办理停放登记")


@pytest.fixture(scope="module")
def screenshot(unless_required: Callable[[str], None]) -> Image.Image:
    path = next((font for font in CJK_FONTS if os.path.exists(font)), None)
    if path is None:
        unless_required("no Chinese font is installed (fonts-noto-cjk or fonts-wqy-zenhei)")
    picture = Image.new("RGB", (800, 420), "white")
    for number, line in enumerate(LINES):
        place = (40, 40 + 120 * number)
        ImageDraw.Draw(picture).text(place, line, fill="black", font=ImageFont.truetype(str(path), 44))
    return picture


@pytest.fixture(scope="module")
def reading() -> Iterator[PictureReading]:
    with_models = PictureReading()
    yield with_models
    with_models.close()


def saved(picture: Image.Image, image_format: str = "PNG") -> bytes:
    sink = io.BytesIO()
    picture.save(sink, image_format)
    return sink.getvalue()


def data_url(picture: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


GoingWrong = Callable[..., PictureReading]


@pytest.fixture
def going_wrong() -> Iterator[GoingWrong]:
    """Makes readings with a reader of the test's own; their children end with the test."""
    with contextlib.ExitStack() as ending:

        def made(reader: PictureReader, **options: Any) -> PictureReading:
            reading = PictureReading(reader=reader, **options)
            ending.callback(reading.close)
            return reading

        yield made


@dataclass(slots=True)
class NotingAsking:
    """Asks as always, and notes what it was asked."""

    asking: Asking
    noted: list[Question] = field(default_factory=list)

    @property
    def question(self) -> Callable[..., Question]:
        return self.asking.question

    def ask(self, question: Question) -> Iterator[Event]:
        self.noted.append(question)
        return self.asking.ask(question)


class Door:
    """The application with a picture reader of the test's own."""

    def __init__(self, http: Http, reading: PictureReading) -> None:
        self.asking = NotingAsking(http.service.asking)
        service = replace(http.service, asking=self.asking)
        self._http = Http(service)
        self._http._app = app_of(service, reading)

    def post(self, body: object, path: str = "/v1/answers") -> httpx.Response:
        return self._http.post(path, body)


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that unpack to that many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


# What is read


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_the_words_of_a_screenshot_are_read_in_their_order(
    screenshot: Image.Image, reading: PictureReading, image_format: str
) -> None:
    read = reading.read(saved(screenshot, image_format))
    places = [read.index(words) for words in ("热气球停放证", "RES-20314", "请先办理停放登记")]
    assert places == sorted(places)


def test_what_a_picture_says_goes_with_the_question(
    http: Http, screenshot: Image.Image, reading: PictureReading
) -> None:
    door = Door(http, reading)
    response = door.post({"question": "这是怎么回事", "picture": data_url(saved(screenshot))})
    assert response.status_code == 200, response.text
    (question,) = door.asking.noted
    assert question.text == "这是怎么回事"
    assert "RES-20314" in question.seen


def test_a_picture_alone_is_a_question_too(http: Http, screenshot: Image.Image, reading: PictureReading) -> None:
    door = Door(http, reading)
    answer = door.post({"picture": base64.b64encode(saved(screenshot)).decode()}).json()
    assert answer["question"] == "（见图）"
    assert "热气球停放证" in door.asking.noted[0].seen


def test_the_picture_itself_is_not_kept(http: Http, screenshot: Image.Image, reading: PictureReading) -> None:
    before = {path for path in http.service.settings.data_dir.rglob("*") if path.is_file()}
    answer = Door(http, reading).post({"question": "要多少钱", "picture": data_url(saved(screenshot))}).json()
    assert {path for path in http.service.settings.data_dir.rglob("*") if path.is_file()} <= before | {
        Path(f"{http.service.settings.data_dir}/kb.sqlite-{ending}") for ending in ("wal", "shm")
    }
    assert "base64" not in str(http.get(f"/v1/answers/{answer['answer_id']}").json())


def test_a_stream_says_that_the_picture_is_being_read(
    http: Http, screenshot: Image.Image, reading: PictureReading
) -> None:
    got = events_of(Door(http, reading).post({"picture": data_url(saved(screenshot)), "stream": True}).text)
    assert got[0] == ("progress", {"stage": "reading"})
    assert got[-1][0] == "answer"


def test_at_most_a_thousand_characters_are_taken_from_a_picture(going_wrong: GoingWrong) -> None:
    reading = going_wrong(picture_readers.chatter)
    assert len(reading.read(b"")) == 1000


def test_words_with_a_picture_that_shows_none_are_asked_alone(
    http: Http, screenshot: Image.Image, going_wrong: GoingWrong
) -> None:
    door = Door(http, going_wrong(picture_readers.blind))
    assert door.post({"question": "气球", "picture": data_url(saved(screenshot))}).status_code == 200
    assert door.asking.noted[0].seen == ""
    refused = door.post({"picture": data_url(saved(screenshot))})
    assert (refused.status_code, refused.json()["error"]) == (422, "PictureRefused")
    assert "no words" in refused.json()["detail"]


# What is refused


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("https://example.gov.cn/a.png", "not opened"),
        ("data:image/png,abc", "data:image/png;base64"),
        ("data:image/png;base64,%%%", "not valid base64"),
        (data_url(b"GIF89a" + b"0" * 100, "gif"), "no PNG, JPEG or WebP"),
        (data_url(b"%PDF-1.7", "png"), "no PNG, JPEG or WebP"),
        (data_url(b"\x89PNG\r\n\x1a\n" + b"0" * LARGEST_PICTURE), "4 MB"),
        ("A" * 8_000_000, "4 MB"),
    ],
)
def test_what_is_no_picture_that_can_be_read_is_refused_by_its_outside(sent: str, words: str) -> None:
    with pytest.raises(PictureRefused, match=words):
        picture_of(sent)


def test_four_megabytes_are_a_picture_still() -> None:
    picture = b"\x89PNG\r\n\x1a\n".ljust(LARGEST_PICTURE, b"0")
    assert picture_of(data_url(picture)) == picture


def test_a_picture_that_would_unpack_to_a_gigabyte_is_refused_before_it_does(reading: PictureReading) -> None:
    with pytest.raises(PictureRefused, match="20000 × 20000 pixels"):
        reading.read(png_that_claims(20_000, 20_000))


def test_twenty_megapixels_are_the_most(reading: PictureReading) -> None:
    with pytest.raises(PictureRefused, match="4001 × 5000 pixels"):
        reading.read(png_that_claims(4001, 5000))
    with pytest.raises(PictureRefused, match="damaged"):  # of the right size, but with a row of pixels only
        reading.read(png_that_claims(4000, 5000))


def test_a_damaged_picture_is_refused_with_what_to_do(screenshot: Image.Image, reading: PictureReading) -> None:
    whole = saved(screenshot, "JPEG")
    for part in (whole[:2000], whole[:12]):
        with pytest.raises(PictureRefused, match="save it again as PNG or JPEG"):
            reading.read(part)


# What goes wrong in the child


def test_a_picture_that_takes_too_long_is_given_up_on_and_the_next_one_is_read(going_wrong: GoingWrong) -> None:
    reading = going_wrong(picture_readers.hang, seconds=0.5)
    with pytest.raises(PictureRefused, match=r"longer than 0.5 seconds"):
        reading.read(b"")
    reading._reader = picture_readers.chatter
    assert reading.read(b"").startswith("字")


@pytest.mark.parametrize("reader", [picture_readers.crash, picture_readers.hungry])
def test_a_picture_that_breaks_its_reader_breaks_nothing_else(reader: PictureReader, going_wrong: GoingWrong) -> None:
    reading = going_wrong(reader)
    for _ in range(2):
        with pytest.raises(PictureRefused):
            reading.read(b"")


def test_a_long_line_of_pictures_is_refused_at_once(going_wrong: GoingWrong) -> None:
    reading = going_wrong(picture_readers.hang, seconds=2, line=1)
    refusals: list[str] = []

    def read() -> None:
        with pytest.raises(PictureRefused) as refused:
            reading.read(b"")
        refusals.append(str(refused.value))

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(read)
    assert sum("too many pictures" in each for each in refusals[:2]) == 2


def test_the_child_ends_when_no_picture_comes_and_another_takes_its_place(going_wrong: GoingWrong) -> None:
    reading = going_wrong(picture_readers.chatter, idle_seconds=0.2)
    reading.read(b"")
    child = reading._child
    assert child is not None
    child._process.wait(10)
    assert reading.read(b"").startswith("字")
    assert reading._child is not child


def test_reading_a_picture_loads_nothing_into_this_process(screenshot: Image.Image, reading: PictureReading) -> None:
    before = set(sys.modules)
    reading.read(saved(screenshot))
    assert set(sys.modules) - before == set()


def test_questions_are_answered_while_a_picture_is_being_read(
    http: Http, screenshot: Image.Image, going_wrong: GoingWrong
) -> None:
    reading = going_wrong(picture_readers.hang, seconds=3)
    with served(app_of(http.service, reading)) as address:
        body = {"question": "气球", "picture": data_url(saved(screenshot))}
        waiting = threading.Thread(target=lambda: httpx.post(f"{address}/v1/answers", json=body, timeout=30))
        waiting.start()
        answer = httpx.post(f"{address}/v1/answers", json={"question": "热气球停放证要多少钱", "as_of": "2026-07-01"})
        assert answer.json()["outcome"] == "answered"
        assert waiting.is_alive()
        waiting.join()
