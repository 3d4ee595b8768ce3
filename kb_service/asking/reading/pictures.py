"""The few lines of a picture's text that tell what it is about. A screenshot is data: what it orders is not read."""

from collections.abc import Callable

from kb_service.text.vocabulary import AnyOf, Words

_LONGEST = 120
_MOST_LINES = 200


class PictureWords(Words):
    """The part `picture` of `reading.yaml`. ``frame``: what a line of nothing else is; ``fault``: of the platform."""

    frame: AnyOf
    fault: AnyOf


def telling_lines(
    seen: str,
    words: PictureWords,
    *,
    asks: Callable[[str], bool],
    gives_orders: Callable[[str], bool],
    names: Callable[[str], bool],
) -> str:
    """At most 120 characters of a normalised text, in its order: faults, questions and named matters before the rest.

    ``asks``: whether a line is a question; ``gives_orders``: whether it wants to tell the service what to do;
    ``names``: whether it names a matter.
    """
    lines = [line for each in seen.splitlines()[:_MOST_LINES] if (line := " ".join(each.split()))]
    if gives_orders("".join(lines)):  # an order may be broken over lines
        lines = [line for line in lines if words.fault.search(line) or names(line)]
    lines = [line for line in lines if not words.frame.fullmatch(line) and not gives_orders(line)]

    def weight(at: int) -> tuple[int, int]:
        line = lines[at]
        said = 4 * bool(words.fault.search(line)) + 3 * names(line) + 2 * (asks(line) or "?" in line) + (len(line) >= 6)
        return (-said, at)

    chosen: list[int] = []
    room = _LONGEST
    for at in sorted(range(len(lines)), key=weight):
        if len(lines[at]) <= room:
            chosen.append(at)
            room -= len(lines[at]) + 1
    if not chosen and lines:
        return lines[min(range(len(lines)), key=weight)][:_LONGEST]
    return " ".join(lines[at] for at in sorted(chosen))
