"""Formulas of MathML on one line: a fraction is (A+B)/2, a power 10^3 is raised, ÷ and × stay."""

from typing import Any

from ingestion.parsing.raised_marks import exponent, index

_DEEPEST = 60
_OPERATORS = frozenset("+-−±×÷*/=,，")


def told_formula(element: Any, depth: int = 0) -> str:
    """The words of a `math` element or a part of it."""
    if not isinstance(element.tag, str) or depth > _DEEPEST:
        return ""
    parts = [told_formula(child, depth + 1) for child in element if isinstance(child.tag, str)]
    own = (element.text or "").strip()
    match element.tag.rpartition(":")[2].rpartition("}")[2]:
        case "mfrac" if len(parts) == 2:
            return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
        case "msup" | "mover" if len(parts) == 2:
            return f"{_grouped(parts[0])}{exponent(parts[1])}"
        case "msub" | "munder" if len(parts) == 2:
            return f"{parts[0]}{index(parts[1])}"
        case "msubsup" | "munderover" if len(parts) == 3:
            return f"{parts[0]}{index(parts[1])}{exponent(parts[2])}"
        case "msqrt":
            return f"√({''.join(parts) or own})"
        case "mroot" if len(parts) == 2:
            return f"{_grouped(parts[0])}^(1/{_grouped(parts[1])})"
        case "mfenced":
            return f"{element.get('open', '(')}{','.join(parts)}{element.get('close', ')')}"
        case "mtr":
            return " ".join(parts) + "；"
        case "annotation" | "annotation-xml":
            return ""
        case _:
            tails = [(child.tail or "").strip() for child in element if isinstance(child.tag, str)]
            return own + "".join(part + tail for part, tail in zip(parts, tails, strict=True))


def _grouped(words: str) -> str:
    """In brackets where it is more than one figure or name."""
    return f"({words})" if _OPERATORS & set(words) else words
