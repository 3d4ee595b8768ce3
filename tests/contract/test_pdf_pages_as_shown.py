"""Pdf pages: what their readers see is what is read."""

from io import BytesIO

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject
from reportlab.pdfgen.canvas import Canvas

from ingestion.parsing.parse import parse
from tests.page_files.pdf import Draw, body, pdf_file, write
from tests.page_files.reading import LINES, WHOLE, kinds_of, read, text_of


def test_struck_out_words_are_left_out_and_underlined_ones_stay() -> None:
    def draw(canvas: Canvas) -> None:
        end = write(canvas, 72, 700, "成人票")
        struck_end = write(canvas, end, 700, "六十元")
        canvas.line(end, 704, struck_end, 704)
        marked_end = write(canvas, struck_end, 700, "四十元")
        canvas.line(struck_end, 698, marked_end, 698)
        write(canvas, marked_end, 700, "，儿童票二十元。")

    parsed = read(draw)
    assert [block.text for block in parsed.blocks] == ["成人票四十元，儿童票二十元。"]
    assert "struck_out" in kinds_of(parsed)


def test_exponents_and_marks_of_notes_never_join_figures() -> None:
    def draw(canvas: Canvas) -> None:
        x = write(canvas, 72, 700, "菌落总数不超过5×10")
        x = write(canvas, x, 700, "6", size=7, rise=5)
        x = write(canvas, x, 700, "个，占地1200m")
        x = write(canvas, x, 700, "2", size=7, rise=5)
        x = write(canvas, x, 700, "，每户补贴900")
        x = write(canvas, x, 700, "12", size=7, rise=5)
        write(canvas, x, 700, "元。")

    text = text_of(draw)
    assert "5×10⁶个" in text
    assert "1200m²" in text
    assert "900元（注12）。" in text


def test_a_raised_mark_in_a_ruled_table_stays_apart() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.grid([72, 172, 272], [600, 630, 660])
        write(canvas, 80, 640, "项目")
        write(canvas, 180, 640, "标准")
        write(canvas, 80, 610, "租房补贴")
        x = write(canvas, 180, 610, "800")
        x = write(canvas, x, 610, "3", size=7, rise=5)
        write(canvas, x, 610, "元")

    assert text_of(draw) == "项目 | 标准\n租房补贴 | 800元（注3）"


def test_what_is_filled_into_a_form_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 705, "Applicant:")
        canvas.acroForm.textfield(name="a", value="Li Lei", x=150, y=700, width=120, height=18)
        write(canvas, 72, 675, "District:")
        canvas.acroForm.choice(name="b", value="East", options=["East", "West"], x=150, y=670, width=120, height=18)
        write(canvas, 95, 645, "by post")
        canvas.acroForm.checkbox(name="c", checked=True, x=72, y=642, size=14)
        write(canvas, 95, 615, "at the window")
        canvas.acroForm.checkbox(name="d", checked=False, x=72, y=612, size=14)

    text = text_of(draw)
    assert "Applicant: Li Lei" in text
    assert "District: East" in text
    assert "☑ by post" in text
    assert "□ at the window" in text


def test_boxes_drawn_before_words_are_ticked_or_not() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(72, 700, 10, 10)
        canvas.line(74, 705, 77, 702)
        canvas.line(77, 702, 81, 709)
        write(canvas, 85, 700, "不收费")
        canvas.rect(172, 700, 10, 10)
        write(canvas, 185, 700, "收费")

    assert text_of(draw) == "☑不收费 □收费"


def test_ticks_of_a_picture_font_are_signs() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("ZapfDingbats", 12)
        canvas.drawString(72, 700, "\u2714")
        canvas.drawString(172, 700, "\u2752")
        write(canvas, 88, 700, "网上办理")
        write(canvas, 188, 700, "窗口办理")

    text = text_of(draw).replace(" ", "")
    assert "✔网上办理" in text
    assert "窗口办理" in text
    assert "4网上" not in text
    assert "o窗口" not in text


def test_a_price_list_without_rules_is_a_table() -> None:
    rows = [("项目", "金额"), ("工本费", "二十元"), ("年检费", "五十元"), ("补证费", "三十元")]

    def draw(canvas: Canvas) -> None:
        for number, (item, price) in enumerate(rows):
            write(canvas, 72, 700 - 22 * number, item)
            write(canvas, 300, 700 - 22 * number, price)

    assert text_of(draw) == "项目 | 金额\n工本费 | 二十元\n年检费 | 五十元\n补证费 | 三十元"


def test_a_table_between_three_rules_keeps_both_header_rows_and_empty_cells() -> None:
    places = (72, 190, 270, 350, 430)
    rows = [
        ("对象", "住院", "住院", "门诊", "门诊"),
        ("", "比例", "限额", "比例", "限额"),
        ("特困人员", "90%", "5000元", "85%", "800元"),
        ("低保对象", "80%", "", "75%", "600元"),
        ("低收入家庭", "70%", "3000元", "", "500元"),
    ]

    def draw(canvas: Canvas) -> None:
        for number, row in enumerate(rows):
            for x, words in zip(places, row, strict=True):
                if words:
                    write(canvas, x, 700 - 20 * number, words)
        for y in (716, 675, 612):
            canvas.line(70, y, 480, y)

    text = text_of(draw)
    assert "特困人员 | 90% | 5000元 | 85% | 800元" in text
    assert "低保对象 | 80% |  | 75% | 600元" in text
    assert "低收入家庭 | 70% | 3000元 |  | 500元" in text
    assert "| 比例 | 限额 | 比例 | 限额" in text


def test_a_cell_of_several_lines_stays_one_cell() -> None:
    def draw(canvas: Canvas) -> None:
        rows = [
            ("材料", "要求", "份数"),
            ("身份证", "原件及复印件，", "一份"),
            ("照片", "近期免冠", "两张"),
            ("表格", "签字", "一份"),
        ]
        y = 700
        for item, demand, count in rows:
            write(canvas, 72, y, item)
            write(canvas, 200, y, demand)
            write(canvas, 400, y, count)
            y -= 24
            if item == "身份证":
                write(canvas, 200, y + 10, "复印件签字")
                y -= 14

    assert "身份证 | 原件及复印件，复印件签字 | 一份" in text_of(draw)


def test_a_reading_printed_over_characters_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 700, "本市莘庄镇办理居住证，请到莘庄镇社区事务受理服务中心，每周一至周五受理。")
        write(canvas, 97, 714, "xin", size=5)

    assert text_of(draw) == "本市莘庄镇办理居住证，请到莘庄镇社区事务受理服务中心，每周一至周五受理。"


def test_a_fraction_keeps_its_bar() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 700, "月标准 =")
        write(canvas, 130, 709, "储存额", size=12)
        canvas.line(126, 704, 172, 704)
        write(canvas, 130, 691, "月数120", size=12)
        write(canvas, 178, 700, "× 2 ÷ 3")

    text = text_of(draw).replace(" ", "")
    assert "储存额/月数120" in text
    assert "×2÷3" in text


def test_words_that_a_readers_pen_struck_out_stay_out_line_by_line() -> None:
    writer = PdfWriter(
        clone_from=BytesIO(pdf_file(lambda canvas: body(canvas, ["旧规定作废", "条文，全年开放", "无须预约"])))
    )
    quads = [72, 774, 140, 774, 72, 756, 140, 756, 72, 754, 108, 754, 72, 736, 108, 736]
    note = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/StrikeOut"),
        NameObject("/Rect"): ArrayObject(map(FloatObject, (72, 736, 140, 774))),
        NameObject("/QuadPoints"): ArrayObject(map(FloatObject, quads)),
    })  # fmt: skip
    writer.add_annotation(0, note)
    made = BytesIO()
    writer.write(made)
    assert [block.text for block in parse(made.getvalue(), "a.pdf").blocks] == ["全年开放", "无须预约"]


def test_page_headers_and_numbers_are_left_out_of_two_pages_too() -> None:
    def page(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            write(canvas, 72, 800, "云栖市公安局文件", size=9)
            body(canvas, LINES if number == 1 else ["第二段。"])
            write(canvas, 270, 30, f"第 {number} 页 / 共 2 页", size=9)

        return draw

    parsed = read(page(1), page(2))
    assert [(block.page, block.text) for block in parsed.blocks] == [(1, WHOLE), (2, "第二段。")]
    assert "running_heads" in kinds_of(parsed)


@pytest.mark.parametrize("number", ["- 12 -", "第十二页", "xii", "12 / 30", "— 12 —"])
def test_page_numbers_of_all_kinds_are_left_out(number: str) -> None:
    def draw(canvas: Canvas) -> None:
        body(canvas, LINES)
        write(canvas, 280, 30, number)

    assert text_of(draw) == WHOLE


def test_a_figure_beside_words_at_the_edge_is_no_page_number() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 790, "每月补贴（元）：")
        write(canvas, 300, 790, "400")
        body(canvas, LINES)

    assert "400" in text_of(draw)


def test_three_columns_under_a_title_are_read_one_after_the_other() -> None:
    words = {"甲": "东区", "乙": "西区", "丙": "南区"}

    def draw(canvas: Canvas) -> None:
        write(canvas, 180, 790, "云栖市办事公报二〇二六年第三期", size=18)
        for column, place in enumerate(words.values()):
            for number in range(14):
                line = f"{place}第{number + 1:02d}号公告办理居住证" if number % 2 == 0 else "请携带身份证。"
                write(canvas, 60 + column * 165, 750 - 16 * number, line, size=11)

    text = text_of(draw).replace("\n", "")
    assert text.index("东区第13号") < text.index("西区第01号") < text.index("西区第13号") < text.index("南区第01号")
    assert "公告办理居住证请携带身份证。" in text
