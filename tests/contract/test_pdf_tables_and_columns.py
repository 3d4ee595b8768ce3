"""Tables that go on over pages, and short text set in columns."""

from collections.abc import Sequence

import pytest
from reportlab.pdfgen.canvas import Canvas

from ingestion.parsing.parse import parse
from tests.page_files.pdf import Draw, pdf_file, write

HEADER = ("窗口", "地址", "电话")


def lines(*pages: Draw) -> list[str]:
    return [line for block in parse(pdf_file(*pages), "a.pdf").blocks for line in block.text.split("\n")]


def tables(*pages: Draw) -> list[str]:
    return [block.text for block in parse(pdf_file(*pages), "a.pdf").blocks if block.kind == "table"]


def grid(canvas: Canvas, rows: Sequence[Sequence[str]], *, top: float = 780, width: float = 150) -> None:
    columns = len(rows[0])
    for number in range(len(rows) + 1):
        canvas.line(60, top - 24 * number, 60 + width * columns, top - 24 * number)
    for number in range(columns + 1):
        canvas.line(60 + width * number, top, 60 + width * number, top - 24 * len(rows))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            write(canvas, 64 + width * column, top - 24 * at - 16, text)


def windows(first: int, last: int) -> list[tuple[str, ...]]:
    return [(f"{number}号", f"东路{number}号", f"555-01{number:02d}") for number in range(first, last + 1)]


@pytest.mark.parametrize("second", [[HEADER, *windows(26, 40)], windows(26, 40)])
def test_a_table_over_two_pages_is_one_with_one_header(second: list[tuple[str, ...]]) -> None:
    def closing(canvas: Canvas) -> None:
        grid(canvas, second)
        write(canvas, 60, 300, "以上电话工作日接听。")

    read = lines(lambda canvas: grid(canvas, [HEADER, *windows(1, 25)]), closing)
    assert read == [*(" | ".join(row) for row in [HEADER, *windows(1, 40)]), "以上电话工作日接听。"]


def test_a_table_may_go_on_over_three_pages_under_a_word_that_says_so() -> None:
    def continued(first: int, last: int) -> Draw:
        def page(canvas: Canvas) -> None:
            write(canvas, 60, 800, "（续表）")
            grid(canvas, [HEADER, *windows(first, last)])

        return page

    [table] = tables(lambda canvas: grid(canvas, [HEADER, *windows(1, 10)]), continued(11, 20), continued(21, 30))
    assert table.split("\n") == [" | ".join(row) for row in [HEADER, *windows(1, 30)]]


def test_tables_with_other_columns_or_words_between_them_stay_apart() -> None:
    first = [HEADER, *windows(1, 5)]

    def with_words(canvas: Canvas) -> None:
        grid(canvas, first)
        write(canvas, 60, 500, "以上电话工作日接听。")

    other = [("户型", "租金", "押金"), ("一居室", "800元", "1000元"), ("两居室", "1200元", "2000元")]
    wide = [(*HEADER, "邮编"), ("甲", "乙", "丙", "丁"), ("戊", "己", "庚", "辛")]
    assert len(tables(with_words, lambda canvas: grid(canvas, first))) == 2
    assert len(tables(lambda canvas: grid(canvas, first), lambda canvas: grid(canvas, other))) == 2
    assert len(tables(lambda canvas: grid(canvas, first), lambda canvas: grid(canvas, wide, width=110))) == 2


def test_a_cell_over_several_rows_is_told_again_where_it_goes_on_over_the_page() -> None:
    first = [("对象", "类别", "比例"), ("特困", "住院", "90%"), ("低保", "住院", "80%")]
    second = [("", "门诊", "75%"), ("", "康复", "70%"), ("其他", "住院", "50%")]
    [table] = tables(lambda canvas: grid(canvas, first), lambda canvas: grid(canvas, second))
    assert table.split("\n")[3:] == ["低保 | 门诊 | 75%", "低保 | 康复 | 70%", "其他 | 住院 | 50%"]


def test_a_few_lines_in_two_columns_are_read_column_by_column() -> None:
    left = [
        "第一条为了规范停车秩序，保障道路",
        "通畅，制定本办法。",
        "第二条本市道路停车适用本办法，由",
        "交通部门负责。",
    ]
    right = ["第三条首小时收费五元，第二小时收", "费八元。", "第四条夜间停车免费，节假日照常收", "费。"]

    def page(canvas: Canvas) -> None:
        for x, column in ((60, left), (310, right)):
            for number, line in enumerate(column):
                write(canvas, x, 760 - 18 * number, line, size=11)

    assert lines(page) == [
        "第一条为了规范停车秩序，保障道路通畅，制定本办法。", "第二条本市道路停车适用本办法，由交通部门负责。",
        "第三条首小时收费五元，第二小时收费八元。", "第四条夜间停车免费，节假日照常收费。",
    ]  # fmt: skip


NARROW = (
    "为了规范停车秩序，保障道路通畅，制定本办法。本市道路停车适用本办法，由交通部门负责解释并且监督实施。",
    "首小时收费五元，第二小时起每小时收费八元，不足一小时的按一小时计算。军车和救护车执行任务时免费停放。",
    "违反规定停车的，由公安机关交通管理部门责令改正，可以并处罚款。对处罚不服的，可以依法申请行政复议。",
)


def test_three_narrow_columns_of_text_under_a_title_are_no_table() -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, 60, 800, "道路停车管理办法有关规定摘要以及各部门职责分工说明（修订版本）")
        for place, column in enumerate(NARROW):
            for number in range(0, len(column), 9):
                write(canvas, 60 + 165 * place, 770 - 2 * number, column[number : number + 9])

    assert tables(page) == []
    assert lines(page)[1:] == list(NARROW)


def test_three_narrow_columns_of_cells_are_a_table_as_before() -> None:
    cells = [("停车场甲一期", "人民大道一段", "五十个车位")] * 4 + [
        ("停车场乙二期。", "人民大道二段", "六十个车位")
    ] * 5

    def page(canvas: Canvas) -> None:
        for number, row in enumerate(cells):
            for place, cell in enumerate(row):
                write(canvas, 60 + 165 * place, 770 - 18 * number, cell)

    [table] = tables(page)
    assert table.split("\n")[0] == " | ".join(cells[0])


def test_an_initial_over_two_lines_begins_the_upper_one() -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, 60, 748, "为", size=32)
        write(canvas, 96, 768, "进一步做好养老服务工作，切实保障老年人的合法权益，")
        write(canvas, 96, 748, "根据有关法律法规，结合本市实际情况，制定本办法。")
        write(canvas, 60, 728, "请认真贯彻执行并及时报送有关情况和材料。")

    assert lines(page)[0].startswith("为进一步做好养老服务工作")


def turned(degrees: int, x: float, y: float, words: str) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(degrees)
        write(canvas, 0, 0, words)
        canvas.restoreState()

    return draw


@pytest.mark.parametrize(("degrees", "y", "right"), [(90, 702, 0), (-90, 776, 30)])
def test_heads_of_columns_that_stand_on_their_side_are_read_along_their_letters(
    degrees: int, y: float, right: float
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.line(60, 780, 360, 780)
        for level in (700, 676, 652):
            canvas.line(60, level, 360, level)
        for column in range(4):
            canvas.line(60 + 100 * column, 780, 60 + 100 * column, 652)
        write(canvas, 64, 740, "区")
        turned(degrees, 190 + right - 15, y, "周一至周五")(canvas)
        turned(degrees, 210 - right + 15, y, "九点起")(canvas)
        turned(degrees, 310, y, "周六上午")(canvas)
        for row, words in enumerate([("东区", "开放", "关闭"), ("西区", "开放", "预约")]):
            for column, word in enumerate(words):
                write(canvas, 64 + 100 * column, 684 - 24 * row, word)

    assert lines(draw) == ["区 | 周一至周五九点起 | 周六上午", "东区 | 开放 | 关闭", "西区 | 开放 | 预约"]


@pytest.mark.parametrize(("degrees", "x", "y"), [(90, 595, 0), (-90, 0, 842)])
def test_a_page_printed_on_its_side_is_read_as_its_reader_turns_it(degrees: int, x: float, y: float) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(x, y)
        canvas.rotate(degrees)
        write(canvas, 60, 520, "一、申请人在网上提交材料。")
        write(canvas, 60, 500, "二、窗口三个工作日内审核。")
        grid(canvas, [("证件", "费用"), ("甲证", "二十元")], top=450)

    assert lines(draw) == ["一、申请人在网上提交材料。", "二、窗口三个工作日内审核。", "证件 | 费用", "甲证 | 二十元"]


def test_words_on_their_side_beside_the_text_are_told() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 60, 700, "申请人应当在十五个工作日内提交材料。")
        turned(90, 30, 300, "装订线")(canvas)

    parsed = parse(pdf_file(draw), "a.pdf")
    assert [(str(note.kind), note.count, note.places) for note in parsed.report.notes] == [("turned_text", 1, ("1",))]


def beside(left: Sequence[str], right: Sequence[str]) -> Draw:
    def page(canvas: Canvas) -> None:
        write(canvas, 220, 780, "市民公约", size=18)
        for x, side in ((80, left), (330, right)):
            for number, text in enumerate(side):
                write(canvas, x, 720 - 20 * number, text)

    return page


@pytest.mark.parametrize(
    ("left", "right", "read"),
    [
        (("1. 身份证原件", "2. 户口簿原件", "3. 近期照片"), ("4. 居住证明", "5. 婚姻证明", "6. 委托书"),
         ["1. 身份证原件", "2. 户口簿原件", "3. 近期照片", "4. 居住证明", "5. 婚姻证明", "6. 委托书"]),
        (("第一条 为了规范养犬行", "为，制定本办法。", "第二条 养犬应当登记，", "不得弃养。"),
         ("第三条 犬只应当免疫，", "证明随身携带。", "第四条 外出应当束犬", "链。"),
         ["第一条 为了规范养犬行为，制定本办法。", "第二条 养犬应当登记，不得弃养。",
          "第三条 犬只应当免疫，证明随身携带。", "第四条 外出应当束犬链。"]),
        (("本市居民可以到任一社区", "事务受理服务中心办理，", "不受户籍所在地的限制，", "也可以在网上办理。"),
         ("外省市居民应当持有效居", "住证办理。"),
         ["本市居民可以到任一社区事务受理服务中心办理，不受户籍所在地的限制，也可以在网上办理。",
          "外省市居民应当持有效居住证办理。"]),
        (("Residents shall keep the", "streets clean and must", "not litter in any place."),
         ("Passengers shall give", "up their seats to the", "elderly on the train."),
         ["Residents shall keep the streets clean and must not litter in any place.",
          "Passengers shall give up their seats to the elderly on the train."]),
    ],
)  # fmt: skip
def test_short_columns_that_count_on_or_read_on_are_read_one_after_the_other(
    left: Sequence[str], right: Sequence[str], read: list[str]
) -> None:
    assert lines(beside(left, right))[1:] == read


def test_numbered_lines_with_what_belongs_to_them_beside_are_a_table() -> None:
    page = beside(("1. 身份证", "2. 户口簿", "3. 照片"), ("原件一份", "复印件一份", "二张"))
    assert lines(page)[1:] == ["1. 身份证 | 原件一份", "2. 户口簿 | 复印件一份", "3. 照片 | 二张"]
