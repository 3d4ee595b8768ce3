"""Words of pdf pages that nobody sees, for their colour, place, layer or what lies over them, are not read."""

from io import BytesIO

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject
from reportlab.pdfgen.canvas import Canvas

from ingestion.parsing.parse import parse
from tests.page_files.pdf import Draw, pdf_file, write
from tests.page_files.reading import WHOLE, kinds_of, read, text_of, with_body


def _not_painted(canvas: Canvas) -> None:
    write(canvas, 72, 650, "内部备注勿外传", mode=3)


def _white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    write(canvas, 72, 650, "内部备注勿外传")


def _off_the_page(canvas: Canvas) -> None:
    write(canvas, 700, 650, "内部备注勿外传")


def _tiny(canvas: Canvas) -> None:
    write(canvas, 72, 650, "内部备注勿外传", size=0.8)


@pytest.mark.parametrize("draw", [_not_painted, _white, _off_the_page, _tiny])
def test_text_that_is_not_seen_is_left_out_and_told(draw: Draw) -> None:
    parsed = read(with_body(draw))
    assert [block.text for block in parsed.blocks] == [WHOLE]
    assert "hidden_text" in kinds_of(parsed)


def test_white_words_on_a_dark_ground_are_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0, 0.2, 0.6)
        canvas.rect(60, 640, 300, 30, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        write(canvas, 72, 650, "咨询电话12345")

    assert "咨询电话12345" in text_of(with_body(draw))


def _at(angle: float, grey: float, size: float, words: str = "云栖市内部资料") -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(150, 640)
        canvas.rotate(angle)
        canvas.setFillGray(grey)
        write(canvas, 0, 0, words, size=size)
        canvas.restoreState()

    return draw


@pytest.mark.parametrize(
    "mark",
    [_at(45, 0.85, 40), _at(30, 0.0, 14), _at(12, 0.7, 20), _at(-60, 0.9, 30), _at(135, 0.5, 24)],
)
def test_a_watermark_at_any_angle_is_left_out_and_told(mark: Draw) -> None:
    parsed = read(with_body(mark))
    assert [block.text for block in parsed.blocks] == [WHOLE]
    assert "watermarks" in kinds_of(parsed)


@pytest.mark.parametrize(("angle", "grey", "size"), [(45, 0.85, 16), (-20, 0.1, 10), (0, 0.85, 14)])
def test_a_watermark_all_over_a_short_text_is_left_out(angle: float, grey: float, size: float) -> None:
    def draw(canvas: Canvas) -> None:
        for x in range(-50, 600, 150):
            for y in range(-50, 850, 70):
                canvas.saveState()
                canvas.translate(x, y)
                canvas.rotate(angle)
                canvas.setFillGray(grey)
                write(canvas, 0, 0, "王小明 工号7788", size=size)
                canvas.restoreState()
        canvas.setFillGray(0)
        write(canvas, 72, 760, "犬只登记每年一次，收费五百元。")

    assert text_of(draw) == "犬只登记每年一次，收费五百元。"


def test_a_page_set_aslant_under_an_upright_head_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 200, 815, "云栖市人民政府公报 2026年")
        canvas.translate(60, 700)
        canvas.rotate(4)
        write(canvas, 0, 0, "犬只登记每年一次，收费五百元，应当在三十日内办理。")

    assert "犬只登记每年一次，收费五百元" in text_of(draw)


@pytest.mark.parametrize("turn", [0, 90])
def test_words_beyond_the_part_of_a_page_that_is_shown_are_left_out(turn: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setCropBox((60, 100, 540, 500))
        canvas.setPageRotation(turn)
        write(canvas, 100, 300, "犬只登记每年一次，收费五百元。")
        write(canvas, 100, 550, "付印色标")
        write(canvas, 20, 300, "裁边")

    parsed = read(draw)
    assert [block.text for block in parsed.blocks] == ["犬只登记每年一次，收费五百元。"]
    assert "hidden_text" in kinds_of(parsed)


def test_a_level_watermark_across_the_text_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(0.8)
        write(canvas, 90, 735, "仅供内部参考", size=64)

    assert text_of(with_body(draw)) == WHOLE


def test_grey_words_beside_the_text_are_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(0.6)
        write(canvas, 72, 640, "注：本办法由市公安局负责解释。")

    assert "本办法由市公安局负责解释" in text_of(with_body(draw))


def test_words_under_a_box_drawn_later_stay_out_and_those_on_it_are_read() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 650, "内部备注勿外传")
        canvas.setFillGray(0)
        canvas.rect(66, 645, 110, 18, fill=1, stroke=0)
        canvas.setFillColorRGB(0.9, 0.9, 1)
        canvas.rect(66, 600, 200, 18, fill=1, stroke=0)
        canvas.setFillGray(0)
        write(canvas, 72, 604, "咨询电话12345")

    parsed = read(with_body(draw))
    assert [block.text for block in parsed.blocks] == [WHOLE, "咨询电话12345"]
    assert "hidden_text" in kinds_of(parsed)


def test_a_box_that_cuts_through_letters_hides_none() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 650, "咨询电话12345")
        canvas.rect(78, 645, 36, 18, fill=1, stroke=0)  # from the middle of one letter to the middle of another

    assert "咨询电话12345" in text_of(with_body(draw))


def test_words_under_a_markers_stroke_are_read() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 650, "咨询电话12345")
        canvas.setFillColorRGB(1, 1, 0)
        canvas.setFillAlpha(0.4)
        canvas.rect(66, 645, 150, 18, fill=1, stroke=0)

    assert "咨询电话12345" in text_of(with_body(draw))


@pytest.mark.parametrize("is_off", [True, False])
def test_a_layer_is_read_unless_it_is_switched_off(is_off: bool) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 650, "图层")

    parsed = parse(with_last_words_on_a_layer(pdf_file(with_body(draw)), is_off=is_off), "a.pdf")
    assert [block.text for block in parsed.blocks] == ([WHOLE] if is_off else [WHOLE, "图层"])


def with_last_words_on_a_layer(data: bytes, *, is_off: bool) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(data))
    page = writer.pages[0]
    layer = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/OCG")}))
    resources = page["/Resources"].get_object()
    resources[NameObject("/Properties")] = DictionaryObject({NameObject("/L"): layer})
    drawn = page.get_contents().get_data()
    begin, end = drawn.rindex(b"BT"), drawn.rindex(b"ET") + 2
    stream = DecodedStreamObject()
    stream.set_data(drawn[:begin] + b"/OC /L BDC " + drawn[begin:end] + b" EMC " + drawn[end:])
    page[NameObject("/Contents")] = writer._add_object(stream)
    default = DictionaryObject({NameObject("/OFF"): ArrayObject([layer] if is_off else [])})
    layers = DictionaryObject({NameObject("/OCGs"): ArrayObject([layer]), NameObject("/D"): default})
    writer._root_object[NameObject("/OCProperties")] = layers
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def _framed(canvas: Canvas, *, within: str, beyond: str) -> None:
    path = canvas.beginPath()
    path.rect(60, 640, 400, 20)
    canvas.clipPath(path, stroke=0)
    write(canvas, 72, 645, within)
    write(canvas, 72, 600, beyond)


def test_words_beyond_the_frame_they_are_drawn_in_are_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        _framed(canvas, within="框内写明每年一百元", beyond="内部备注勿外传")
        canvas.restoreState()
        write(canvas, 72, 560, "框后写明次年免费")

    parsed = read(with_body(draw))
    assert [block.text for block in parsed.blocks] == [WHOLE, "框内写明每年一百元", "框后写明次年免费"]
    assert "hidden_text" in kinds_of(parsed)


def test_the_frame_of_a_form_ends_with_the_form() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("form")
        _framed(canvas, within="框内写明每年一百元", beyond="内部备注勿外传")
        canvas.endForm()
        canvas.doForm("form")
        write(canvas, 72, 560, "框后写明次年免费")

    read_words = text_of(with_body(draw))
    assert "框内写明每年一百元" in read_words
    assert "框后写明次年免费" in read_words
    assert "内部备注" not in read_words
