"""Web pages are read in the lines and rows in which their styles lay them out."""

import pytest

from tests.unit.test_pages_as_shown import LONG, text_of


@pytest.mark.parametrize(
    "body",
    [
        "<div>每户补助<div style='display: inline'>350</div>元，按季发放</div>",
        "<div>每户补助<p class='n'>350</p>元，按季发放</div>",
        "<div>每户补助<section class='n' style='color:red'>350</section>元，按季发放</div>",
    ],
)
def test_a_block_that_a_style_puts_into_a_line_stays_in_its_sentence(body: str) -> None:
    assert text_of(body, "<style>.n{display:inline}</style>") == "每户补助350元，按季发放"


@pytest.mark.parametrize("style", ["<style>b{display:block}</style>", "<style>p b{display : flex ;}</style>"])
def test_words_that_a_style_makes_a_block_stand_on_a_line_of_their_own(style: str) -> None:
    assert text_of("<p><b>先预约</b><b>后到场</b></p>", style) == "先预约\n后到场"
    assert text_of("<p><b>先预约</b>后到场</p>") == "先预约后到场"


@pytest.mark.parametrize(
    ("media", "is_shown"),
    [
        ("screen", False),
        ("only screen and (min-width: 900px)", False),
        ("print, screen and (max-width: 100em)", False),
        ("(max-width: 600px)", True),
        ("screen and (min-width: 120rem)", True),
        ("print", True),
        ("screen and (orientation: portrait)", True),
    ],
)
def test_what_is_hidden_on_a_wide_screen_is_left_out(media: str, is_shown: bool) -> None:
    style = f"<style>@media {media} {{ p {{color:red}} .k {{display:none}} }}</style>"
    text = text_of(f"<p>{LONG}</p><p>{LONG}</p><p class='k'>旧版每户补助九十元</p>", style)
    assert ("旧版" in text) is is_shown


def test_media_one_in_another_do_not_lead_deeper_than_is_looked() -> None:
    style = "<style>" + "@media screen{" * 900 + ".k{display:none}" + "}" * 900 + "</style>"
    assert "年检五十元" in text_of("<p class='k'>年检五十元</p>", style)


def test_the_foot_of_a_table_is_its_last_row_wherever_it_is_written() -> None:
    rows = "<thead><tr><th>区<th>户数</thead><tfoot><tr><td>共计<td>70</tfoot><tbody><tr><td>东<td>30<tr><td>西<td>40"
    assert text_of(f"<table>{rows}</table>") == "区 | 户数\n东 | 30\n西 | 40\n共计 | 70"


def test_a_page_written_into_a_frame_is_read_in_its_place() -> None:
    body = "<p>先看说明。</p><iframe srcdoc='&lt;p&gt;每证工本费12元&lt;/p&gt;'></iframe><p>再来办理。</p>"
    assert text_of(body) == "先看说明。\n每证工本费12元\n再来办理。"


def test_words_of_a_drawing_are_read_and_icons_part_no_sentence() -> None:
    drawing = "<svg><title>图标</title><text x='1'>初审</text><g><text>复<tspan>审</tspan></text></g></svg>"
    assert text_of(f"<p>流程：</p>{drawing}") == "流程：\n初审\n复审"
    assert text_of("<p>拨打<svg><path d='M0 0'/></svg>12345</p>") == "拨打12345"


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ('"元"', "元"),
        ("'%'", "%"),
        ('" " attr(data-unit)', "万元"),
        (r'"\5143"', "元"),
        ('"x"', ""),
        (r'"\e901"', ""),
        ('"第" counter(n) "条"', ""),
        ("none", ""),
    ],
)
def test_a_unit_that_a_style_puts_behind_a_figure_is_read_and_an_icon_is_not(content: str, shown: str) -> None:
    body = "<p>费用共<b class='f' data-unit='万元'>160</b>，按季收取。</p>"
    text = text_of(body, f"<style>.f::after{{content:{content}}}</style>")
    assert text.replace(" ", "") == f"费用共160{shown}，按季收取。"


def test_ticks_and_boxes_of_a_picture_font_are_read_as_such() -> None:
    body = (
        "<p>婚否：<span style='font-family:Wingdings;color:red'>þ</span>已婚<font face='Wingdings'>o</font>未婚</p>"
        "<p><span style='font-family:Wingdings'>l<span style='font:7pt serif'>&nbsp;</span></span>带身份证</p>"
    )
    assert text_of(body) == "婚否：☑已婚□未婚\n● 带身份证"
