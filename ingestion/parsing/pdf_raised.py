"""Raised and lowered letters of a page, and small readings printed over characters: by their size and place."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

from ingestion.parsing.pdf_ink import Letter
from ingestion.parsing.raised_marks import LOWERED, LOWERED_END, RAISED, RAISED_END

# Shares of the type size: how much smaller and higher a raised letter is.
_SMALLER, _HIGHER, _LOWER, _NEAR = 0.82, 0.12, 0.12, 0.35
_MOST_RAISED, _MOST_IN_A_PLACE = 600, 60
_SYLLABLE = re.compile(r"[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňɡ\u3040-\u30ff\u3100-\u312f]")
_LONGEST_SYLLABLE, _FIRST_CHARACTER = 6, "\u2e80"
_MAY_BE_RAISED = re.compile(r"[\d+\-−–nioabcx*＊†‡§#(),，、\[\]［］〔〕①-⑳注stndrhTM°]")


def sign_raised(letters: Sequence[Letter]) -> None:
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


def readings(letters: Sequence[Letter]) -> set[int]:
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
