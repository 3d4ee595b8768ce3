"""Watermarks among the letters of a page: at an angle, light or large over others, or the same words many times."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from ingestion.parsing.pdf_ink import Letter, lightness

_LIGHT, _LIGHTER_BY = 0.5, 0.3
_OVER_OTHERS = 0.1  # of the letters of a watermark lie over others,
_OVER_OTHERS_IF_DARK, _LARGE = 0.3, 1.8  # or so many, where they are not lighter but so many times larger
_REPEATS = 3
# A page may have more letters of a tiled watermark than of its text: most runs of so many letters come again and again.
_RUN, _MOST_RUNS, _LEAST_TEXT = 4, 0.6, 10
_LEAST_SKEW = math.radians(3)
# Of a hostile page: letters in one place, letters compared.
_MOST_IN_A_PLACE, _MOST_LOOKED_AT = 60, 2_000


def watermark_letters(letters: Sequence[Letter]) -> set[int]:
    """Letters at an angle; light ones over others or many times over; large ones over others."""
    skewed = [letter for letter in letters if _is_skewed(letter)]
    is_beside_text = len(skewed) < len(letters) / 2
    is_over_text = len(letters) - len(skewed) >= _LEAST_TEXT and _is_tiled(skewed)
    out = {id(letter) for letter in skewed} if is_beside_text or is_over_text else set()
    groups: dict[tuple[str, float], list[Letter]] = defaultdict(list)
    for letter in letters:
        if id(letter) not in out:
            groups[str(letter["non_stroking_color"]), round(letter["size"])].append(letter)
    if len(groups) < 2:
        return out
    tiled = {key for key, group in groups.items() if lightness(group[0]) > _LIGHT and _is_tiled(group)}
    body_key, body = max(groups.items(), key=lambda item: (item[0] not in tiled, len(item[1])))
    for key, group in groups.items():
        is_lighter = lightness(group[0]) > max(_LIGHT, lightness(body[0]) + _LIGHTER_BY)
        is_large = key[1] >= _LARGE * body_key[1]
        is_words = sum(letter["text"].isalnum() for letter in group) > len(group) / 2
        if key == body_key or not is_words or not (is_lighter or is_large):
            continue
        own = {id(letter) for letter in group} | out
        share = _share_over(group, [letter for letter in letters if id(letter) not in own])
        if share >= (_OVER_OTHERS if is_lighter else _OVER_OTHERS_IF_DARK) or (is_lighter and _repeats(group)):
            out |= {id(letter) for letter in group}
    return out


def _is_tiled(group: Sequence[Letter]) -> bool:
    """In the order in which they are drawn."""
    words = "".join(letter["text"] for letter in group[:_MOST_LOOKED_AT] if not letter["text"].isspace())
    runs = Counter(words[start : start + _RUN] for start in range(len(words) - _RUN + 1))
    return sum(count for count in runs.values() if count >= _REPEATS) > _MOST_RUNS * max(1, runs.total())


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
