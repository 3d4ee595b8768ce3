"""Raised and lowered letters, which say something else than the same letters on the line: 800¹元 is not 8001元.

A reader puts them between the signs below while it gathers words; what they mean is decided once the paragraph is
whole. An exponent stays raised (10³, m²). The mark of a note is told as such, behind the clause where it stands
between a figure and its unit, so that the figure stays whole: 800元（注1）.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from ingestion.parsing.blocks import Block, paragraph

# Noncharacters, which no text may hold.
RAISED, RAISED_END, LOWERED, LOWERED_END, LINKED = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4"
_SIGNS = re.compile("[\ufdd0-\ufdd4]")
_RAISED = re.compile("\ufdd0([^\ufdd0-\ufdd3]*)\ufdd1")
_LOWERED = re.compile("\ufdd2([^\ufdd0-\ufdd3]*)\ufdd3")

_LONGEST_RAISED = 12
_AROUND = 100  # characters that are looked at
_NUMBERED = re.compile(r"\d{1,3}(?:\s*[,，、\-–—~]\s*\d{1,3})*")
_SYMBOLS = re.compile(r"[*＊†‡§#①-⑳㉑-㉟❶-❿]+|尾?注.*|[a-z]")
_BRACKETS = re.compile(r"^[\[［(（〔【](.*)[\]］)）〕】]$")
_AS_WRITTEN = re.compile(r"st|nd|rd|th|TM|SM|[®™℠]", re.IGNORECASE)
_UNIT = re.compile(
    r"(?:(?<![A-Za-z])(?:[kcmdμµn]?m|hm|ft|in|yd|s|h|min|kg|g|L|mol|[A-Za-z])|[米里尺寸])$", re.IGNORECASE
)
_POWER_OF_TEN = re.compile(r"(?<![\d.])10$")
_FACTOR = re.compile(r"[×xX*·]\s*\d+$")
_CALCULATION = re.compile(r"[(（][^()（）]*[A-Za-z\d+\-×÷*/][^()（）]*[)）]$")
# Also the end of a cell, in a table's text and in its HTML.
_CLAUSE_END = re.compile("[，。；：、！？）,;!?)\n\ufdd0<]| \\||$")
_EXPONENTS = str.maketrans("0123456789+-−–=()abcdeijkmnrtxy", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉⁱʲᵏᵐⁿʳᵗˣʸ")
_INDEXES = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
# Between two pieces of one raised or lowered group.
_ONE_GROUP = re.compile("\ufdd1\ufdd0\ufdd4?|\ufdd3\ufdd2")


def exponent(text: str) -> str:
    """Of a formula, in which what is raised is no mark of a note."""
    return _moved(text, _EXPONENTS, "^")


def index(text: str) -> str:
    """Of a formula, lowered."""
    return _moved(text, _INDEXES, "_")


def _moved(text: str, characters: dict[int, int], mark: str) -> str:
    bare = text.strip()
    if all(ord(letter) in characters for letter in bare):
        return bare.translate(characters)
    return f"{mark}({bare})"


def raised(text: str) -> str:
    """Letters of a text that stand above their line, between signs."""
    return f"{RAISED}{text}{RAISED_END}" if text.strip() and RAISED not in text else text


def lowered(text: str) -> str:
    return f"{LOWERED}{text}{LOWERED_END}" if text.strip() and LOWERED not in text else text


def told(text: str) -> str:
    """A text that stands by itself, without signs."""
    return with_marks_told([paragraph(text)])[0].text if _SIGNS.search(text) else text


def with_marks_told(blocks: Iterable[Block]) -> list[Block]:
    """The blocks without signs: what each raised or lowered group means is written out."""
    read = list(blocks)
    if not any(_SIGNS.search(block.text) for block in read):
        return read
    read = [_with_whole_groups(block) for block in read]
    marks = _Marks(read)
    return [
        replace(block, text=marks.told(block.text), html=block.html and marks.told(block.html))
        if _SIGNS.search(block.text)
        else block
        for block in read
    ]


def _with_whole_groups(block: Block) -> Block:
    if not _ONE_GROUP.search(block.text):
        return block
    return replace(block, text=without_inner_marks(block.text), html=block.html and without_inner_marks(block.html))


def without_inner_marks(text: str) -> str:
    """One raised group, not one for each of its pieces."""
    return _ONE_GROUP.sub("", text)


class _Marks:
    """``_notes``: the marks that a paragraph begins with. ``_marked``: how often a mark stands at other words."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._notes: set[str] = set()
        self._marked: Counter[str] = Counter()
        for block in blocks:
            for found in _RAISED.finditer(block.text):
                before = block.text[max(0, found.start() - _AROUND) : found.start()]
                if before.rpartition("\n")[2].strip():
                    self._marked[_bare(found[1])] += not _POWER_OF_TEN.search(before)
                else:
                    self._notes.add(_bare(found[1]))

    def told(self, text: str) -> str:
        first, *rest = _RAISED.split(text)
        shown, before = [first], first[-_AROUND:]
        for raised, following in zip(rest[::2], rest[1::2], strict=True):
            words, is_note = self._words(raised, before, following[:_AROUND])
            if is_note and before[-1:].isdigit() and following[:1].strip():
                end = _CLAUSE_END.search(following)
                at = end.start() if end else len(following)
                added = following[:at] + words + following[at:]
            else:
                added = words + (following.lstrip() if words.endswith(" ") else following)
            shown.append(added)
            before = (before + added[-_AROUND:])[-_AROUND:]
        return _SIGNS.sub("", _LOWERED.sub(_lowered, "".join(shown)))

    def _words(self, raised: str, before: str, after: str) -> tuple[str, bool]:
        """What stands in the place of the raised letters, and whether they are the mark of a note."""
        bare = _bare(raised)
        written = raised.replace(LINKED, "").strip()
        if not bare or len(bare) > _LONGEST_RAISED:
            return written, False
        if after[:1] in {"/", "⁄"} and bare.isdigit():
            return (" " if before[-1:].isdigit() else "") + bare, False
        if not before.rpartition("\n")[2].strip():
            is_mark = _NUMBERED.fullmatch(bare) or bare in "*＊†‡"
            return (f"注{bare} " if is_mark else written), False
        if bare in {"o", "O", "0", "°"} and after.lstrip()[:1] in {"C", "F"}:
            return "°", False
        if _AS_WRITTEN.fullmatch(bare):
            return bare, False
        if LINKED in raised or self._is_note(bare, written, before, after):
            return f"（{bare if bare.startswith(('注', '尾注')) else '注' + bare}）", True
        return exponent(bare), False

    def _is_note(self, bare: str, written: str, before: str, after: str) -> bool:
        if _SYMBOLS.fullmatch(bare) and not (len(bare) == 1 and bare.isascii() and bare.isalpha()):
            return True
        if bare != written:  # in brackets
            return not re.search(r"[A-Za-z)）]$", before)
        if not _NUMBERED.fullmatch(bare):
            return False
        if _POWER_OF_TEN.search(before):
            is_the_only = bare in self._notes and not self._marked[bare] and not _FACTOR.search(before)
            return bare in {"0", "1"} or is_the_only
        if before[-1:].isdigit():
            return not (_FACTOR.search(before) or after.lstrip()[:1] in {"=", "＝", "×", "÷"})
        return not (_UNIT.search(before) or _CALCULATION.search(before))


def _bare(raised: str) -> str:
    """[1], 〔1〕 and 1 are one mark."""
    words = "".join(raised.replace(LINKED, "").split())
    return _BRACKETS.sub(r"\1", words)


def _lowered(found: re.Match[str]) -> str:
    """H₂O is written H2O; a base stays apart from the figures beside it: 1010_2."""
    words = found[1].strip()
    before, after = found.string[max(0, found.start() - 1) : found.start()], found.string[found.end() : found.end() + 1]
    if words.isdigit() and (before.isdigit() or after.isdigit()):
        return f"_{words}" + (" " if after.isdigit() else "")
    return words
