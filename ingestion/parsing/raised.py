"""Raised and lowered digits: ³ and ₂, so that they never join the number before them."""

_RAISED = str.maketrans("0123456789+-=()n−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ⁻")
_LOWERED = str.maketrans("0123456789+-=()−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋")


def raised(text: str) -> str:
    """As superscript characters where there are such; what holds other digits is marked by ^."""
    return _moved(text, _RAISED, "^")


def lowered(text: str) -> str:
    return _moved(text, _LOWERED, "_")


def _moved(text: str, characters: dict[int, int], mark: str) -> str:
    bare = text.strip()
    if all(ord(each) in characters or each in ",，、 *†‡" for each in bare):
        return text.translate(characters)
    if any(each.isdigit() for each in bare) and bare[0].isascii() and bare[0].isalnum():
        return f"{mark}({bare})"
    return text
