"""Boxes without room, clipped, shrunk or moved off the page; and what looks like them and is seen."""

import pytest

from ingestion.parsing.parse import parse

LONG = "申请人应当在十五个工作日内向社区事务受理服务中心提出申请，并且提交身份证明、户籍证明和居住证明的原件。"


def read(body: str, head: str = "") -> tuple[str, bool]:
    """The words of a page, and whether hidden text is told."""
    page = f"<html><head><style>{head}</style></head><body><h1>补贴</h1><p>{LONG}</p>{body}</body></html>"
    parsed = parse(page.encode(), "a.html")
    kinds = {str(note.kind) for note in parsed.report.notes}
    return "\n".join(block.text for block in parsed.blocks), "hidden_text" in kinds


HIDING = [
    "height:0;overflow:hidden",
    "overflow-y: hidden; margin: 0; max-height: 0px",
    "position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)",
    "clip: rect(1px 1px 1px 1px); position: fixed",
    "clip-path:inset(50%)",
    "clip-path: circle(0)",
    "transform:scale(0)",
    "transform: translateX(-9999px)",
    "transform:rotate(3deg) scaleY(0)",
    "margin-left:-9999px",
    "filter:opacity(0)",
    "opacity:0%",
    "color:rgba(0, 0, 0, 0)",
    "font:0/0 a",
    "content-visibility:hidden",
    "position:absolute;overflow:hidden;width:0",
    "visibility:collapse",
]
SEEN = [
    "height:0",
    "max-height:0;overflow:visible",
    "height:0;padding-bottom:56.25%;overflow:hidden",
    "width:0;flex:1;overflow:hidden",
    "max-width:0;overflow:hidden;text-overflow:ellipsis",
    "line-height:0;overflow:hidden;min-height:0",
    "height:10px;overflow:hidden",
    "clip:rect(0,0,0,0)",
    "clip:rect(0,200px,80px,0);position:absolute",
    "clip-path:inset(5%)",
    "transform:scale(0.9)",
    "transform:translateX(-12px)",
    "margin-left:-20px",
    "opacity:0.6",
    "color:rgba(0,0,0,0.87)",
    "font:12px/0 a",
]


@pytest.mark.parametrize("style", HIDING)
def test_words_in_a_box_that_nobody_sees_are_left_out_and_told(style: str) -> None:
    for body, head in ((f"<div style='{style}'>内部备注</div>", ""), ("<div class=m>内部备注</div>", f".m{{{style}}}")):
        text, is_told = read(body, head)
        assert "内部备注" not in text
        assert is_told


@pytest.mark.parametrize("style", SEEN)
def test_words_in_a_box_that_is_small_moved_or_cut_a_little_are_read(style: str) -> None:
    for body, head in ((f"<div style='{style}'>限时办理</div>", ""), ("<div class=m>限时办理</div>", f".m{{{style}}}")):
        assert "限时办理" in read(body, head)[0]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<ul style='font-size:0'><li style='font-size:14px'>身份证<li style='font-size:1.2rem'>户口簿</ul>", ""),
        ("<ul class=g><li>身份证</li><li>户口簿</li></ul>", ".g{font-size:0} .g li{font-size:16px}"),
        ("<div class=v>甲<p class=s>身份证<p class=s>户口簿</div>", ".v{visibility:hidden}.s{visibility:visible}"),
    ],
)
def test_what_has_a_size_or_is_visible_of_its_own_is_read_within_what_has_not(body: str, head: str) -> None:
    text, _ = read(body, head)
    assert text.splitlines()[2:] == ["身份证", "户口簿"]


@pytest.mark.parametrize(
    "body",
    [
        "<div style='font-size:0'><span style='font-size:2em'>内部备注</span></div>",
        "<div style='visibility:hidden'><span style='font-size:14px'>内部备注</span></div>",
        "<div style='display:none'><span style='font-size:14px;visibility:visible'>内部备注</span></div>",
        "<div style='font-size:0'><p style='font-size:14px'>甲<b style='display:none'>内部备注</b></p></div>",
        "<div popover>内部备注</div>",
    ],
)
def test_what_does_not_undo_the_hiding_around_it_is_left_out(body: str) -> None:
    text, is_told = read(body)
    assert "内部备注" not in text
    assert is_told


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("position:relative;top:-6px;font-size:8px", "每月500元（注2）"),
        ("vertical-align:5px;font-size:60%", "每月500元（注2）"),
        ("position:relative;bottom:.4em;font-size:smaller", "每月500元（注2）"),
        ("position:relative;top:-1px", "每月5002元"),
        ("position:relative;left:4px;font-size:9px", "每月5002元"),
    ],
)
def test_small_figures_that_are_moved_up_are_marks(style: str, shown: str) -> None:
    for body, head in ((f"<span style='{style}'>2</span>", ""), ("<span class=u>2</span>", f".u{{{style}}}")):
        assert read(f"<p>每月500{body}元，每年发放</p>", head)[0].splitlines()[2] == f"{shown}，每年发放"


@pytest.mark.parametrize(("own", "is_read"), [("", False), ("<style>.memo{display:block}</style>", True)])
def test_the_style_sheets_saved_with_a_page_hide_what_its_own_styles_do_not_show(own: str, is_read: bool) -> None:
    page = f"<html><head>{own}</head><body><h1>补贴</h1><p>{LONG}</p><p class=memo>内部备注</p></body></html>"
    parts = (("text/html", page), ("text/css", ".memo{display:none}"))
    saved = "".join(f"--B\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{text}\r\n" for kind, text in parts)
    head = 'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n'
    parsed = parse(f"{head}{saved}--B--\r\n".encode(), "a.mht")
    assert ("内部备注" in "".join(block.text for block in parsed.blocks)) is is_read
