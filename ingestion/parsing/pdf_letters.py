"""Which letters of a pdf page its readers see, and which of them are raised: settled before words are made of them."""

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from ingestion.parsing.raised_marks import LOWERED, LOWERED_END, RAISED, RAISED_END
from ingestion.parsing.symbols import symbol
from kb_service.domain.file_reports import NoteKind, Notes

Letter = dict[str, Any]
Box = tuple[float, float, float, float]  # x0, top, x1, bottom

INVISIBLE = "invisible"
# In the place of a letter that is struck out, so that what stands before and after it stays on one line.
_NOTHING = "\u2060"
_SMALLEST = 1.5  # points; nobody reads smaller type
_WHITE, _LIGHT, _LIGHTER_BY = 0.97, 0.5, 0.3
_LEAST_SKEW = math.radians(3)
_OVER_OTHERS = 0.1  # of the letters of a watermark lie over others,
_OVER_OTHERS_IF_DARK, _LARGE = 0.3, 1.8  # or so many, where they are not lighter but so many times larger
_REPEATS = 3
# Shares of the type size: how much smaller and higher a raised letter is, and where a line strikes letters out.
_SMALLER, _HIGHER, _LOWER, _NEAR = 0.82, 0.12, 0.12, 0.35
_STRUCK_FROM, _STRUCK_TO, _STRUCK_SHARE = 0.35, 0.68, 0.6
_MOST_LETTERS_MARKED = 20_000
_MOST_RAISED, _MOST_RULES, _THICKEST_RULE = 600, 400, 1.6
_PICTURE_FONT = re.compile(r"wingdings(?!3)|dingbats", re.IGNORECASE)
_SYLLABLE = re.compile(r"[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňɡ\u3040-\u30ff\u3100-\u312f]")
_LONGEST_SYLLABLE, _FIRST_CHARACTER = 6, "\u2e80"
# Of a hostile page: letters in one place, letters compared, shapes that may lie under letters.
_MOST_IN_A_PLACE, _MOST_LOOKED_AT, _MOST_GROUNDS = 60, 2_000, 200
_MAY_BE_RAISED = re.compile(r"[\d+\-−–nioabcx*＊†‡§#(),，、\[\]［］〔〕①-⑳注stndrhTM°]")


def keep_shown_letters(page: Any, notes: Notes) -> None:
    """Takes out of the page what is not seen on it, and puts signs around raised and lowered letters."""
    letters: list[Letter] = page.chars
    if not letters:
        return
    grounds = _grounds(page)
    shown = [letter for letter in letters if not _is_unseen(letter, page, grounds)]
    if not _holds_text(shown) and _is_picture(page):
        shown = letters  # the text that a scanner put under its picture
        notes.add(NoteKind.INVISIBLE_LAYER, str(page.page_number))
    elif len(shown) < len(letters):
        notes.add(NoteKind.HIDDEN_TEXT, str(page.page_number))
    for out, kind in (
        (_artifacts(shown), NoteKind.RUNNING_HEADS),
        (_watermark(shown), NoteKind.WATERMARKS),
        (_readings(shown), NoteKind.READINGS),
    ):
        if out:
            notes.add(kind, str(page.page_number))
            shown = [letter for letter in shown if id(letter) not in out]
    if struck := _struck(shown, page):
        notes.add(NoteKind.STRUCK_OUT, str(page.page_number))
        for letter in shown:
            if id(letter) in struck:
                letter["text"] = _NOTHING
    for letter in shown:
        if _PICTURE_FONT.search(letter["fontname"]) and len(letter["text"]) == 1:
            letter["text"] = _sign(letter["text"], letter["fontname"])
    _sign_raised(shown)
    page.objects["char"] = shown


def _sign(letter: str, font: str) -> str:
    """What a letter of a picture font shows; fonts in a file have names like ABCDEF+Wingdings-Regular."""
    name = font.rpartition("+")[2].lower()
    family = "zapfdingbats" if "dingbats" in name else "wingdings 2" if name.startswith("wingdings2") else "wingdings"
    return symbol(family, ord(letter)) or letter


def _holds_text(letters: Sequence[Letter]) -> bool:
    return sum(not letter["text"].isspace() for letter in letters) >= 10


def _is_picture(page: Any) -> bool:
    area = float(page.width) * float(page.height)
    return any((each["x1"] - each["x0"]) * (each["bottom"] - each["top"]) > 0.5 * area for each in page.images)


def _is_unseen(letter: Letter, page: Any, grounds: Sequence[Any]) -> bool:
    if letter["tag"] == INVISIBLE or letter["size"] < _SMALLEST:
        return True
    x0, top, x1, bottom = page.bbox
    if letter["x1"] < x0 or letter["x0"] > x1 or letter["bottom"] < top or letter["top"] > bottom:
        return True
    return _lightness(letter) >= _WHITE and not _has_ground(letter, grounds)


def _lightness(letter: Letter) -> float:
    """From 0, black, to 1, white; 0 where the color is a pattern."""
    color = letter["non_stroking_color"]
    parts = [color] if isinstance(color, (int, float)) else list(color or ())
    if not all(isinstance(part, (int, float)) for part in parts):
        return 0.0
    match parts:
        case [grey]:
            # One part may be an ink of its own, of which 1 is the most.
            return float(grey) if letter.get("ncs") in {None, "DeviceGray", "CalGray"} else 0.0
        case [red, green, blue]:
            return 0.3 * red + 0.59 * green + 0.11 * blue
        case [cyan, magenta, yellow, black]:
            return float(max(0.0, 1 - min(1.0, 0.3 * cyan + 0.59 * magenta + 0.11 * yellow + black)))
        case _:
            return 0.0


def _grounds(page: Any) -> list[Any]:
    """Pictures and filled shapes, on which white letters are seen."""
    shapes = [each for each in (*page.rects, *page.curves)[:_MOST_LOOKED_AT] if each["fill"] and _is_dark(each)]
    return [*page.images, *shapes][:_MOST_GROUNDS]


def _has_ground(letter: Letter, grounds: Sequence[Any]) -> bool:
    x, y = (letter["x0"] + letter["x1"]) / 2, (letter["top"] + letter["bottom"]) / 2
    return any(each["x0"] <= x <= each["x1"] and each["top"] <= y <= each["bottom"] for each in grounds)


def _is_dark(shape: Any) -> bool:
    return _lightness(shape) < _WHITE


def _artifacts(letters: Sequence[Letter]) -> set[int]:
    """What a tagged file itself calls no part of its text: page headers and numbers, watermarks."""
    tagged = sum(letter["mcid"] is not None and letter["tag"] != "Artifact" for letter in letters)
    if tagged < len(letters) / 2:
        return set()
    return {id(letter) for letter in letters if letter["tag"] == "Artifact"}


def _watermark(letters: Sequence[Letter]) -> set[int]:
    """Letters at an angle; light ones over others or many times over; large ones over others."""
    skewed = {id(letter) for letter in letters if _is_skewed(letter)}
    out = skewed if len(skewed) < len(letters) / 2 else set()
    groups: dict[tuple[str, float], list[Letter]] = defaultdict(list)
    for letter in letters:
        if id(letter) not in out:
            groups[str(letter["non_stroking_color"]), round(letter["size"])].append(letter)
    if len(groups) < 2:
        return out
    body_key, body = max(groups.items(), key=lambda item: len(item[1]))
    for key, group in groups.items():
        is_lighter = _lightness(group[0]) > max(_LIGHT, _lightness(body[0]) + _LIGHTER_BY)
        is_large = key[1] >= _LARGE * body_key[1]
        is_words = sum(letter["text"].isalnum() for letter in group) > len(group) / 2
        if key == body_key or not is_words or not (is_lighter or is_large):
            continue
        own = {id(letter) for letter in group} | out
        share = _share_over(group, [letter for letter in letters if id(letter) not in own])
        if share >= (_OVER_OTHERS if is_lighter else _OVER_OTHERS_IF_DARK) or (is_lighter and _repeats(group)):
            out |= {id(letter) for letter in group}
    return out


def _is_skewed(letter: Letter) -> bool:
    a, b = letter["matrix"][0], letter["matrix"][1]
    quarter = math.pi / 2
    angle = math.atan2(b, a) % quarter
    return min(angle, quarter - angle) > _LEAST_SKEW


def _share_over(group: Sequence[Letter], others: Sequence[Letter]) -> float:
    """How many of the letters lie over others."""
    at: dict[tuple[int, int], list[Letter]] = defaultdict(list)
    for other in others:
        place = round(other["x0"] / 20), round(other["top"] / 20)
        if not other["text"].isspace() and len(at[place]) < _MOST_IN_A_PLACE:
            at[place].append(other)
    seen = [letter for letter in group if not letter["text"].isspace()][:_MOST_LOOKED_AT]
    over = 0
    for letter in seen:
        reach = int(letter["size"] / 20) + 1
        column, row = round(letter["x0"] / 20), round(letter["top"] / 20)
        near = (
            other
            for x in range(column - 1, column + reach + 1)
            for y in range(row - 1, row + reach + 1)
            for other in at.get((x, y), ())
        )
        over += any(_overlap(letter, other) > 0.2 for other in near)
    return over / max(1, len(seen))


def _overlap(one: Letter, other: Letter) -> float:
    """As a share of the smaller one."""
    wide = min(one["x1"], other["x1"]) - max(one["x0"], other["x0"])
    high = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(each["x1"] - each["x0"]) * (each["bottom"] - each["top"]) for each in (one, other)]
    return float(wide * high / max(0.01, min(areas)))


def _repeats(group: Sequence[Letter]) -> bool:
    lines: dict[int, str] = defaultdict(str)
    for letter in sorted(group, key=lambda letter: (round(letter["top"]), letter["x0"])):
        lines[round(letter["top"])] += letter["text"].strip()
    counted = Counter(line for line in lines.values() if len(line) > 1)
    return bool(counted) and counted.most_common(1)[0][1] >= _REPEATS


def _readings(letters: Sequence[Letter]) -> set[int]:
    """Small syllables right over larger characters."""
    sizes = Counter(round(letter["size"], 1) for letter in letters)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    small = [letter for letter in letters if letter["size"] <= 0.6 * body and _SYLLABLE.fullmatch(letter["text"])]
    if not 0 < len(small) <= _MOST_RAISED:
        return set()
    runs: list[list[Letter]] = []
    for letter in sorted(small, key=lambda letter: (round(letter["top"]), letter["x0"])):
        last = runs[-1][-1] if runs else None
        if last and abs(last["top"] - letter["top"]) < 1 and letter["x0"] - last["x1"] < 0.3 * letter["size"]:
            runs[-1].append(letter)
        else:
            runs.append([letter])
    large = [letter for letter in letters if letter["size"] >= 0.9 * body]
    over = [run for run in runs if len(run) <= _LONGEST_SYLLABLE and any(_is_right_over(run, base) for base in large)]
    return {id(letter) for run in over for letter in run}


def _is_right_over(run: Sequence[Letter], base: Letter) -> bool:
    gap = base["top"] - run[0]["bottom"]
    is_level = -0.35 * base["size"] <= gap <= 0.4 * base["size"] and run[0]["top"] < base["top"]
    is_above = run[0]["x0"] < base["x1"] and base["x0"] < run[-1]["x1"]
    return bool(is_level and is_above and base["text"][:1] >= _FIRST_CHARACTER)


def _struck(letters: Sequence[Letter], page: Any) -> set[int]:
    """Letters that a level line crosses, drawn on the page or by a reader's pen."""
    rules = list(_rules(page))
    if len(rules) > _MOST_RULES:
        rules = []
    marked = list(_marked_out(page))[:_MOST_RULES]
    if not rules and not marked:
        return set()
    ordered = sorted(letters, key=lambda letter: float(letter["top"]))
    tops = [float(letter["top"]) for letter in ordered]
    tallest = max(letter["bottom"] - letter["top"] for letter in ordered)
    out = {id(letter) for box in marked for letter in ordered[:_MOST_LETTERS_MARKED] if _is_middle_in(letter, box)}
    for x0, top, x1, bottom in rules:
        y = (top + bottom) / 2
        crossed = [
            letter
            for letter in ordered[bisect_left(tops, y - tallest) : bisect_right(tops, y)][:_MOST_LOOKED_AT]
            if letter["upright"] and _is_crossed(letter, y) and x0 - 1 <= (letter["x0"] + letter["x1"]) / 2 <= x1 + 1
        ]
        words = [letter for letter in crossed if letter["text"].isalnum()]
        # A rule of a table or a fraction goes on where no letters are.
        if len(words) > 1 and sum(letter["x1"] - letter["x0"] for letter in crossed) > _STRUCK_SHARE * (x1 - x0):
            out |= {id(letter) for letter in crossed}
    return out


def _is_crossed(letter: Letter, y: float) -> bool:
    height = letter["bottom"] - letter["top"]
    return bool(letter["top"] + _STRUCK_FROM * height < y < letter["top"] + _STRUCK_TO * height)


def _rules(page: Any) -> Iterator[Box]:
    for each in (*page.lines, *page.rects):
        if each["bottom"] - each["top"] <= _THICKEST_RULE and each["x1"] - each["x0"] > 4:
            yield each["x0"], each["top"], each["x1"], each["bottom"]


def _marked_out(page: Any) -> Iterator[Box]:
    """Where a reader's pen has struck words out: its notes name a box for each line of them."""
    for each in page.annots:
        if str(each["data"].get("Subtype")).strip("/'") != "StrikeOut":
            continue
        corners = each["data"].get("QuadPoints")
        places = [float(at) for at in corners if isinstance(at, int | float)] if isinstance(corners, list) else []
        quads = [places[at : at + 8] for at in range(0, len(places) - 7, 8)]
        # The corners count from below, in the page's own coordinates, as the note's box does there.
        rect = each["data"].get("Rect")
        if not quads or not isinstance(rect, list) or len(rect) != 4:
            yield each["x0"], each["top"], each["x1"], each["bottom"]
            continue
        right, up = each["x0"] - min(rect[0], rect[2]), each["bottom"] + min(rect[1], rect[3])
        for quad in quads:
            xs, ys = quad[::2], quad[1::2]
            yield min(xs) + right, up - max(ys), max(xs) + right, up - min(ys)


def _is_middle_in(letter: Letter, box: Box) -> bool:
    x, y = (letter["x0"] + letter["x1"]) / 2, (letter["top"] + letter["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _sign_raised(letters: Sequence[Letter]) -> None:
    sizes = Counter(round(letter["size"], 1) for letter in letters)
    largest = max(sizes, default=0.0)
    small = [
        each
        for each in letters
        if each["size"] < _SMALLER * largest
        and each["upright"]
        and each["matrix"][0] > 0
        and _MAY_BE_RAISED.fullmatch(each["text"])
    ]
    if not 0 < len(small) <= _MOST_RAISED:
        return
    seen = sorted(
        (letter for letter in letters if not letter["text"].isspace()), key=lambda letter: float(letter["x1"])
    )
    ends = [float(letter["x1"]) for letter in seen]
    signs: dict[int, tuple[str, str]] = {}
    for letter in sorted(small, key=lambda letter: float(letter["x0"])):
        reach = _NEAR * largest
        near = seen[bisect_left(ends, letter["x0"] - reach) : bisect_right(ends, letter["x0"] + 0.3 * letter["size"])]
        for base in reversed(near[-_MOST_IN_A_PLACE:]):
            if base is letter:
                continue
            is_beside = (
                abs(base["size"] - letter["size"]) < 0.5 and abs(base["top"] - letter["top"]) < 0.4 * letter["size"]
            )
            if id(base) in signs and is_beside:
                signs[id(letter)] = signs[id(base)]
            elif letter["size"] <= _SMALLER * base["size"] and letter["x0"] - base["x1"] <= _NEAR * base["size"]:
                if base["top"] - 0.4 * base["size"] < letter["top"] and _is_higher(letter, base):
                    signs[id(letter)] = (RAISED, RAISED_END)
                elif letter["top"] < base["bottom"] and letter["bottom"] > base["bottom"] + _LOWER * base["size"]:
                    signs[id(letter)] = (LOWERED, LOWERED_END)
            if id(letter) in signs:
                break
    for letter in small:
        if id(letter) in signs:
            before, after = signs[id(letter)]
            letter["text"] = f"{before}{letter['text']}{after}"


def _is_higher(letter: Letter, base: Letter) -> bool:
    overlaps = letter["bottom"] > base["top"] + 0.05 * base["size"]
    return bool(overlaps and letter["bottom"] < base["bottom"] - _HIGHER * base["size"])
