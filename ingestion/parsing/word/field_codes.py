r"""What Word draws from the code of an EQ field, which has no stored result: ① of \o\ac(○,1), fractions, readings."""

import re

from ingestion.parsing.raised_marks import exponent, index

_PIECES = re.compile(r"\\([a-zA-Z]+)(?:\\[a-zA-Z]+)*\s*([0-9.]*)\s*\(|[(),;，；)]|\\.|[^\\(),;，；]+")
_RINGS = frozenset("○◯〇Ｏ")
_MOST_DEPTH = 20


def text_of_code(code: str) -> str:
    found = re.match(r"\s*eq\b(.*)", code, re.IGNORECASE | re.DOTALL)
    if found is None:
        return ""
    bare = re.sub(r'\\\*\s*(?:"[^"]*"|\S+)', "", found[1])
    return _Code(bare).text().strip()


class _Code:
    def __init__(self, code: str) -> None:
        self._pieces = list(_PIECES.finditer(code))
        self._at = 0

    def text(self) -> str:
        return "".join("".join(group) for group in self._arguments(0))

    def _arguments(self, depth: int) -> list[list[str]]:
        """What stands between the brackets that were just opened, parted at its commas."""
        groups: list[list[str]] = [[]]
        while self._at < len(self._pieces) and depth < _MOST_DEPTH:
            piece = self._pieces[self._at]
            self._at += 1
            if piece[1] is not None:
                groups[-1].append(
                    _drawn(piece[1].lower(), ["".join(each) for each in self._arguments(depth + 1)], piece[0])
                )
            elif piece[0] == "(":
                groups[-1].append("(" + ",".join("".join(each) for each in self._arguments(depth + 1)) + ")")
            elif piece[0] == ")":
                break
            elif piece[0] in ",;，；" and depth:
                groups.append([])
            else:
                groups[-1].append(piece[0].removeprefix("\\") if piece[0].startswith("\\") else piece[0])
        return groups


def _drawn(switch: str, parts: list[str], head: str) -> str:
    parts = [part.strip() for part in parts]
    match switch:
        case "f" if len(parts) > 1:
            return f"{_bracketed(parts[0])}/{_bracketed(parts[1])}"
        case "r":
            return f"{exponent(parts[0]) if len(parts) > 1 else ''}√{_bracketed(parts[-1])}"
        case "o" if len(parts) > 1:
            return _over(parts)
        case "s":
            return index(parts[0]) if "\\do" in head.lower() else exponent(parts[0]) if _is_exponent(parts[0]) else ""
        case "b":
            return f"({','.join(parts)})"
    return "".join(parts)


def _over(parts: list[str]) -> str:
    """One drawn over the other: a ring with a number is one character; a reading in small letters has gone already."""
    rings = [part for part in parts if part in _RINGS]
    inner = [part for part in parts if part and part not in _RINGS]
    if rings and len(inner) == 1:
        number = int(inner[0]) if inner[0].isascii() and inner[0].isdigit() else 0
        return chr(ord("①") + number - 1) if 1 <= number <= 20 else inner[0]
    return "".join(inner)


def _is_exponent(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9+\-−n]+", text))


def _bracketed(text: str) -> str:
    return f"({text})" if re.search(r"[+\-−×÷*/=]", text) else text
