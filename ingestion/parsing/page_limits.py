"""Laying a pdf page out within limits: a few bytes can draw one form in another a million times."""

from typing import Any

from ingestion.parsing.pdf_clips import Box, cut_to, is_beyond
from ingestion.parsing.pdf_covers import Covers
from ingestion.parsing.pdf_layers import Layers
from ingestion.parsing.pdf_letters import INVISIBLE
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused

# A full page of a newspaper has 20,000 letters; a map some 100,000 strokes.
_MOST_LETTERS, _MOST_STROKES, _MOST_FORMS = 100_000, 300_000, 3_000

# Of the ways to draw letters: not at all, and as a border for what is drawn next.
_DRAWS_NOTHING = frozenset({3, 7})


def lay_out(page: Any, name: str) -> None:
    """What pdfplumber does when it is first asked what is on the page. Raises FileRefused.

    Letters on a layer that is switched off, beyond the frame they are drawn in, or under a box drawn later, are marked
    as invisible.
    """
    from pdfminer.layout import LTPage
    from pdfminer.pdfinterp import PDFPageInterpreter
    from pdfminer.psparser import literal_name
    from pdfplumber.page import PDFPageAggregatorWithMarkedContent

    class Device(PDFPageAggregatorWithMarkedContent):
        letters = strokes = forms = 0

        is_invisible = False
        frame: Box | None = None

        def begin_tag(self, tag: Any, props: Any = None) -> None:
            layers.open(tag, props)
            super().begin_tag(tag, props)

        def end_tag(self) -> None:
            layers.close()
            super().end_tag()

        def render_string(self, textstate: Any, *arguments: Any, **named: Any) -> Any:
            self.is_invisible = textstate.render in _DRAWS_NOTHING or layers.are_off
            return super().render_string(textstate, *arguments, **named)

        def render_char(self, *arguments: Any, **named: Any) -> Any:
            self.letters += 1
            _require(self.letters, _MOST_LETTERS, "letters", name)
            advance = super().render_char(*arguments, **named)
            covers.add_letter(self.cur_item._objs[-1])
            if self.is_invisible or is_beyond(self.cur_item._objs[-1], self.frame):
                setattr(self.cur_item._objs[-1], "tag", INVISIBLE)  # noqa: B010 - read by pdfplumber
            return advance

        def paint_path(self, *arguments: Any, **named: Any) -> Any:
            self.strokes += 1
            _require(self.strokes, _MOST_STROKES, "strokes", name)
            drawn = len(self.cur_item._objs)
            super().paint_path(*arguments, **named)
            for shape in self.cur_item._objs[drawn:] if isinstance(self.cur_item, LTPage) else ():
                covers.add_shape(shape)  # what a form within the page draws may be cut to its frame

        def begin_figure(self, *arguments: Any, **named: Any) -> Any:
            self.forms += 1
            _require(self.forms, _MOST_FORMS, "forms and pictures", name)
            return super().begin_figure(*arguments, **named)

    class Interpreter(PDFPageInterpreter):
        def do_W(self) -> None:
            device.frame = cut_to(device.frame, self.curpath, self.ctm)

        do_W_a = do_W

        def get_current_state(self) -> Any:
            return super().get_current_state(), device.frame

        def set_current_state(self, state: Any) -> None:
            inner, device.frame = state
            super().set_current_state(inner)

        def do_Do(self, xobjid_arg: Any) -> None:
            with layers.within(self.xobjmap.get(literal_name(xobjid_arg))) as is_shown:
                if is_shown:
                    frame = device.frame
                    super().do_Do(xobjid_arg)
                    device.frame = frame

    layers, covers = Layers(page), Covers(page)
    device = Device(page.pdf.rsrcmgr, pageno=page.page_number, laparams=page.pdf.laparams)
    Interpreter(page.pdf.rsrcmgr, device).process_page(page.page_obj)
    for letter in covers.covered():
        letter.tag = INVISIBLE
    page._layout = device.get_result()


def _require(count: int, most: int, what: str, name: str) -> None:
    if count > most:
        raise FileRefused(
            f"{name} draws more than {most:,} {what}, which nobody could read; export it again.",
            Cause("draws_too_much", {"limit": most}),
        )
