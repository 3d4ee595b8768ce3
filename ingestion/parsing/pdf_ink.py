"""How light a letter or shape of a page is."""

from typing import Any

Letter = dict[str, Any]


def lightness(letter: Letter) -> float:
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
