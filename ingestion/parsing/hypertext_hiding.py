"""What a style declares that takes its element out of sight, brings it back, or raises and lowers its letters."""

import re
from functools import lru_cache

# A page repeats the same few styles in thousands of elements.
_STYLES_REMEMBERED = 1024

_ZERO = r"0(?:\.0*)?"
_END = r"\s*(?:!|;|$|\})"
_NOTHING = rf"(?:{_ZERO}|\.0+)(?:px|pt|r?em|%|v[hw])?"
_COLOUR, _GROUND = r"(?!inherit|initial|unset|revert|currentcolor)#?\w{3,20}", "background(?:-color)?"
_NO_SIZE = rf"font-size\s*:\s*{_NOTHING}{_END}"
_FAR = r"-\d{3,}(?:\.\d+)?(?:px|pt|r?em|%|v[hw])"
_GONE = re.compile(
    rf"display\s*:\s*none|(?<![\w-])opacity\s*:\s*(?:0?\.?0*|0%){_END}|filter\s*:\s*opacity\(\s*(?:0|0%|\.0+)\s*\)"
    rf"|{_NO_SIZE}|(?<![\w-])font\s*:\s*0/0|content-visibility\s*:\s*hidden"
    r"|(?<![\w-])color\s*:\s*(?:transparent|rgba\([^()]{0,60}[,/]\s*(?:0|\.0+|0\.0*|0%)\s*\))"
    # in the colour of their own ground
    rf"|(?<![\w-])color\s*:\s*(?P<ink>{_COLOUR})\s*;[^{{}}]{{0,200}}?{_GROUND}\s*:\s*(?P=ink){_END}"
    rf"|{_GROUND}\s*:\s*(?P<ground>{_COLOUR})\s*;(?:[^{{}}]{{0,200}}?;)?\s*color\s*:\s*(?P=ground){_END}"
    # beside the page, or drawn with no height or no width
    rf"|mso-hide\s*:\s*all|text-indent\s*:\s*-\d{{3,}}|(?<![\w-])(?:left|top|right|margin-left)\s*:\s*{_FAR}"
    rf"|translate(?:x|y|3d)?\(\s*{_FAR}"
    rf"|scale(?:x|y)?\(\s*{_ZERO}\s*[,)]|scale3d\(\s*{_ZERO}\s*,|scale\(\s*[\d.]+\s*,\s*{_ZERO}\s*\)"
    rf"|(?<![\w-])scale\s*:\s*{_ZERO}{_END}"
    r"|clip-path\s*:\s*(?:inset\(\s*(?:[5-9]\d|100)(?:\.\d+)?%|circle\(\s*0)",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(r"visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
# A box without room hides only what it also cuts off. Padding gives it room, as in frames of a given ratio; what grows
# along a row takes room there; a width of nothing in a table is as wide as its words.
_NO_ROOM = re.compile(
    rf"(?<![\w-])(?:max-)?height\s*:\s*(?:{_NOTHING}|1px){_END}|text-indent\s*:\s*1\d\d%", re.IGNORECASE
)
_NO_WIDTH = re.compile(rf"(?<![\w-])width\s*:\s*(?:{_NOTHING}|1px){_END}", re.IGNORECASE)
_CUT_OFF = re.compile(r"overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_GROWS = re.compile(r"(?<![\w-])flex(?:-grow)?\s*:", re.IGNORECASE)
_PADDED = re.compile(r"padding(?:-top|-bottom)?\s*:\s*(?:[^;]*\s)?[\d.]*[1-9]", re.IGNORECASE)
_CLIPPED = re.compile(r"(?<![\w-])clip\s*:\s*rect\(\s*([01])(?:px)?[\s,]+\1(?:px)?[\s,]+\1(?:px)?[\s,]+\1(?:px)?\s*\)")
_OUT_OF_FLOW = re.compile(r"position\s*:\s*(?:absolute|fixed)", re.IGNORECASE)
_SHOWN = re.compile(r"display\s*:\s*(?!none)[a-z]|visibility\s*:\s*visible", re.IGNORECASE)

_WITHOUT_SIZE = re.compile(_NO_SIZE, re.IGNORECASE)
# Of a size that does not follow from the one around it.
_SIZED = re.compile(r"font-size\s*:\s*(?!0)(?:[\d.]+(?:px|pt|rem|v[hw])|(?:x+-)?(?:small|large)|medium)", re.IGNORECASE)
_VISIBLE = re.compile(r"visibility\s*:\s*visible", re.IGNORECASE)

# Rules of a page put pictures at the top of the text as well: ``super`` raises letters, and a shift of smaller ones.
_SUPER = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_TOP = re.compile(r"vertical-align\s*:\s*text-top", re.IGNORECASE)
_LOWERED = re.compile(r"vertical-align\s*:\s*sub", re.IGNORECASE)
_SHIFTED_UP = re.compile(
    r"(?<![\w-])top\s*:\s*-[\d.]*[1-9]|(?<![\w-])bottom\s*:\s*[\d.]*[1-9]"
    r"|vertical-align\s*:\s*(?:[\d.]*[1-9][\d.]*\s*(?:px|pt|r?em|ex|%))",
    re.IGNORECASE,
)
_SHIFTED_DOWN = re.compile(
    r"(?<![\w-])top\s*:\s*[\d.]*[1-9]|(?<![\w-])bottom\s*:\s*-[\d.]*[1-9]|vertical-align\s*:\s*-[\d.]*[1-9]",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"position\s*:\s*relative|vertical-align\s*:\s*-?[\d.]", re.IGNORECASE)
_SMALLER = re.compile(
    r"font-size\s*:\s*(?:[1-9]\d?%|0?\.\d+em|[5-9](?:\.\d+)?p[tx]|10px|smaller|x*-?small)", re.IGNORECASE
)


@lru_cache(_STYLES_REMEMBERED)
def hides(declared: str) -> bool:
    if _GONE.search(declared) or _INVISIBLE.search(declared):
        return True
    is_out_of_flow = _OUT_OF_FLOW.search(declared) is not None
    if is_out_of_flow and _CLIPPED.search(declared):
        return True
    has_no_room = _NO_ROOM.search(declared) or (is_out_of_flow and _NO_WIDTH.search(declared))
    is_given_room = _PADDED.search(declared) or _GROWS.search(declared)
    return bool(has_no_room and _CUT_OFF.search(declared) and not is_given_room)


@lru_cache(_STYLES_REMEMBERED)
def shows(declared: str) -> bool:
    return _SHOWN.search(declared) is not None


def hides_letters_alone(declared: str) -> bool:
    """By what those within may declare otherwise for themselves: their size, whether they are visible."""
    without = _INVISIBLE.sub("", _WITHOUT_SIZE.sub(";", declared))
    return without != declared and not hides(without)


def hides_by_size(text: str) -> bool:
    """Whether anything in these styles does."""
    return _WITHOUT_SIZE.search(text) is not None


@lru_cache(_STYLES_REMEMBERED)
def shows_letters(declared: str) -> bool:
    return _SIZED.search(declared) is not None or _VISIBLE.search(declared) is not None


def shows_letters_again(declared: str, within: str) -> bool:
    """What declares so stands within what hides letters alone."""
    is_sized = _SIZED.search(declared) is not None or not _WITHOUT_SIZE.search(within)
    is_visible = _VISIBLE.search(declared) is not None or not _INVISIBLE.search(within)
    return is_sized and is_visible


@lru_cache(_STYLES_REMEMBERED)
def raises(declared: str) -> bool:
    return _SUPER.search(declared) is not None or _is_shifted(declared, _SHIFTED_UP)


@lru_cache(_STYLES_REMEMBERED)
def lowers(declared: str) -> bool:
    return _LOWERED.search(declared) is not None or _is_shifted(declared, _SHIFTED_DOWN)


@lru_cache(_STYLES_REMEMBERED)
def raises_by_itself(declared: str) -> bool:
    return raises(declared) or _TOP.search(declared) is not None


def _is_shifted(declared: str, sign: re.Pattern[str]) -> bool:
    return bool(_RELATIVE.search(declared) and _SMALLER.search(declared) and sign.search(declared))
