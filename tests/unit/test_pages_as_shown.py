"""Web pages, saved pages, Markdown and text: what their readers see is what is read."""

import quopri

import pytest

from ingestion.parsing.blocks import ParsedFile
from ingestion.parsing.parse import parse
from kb_service.domain.errors import FileRefused

LONG = "申请人应当在十五个工作日内向社区事务受理服务中心提出申请，并且提交身份证明、户籍证明和居住证明的原件。"


def read(body: str, name: str = "a.html", head: str = "") -> ParsedFile:
    return parse(f"<html><head>{head}</head><body>{body}</body></html>".encode(), name)


def text_of(body: str, head: str = "") -> str:
    return "\n".join(block.text for block in read(body, head=head).blocks)


def kinds_of(parsed: ParsedFile) -> set[str]:
    return {str(note.kind) for note in parsed.report.notes}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("水温不超过4×10<sup>2</sup>度", "水温不超过4×10²度"),
        ("面积60m<sup>2</sup>，容积3m<sup>3</sup>", "面积60m²，容积3m³"),
        ("补贴1500<sup>[3]</sup>元", "补贴1500元（注3）"),
        ("补贴1500<sup><a href='#n'>*</a></sup>元，每年发放", "补贴1500元（注*），每年发放"),
        ("补贴1500<a href='#n'><sup>2</sup></a>元。", "补贴1500元（注2）。"),
        ("期限30<span style='vertical-align:super;font-size:9px'>4</span>日。", "期限30日（注4）。"),
        ("浓度10<sup>-3</sup>", "浓度10⁻³"),
        ("H<sub>2</sub>O和CO<sub>2</sub>", "H2O和CO2"),
        ("<sup>1</sup>/<sub>3</sub>以上", "1/3以上"),
        ("气温28<sup>o</sup>C", "气温28°C"),
        ("第1<sup>st</sup>", "第1st"),
    ],
)
def test_raised_marks_and_exponents_never_join_figures(body: str, shown: str) -> None:
    assert text_of(f"<p>{body}</p>") == shown
    assert text_of(f"<table><tr><td>{body}</td><td>乙</td></tr><tr><td>丙</td><td>丁</td></tr></table>").startswith(
        shown
    )


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<style>.memo{display:none}</style>", "<p class='x memo'>内部备注</p>"),
        ("<style>#m, h5 {visibility: hidden}</style>", "<p id=m>内部备注</p>"),
        ("<style>.a .b{display:none}</style>", "<div class=a><p class=b>内部备注</p></div>"),
        ("", "<p style='font-size:0px'>内部备注</p>"),
        ("", "<p style='opacity:0'>内部备注</p>"),
        ("", "<p style='position:absolute; left:-9999px'>内部备注</p>"),
        ("", "<p style='mso-hide:all'>内部备注</p>"),
        ("", "<p style='color:#fff; font-size:9px; background: #FFF'>内部备注</p>"),
        ("<style>.memo{background-color:white;color:white}</style>", "<p class=memo>内部备注</p>"),
        ("", "<p hidden>内部备注</p>"),
        (
            "",
            "<table><tr><td>甲</td><td>乙</td></tr><tr style='display:none'><td>内部备注</td><td>丁</td></tr></table>",
        ),
    ],
)
def test_what_a_page_hides_is_left_out_and_told(head: str, body: str) -> None:
    parsed = read(f"<h1>补贴</h1><p>{LONG}</p>{body}", head=head)
    assert "内部备注" not in "".join(block.text for block in parsed.blocks)
    assert "hidden_text" in kinds_of(parsed)


@pytest.mark.parametrize(
    "style", ["color:#fff;background:#c00", "color:inherit;background:inherit", "color:red;background:red url(x.png)"]
)
def test_words_on_another_ground_than_their_own_colour_are_read(style: str) -> None:
    assert "限时办理" in text_of(f"<h1>补贴</h1><p>{LONG}</p><p style='{style}'>限时办理</p>")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<style>.p{display:none}.p.on{display:block}</style>", "<div class='p on'>甲材料清单</div>"),
        ("<style>@media print{.p{display:none}}</style>", "<div class=p>甲材料清单</div>"),
        ("<style>.p{display:none}</style>", "<div class=p style='display:block'>甲材料清单</div>"),
        ("", "<a href='#more'>展开</a><div id=more style='display:none'>甲材料清单</div>"),
        ("", "<div id=t2 style='display:none'>甲材料清单</div><script>$('#t2').fadeIn()</script>"),
        (
            "",
            "<li onclick=\"document.getElementById('k').style.display='block'\">材料</li>"
            "<p id=k style='display:none'>甲材料清单</p>",
        ),
        ("", "<div role=tabpanel hidden>甲材料清单</div>"),
        ("<style>.t::after{content:'甲材料清单'}</style>", "<p class=t>见：</p>"),
        ("", "<script>document.writeln('<p>甲材料清单如下</p>')</script>"),
        ("", "<p id=c></p><script>document.querySelector('#c').textContent = '甲材料清单如下';</script>"),
        ("", "<details><summary>材料</summary><p>甲材料清单</p></details>"),
    ],
)
def test_what_a_script_a_style_or_a_click_shows_is_read(head: str, body: str) -> None:
    assert "甲材料清单" in text_of(f"<h1>补贴</h1><p>{LONG}</p>{body}", head)


@pytest.mark.parametrize(
    ("script", "shown"),
    [
        ("c.innerHTML = '<p>甲材料清单，' + \n \"身份证和户口簿</p>\";", "甲材料清单，身份证和户口簿"),
        ("c.innerHTML = '<p>甲材料清单共' + list.length + '项，须带原件</p>'", "甲材料清单共…项，须带原件"),
        ("c.innerHTML = `<p>甲材料清单，` + '身份证' + '和户口簿</p>' + tail", "甲材料清单，身份证和户口簿"),
    ],
)
def test_texts_that_a_script_puts_together_are_whole(script: str, shown: str) -> None:
    script = script.replace("c.", "document.getElementById('c').")
    assert shown in text_of(f"<h1>补贴</h1><p>{LONG}</p><div id=c></div><script>{script}</script>")


def test_a_page_that_a_script_puts_together_is_read_whole() -> None:
    half = len(LONG) // 2
    script = f"var page = '<p>{LONG[:half]}' + '{LONG[half:]}</p>';"
    assert LONG in text_of(f"<h1>补贴</h1><div id=app></div><script>{script}</script>")


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>补贴</h1><div class='article' style='opacity:0'><p>{LONG}</p></div>",
        f'<h1>补贴</h1><div id=app></div><script>var page = {{"body": "<p>{LONG}<\\/p>"}};</script>',
        f'<h1>补贴</h1><div id=app></div><script type=\'application/json\'>{{"text": "{LONG}"}}</script>',
        f"<h1>补贴</h1><noscript><p>{LONG}</p></noscript>",
    ],
)
def test_a_page_that_shows_nothing_by_itself_is_read_from_what_it_shows_by_script(body: str) -> None:
    assert LONG in text_of(body)


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<p>票价<del>六十元</del><ins>四十元</ins></p>", ""),
        ("<p>票价<strike>六十元</strike>四十元</p>", ""),
        ("<p>票价<span style='text-decoration: line-through red'>六十元</span>四十元</p>", ""),
        ("<p>票价<b class=old>六十元</b>四十元</p>", "<style>.old{text-decoration:line-through}</style>"),
    ],
)
def test_struck_out_words_are_left_out_and_told(body: str, head: str) -> None:
    parsed = read(body, head=head)
    assert [block.text for block in parsed.blocks] == ["票价四十元"]
    assert kinds_of(parsed) == {"struck_out"}


def test_lists_of_telephones_and_of_files_are_no_navigation() -> None:
    phones = "".join(f"<li><a href='tel:55{n}'>第{n}分中心</a></li>" for n in range(8))
    files = "".join(f"<a href='/f/{n}.docx'>表{n}</a> " for n in range(8))
    text = text_of(f"<h1>中心</h1><p>{LONG}</p><ul>{phones}</ul><div>{files}</div>")
    assert "第7分中心" in text
    assert "表7" in text


def test_links_that_lead_around_the_site_are_left_out_and_told() -> None:
    menu = "".join(f"<li><a href='/{n}'>栏目{n}</a></li>" for n in range(9))
    parsed = read(f"<div class=top><ul>{menu}</ul></div><h1>补贴</h1><p>{LONG}</p>")
    assert [block.text for block in parsed.blocks] == ["补贴", LONG]
    assert kinds_of(parsed) == {"link_lists"}


def test_headings_that_fill_their_cells_leave_a_table_a_table() -> None:
    cells = "<tr><td><h4>区</h4></td><td><h4>电话</h4></td></tr><tr><td>东区</td><td>5550</td></tr>"
    assert text_of(f"<table>{cells}</table>") == "区 | 电话\n东区 | 5550"


def test_an_article_laid_out_in_a_table_is_no_table() -> None:
    page = f"<table><tr><td>栏目</td><td><h1>补贴</h1><p>{LONG}</p><h2>材料</h2><p>{LONG}</p></td></tr></table>"
    assert [block.kind.value for block in read(page).blocks][-4:] == ["heading", "paragraph", "heading", "paragraph"]


def test_a_table_in_a_cell_is_told_row_by_row() -> None:
    inner = "<table><tr><td>成人</td><td>四十元</td></tr><tr><td>儿童</td><td>二十元</td></tr></table>"
    rows = f"<tr><td>票种</td><td>价格</td></tr><tr><td>日票</td><td>{inner}</td></tr>"
    rows += "<tr><td>年票</td><td>八十元</td></tr>"
    assert text_of(f"<table>{rows}</table>") == "票种 | 价格\n日票 | 成人：四十元；儿童：二十元\n年票 | 八十元"


def test_forms_show_their_values_and_boxes() -> None:
    form = (
        "<form><p><input type=radio checked>同意<input type=radio>不同意</p><p>金额<input value=300>元</p>"
        "<p>区域<select><option>东区<option selected>西区</select></p><p><textarea>备注甲</textarea></p>"
        "<input type=password value=x><input name=keyword value=请输入关键字></form>"
    )
    assert text_of(form) == "☑同意□不同意\n金额300元\n区域西区\n备注甲"


def test_formulas_keep_bars_and_exponents() -> None:
    formula = (
        "<math><mfrac><mrow><mi>甲</mi><mo>+</mo><mi>乙</mi></mrow><mn>2</mn></mfrac><mo>×</mo>"
        "<msup><mn>10</mn><mn>3</mn></msup><mo>÷</mo><msqrt><mi>丙</mi></msqrt></math>"
    )
    assert text_of(f"<p>标准={formula}</p>") == "标准=(甲+乙)/2×10³÷√(丙)"


def test_readings_over_characters_are_left_out() -> None:
    assert text_of("<p>莘庄的<ruby>莘<rp>（</rp><rt>xīn</rt><rp>）</rp></ruby>字</p>") == "莘庄的莘字"


def test_ordered_lists_show_their_numbers_as_the_page_does() -> None:
    assert text_of("<ol type=A><li>甲<li>乙</ol><ol><li value=7>丙<li>丁</ol>") == "A. 甲\nB. 乙\n7. 丙\n8. 丁"


def _saved(page: str, *, encoding: str = "utf-8", header: str = "") -> bytes:
    body = quopri.encodestring(page.encode(encoding)).decode()
    return (
        f"From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
        f'\ttype="text/html"; boundary="B"\r\n\r\n--B\r\nContent-Type: text/html; charset={encoding}{header}\r\n'
        f"Content-Transfer-Encoding: quoted-printable\r\nContent-Location: http://a/\r\n\r\n{body}\r\n--B\r\n"
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--B--\r\n"
    ).encode()


@pytest.mark.parametrize("name", ["a.mht", "a.mhtml", "a.html", "a.htm"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_a_saved_page_is_unpacked_whatever_it_is_called(name: str, encoding: str) -> None:
    page = f"<html><body><h1>补贴</h1><p style='display:none'>内部</p><p>{LONG}</p></body></html>"
    assert [block.text for block in parse(_saved(page, encoding=encoding), name).blocks] == ["补贴", LONG]


def test_a_saved_page_without_a_page_is_refused() -> None:
    with pytest.raises(FileRefused, match="without the page"):
        parse(_saved("x").replace(b"text/html; charset", b"text/css; charset"), "a.mht")


def test_a_page_that_declares_another_encoding_than_it_has_is_read_by_its_bytes() -> None:
    page = f'<meta charset="gb2312"><p>{LONG}</p>'.encode()
    assert [block.text for block in parse(page, "a.html").blocks] == [LONG]


def test_marks_of_markdown_are_signs() -> None:
    text = f"# 补贴\n\n每户800[^1]元，~~旧标准~~按月发放。\n\n- [x] 网上办理\n- [ ] 窗口办理\n\n[^1]: {LONG}\n"
    parsed = parse(text.encode(), "a.md")
    assert [block.text for block in parsed.blocks] == [
        "补贴",
        "每户800元（注1），按月发放。",
        "☑ 网上办理",
        "□ 窗口办理",
        f"注1 {LONG}",
    ]
    assert kinds_of(parsed) == {"struck_out"}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "gb18030", "utf-32", "utf-16"])
def test_text_of_han_characters_alone_is_read_in_every_encoding(encoding: str) -> None:
    words = LONG.replace("，", "，\u4e00")
    assert [block.text for block in parse(words.encode(encoding), "a.txt").blocks] == [words]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_broken_letter_is_shown_and_told_and_costs_no_other(encoding: str) -> None:
    data = (LONG * 5).encode(encoding)
    parsed = parse(data[:-1], "a.txt")
    assert parsed.blocks[0].text.startswith(LONG)
    assert "unreadable_letters" in kinds_of(parsed)


def test_radicals_are_read_as_the_characters_that_they_show() -> None:
    assert [block.text for block in parse("⻓期居⺠⼾⼝⻔诊，⻋⻢⻅⻛⻰".encode(), "a.txt").blocks] == [
        "长期居民户口门诊，车马见风龙"
    ]


def test_escapes_in_subtitles_are_decoded() -> None:
    vtt = "WEBVTT\n\nNOTE 内部\n\n00:01.000 --> 00:03.000\n<c>年检</c>&nbsp;&lt;缴费&gt; &amp; 领证&#12290;\n"
    assert [block.text for block in parse(vtt.encode(), "a.vtt").blocks] == ["年检 <缴费> & 领证。"]


def test_letters_that_a_rule_of_the_page_raises_join_no_figure() -> None:
    rules = ".fn{vertical-align:super;font-size:9px} p .e{vertical-align:super} img,.row{vertical-align:text-top}"
    body = "<p class=row>最长24<span class=fn>2</span>个月，不超过10<i class=e>3</i>个。</p>"
    assert text_of(body, f"<style>{rules}</style>") == "最长24个月（注2），不超过10³个。"


@pytest.mark.parametrize(
    ("listed", "head", "shown"),
    [
        ('<ol start=3 style="list-style-type:cjk-ideographic">', "", "三、申请\n四、审核"),
        ("<ol class=k>", "<style>ol{list-style:none} .k{list-style:inside upper-roman}</style>", "I. 申请\nII. 审核"),
        ("<ol>", "<style>ul, ol{list-style:none outside}</style>", "申请\n审核"),
        ("<ol>", "<style>ol{list-style:url(dot.png) decimal}</style>", "1. 申请\n2. 审核"),
        ("<ol type=a>", "", "a. 申请\nb. 审核"),
    ],
)
def test_lists_show_the_numbers_that_their_style_names(listed: str, head: str, shown: str) -> None:
    assert text_of(f"{listed}<li>申请</li><li>审核</li></ol>", head) == shown


def test_words_that_the_page_puts_into_quotes_are_in_quotes() -> None:
    assert text_of("<p>本市实行<q>免<b>费</b></q>政策。</p>") == "本市实行“免费”政策。"


def test_pieces_hidden_by_different_means_are_not_the_text_of_a_short_page() -> None:
    head = "<style>.old {display: none} .mark {visibility: hidden}</style>"
    body = (
        "<h1>年票办理</h1><p>年票八十元一张。</p><p hidden>草稿写一百元一张，另收工本费。</p>"
        "<p class=old>旧价一百一十元一张，另收工本费。</p><p class=mark>占位一百三十元一张，另收工本费。</p>"
    )
    parsed = read(body, head=head)
    assert [block.text for block in parsed.blocks] == ["年票办理", "年票八十元一张。"]
    assert kinds_of(parsed) == {"hidden_text"}


def test_what_is_hidden_within_text_that_a_script_shows_stays_hidden() -> None:
    head = "<style>.old {display: none}</style>"
    body = f'<div style="visibility: hidden"><p>{LONG}</p><p class=old>旧办法为二十个工作日。</p></div>'
    parsed = read(body, head=head)
    assert [block.text for block in parsed.blocks] == [LONG]
    assert kinds_of(parsed) == {"hidden_text", "shown_by_script"}


def test_a_list_that_counts_down_shows_falling_numbers() -> None:
    assert text_of("<ol reversed><li>末</li><li>中</li><li>首</li></ol>") == "3. 末\n2. 中\n1. 首"
    assert text_of("<ol reversed start=9><li>甲</li><li value=4>乙</li><li>丙</li></ol>") == "9. 甲\n4. 乙\n3. 丙"


def test_a_dialog_is_read_where_it_stands_open() -> None:
    body = f"<p>{LONG}</p><dialog><p>旧价一百元</p></dialog><dialog open><p>今日停办</p></dialog>"
    assert text_of(body).splitlines() == [LONG, "今日停办"]


def test_invisible_characters_that_a_page_refers_to_are_left_out() -> None:
    assert text_of("<p>办&shy;理居&#8203;住<b>证&zwnj;</b>&#x2F2C;</p>") == "办理居住证屮"
