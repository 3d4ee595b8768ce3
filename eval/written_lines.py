"""A line of a suite as its file has it, before anybody asked whether it makes sense."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.errors import SuiteInvalid


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """``place``: file and line. ``fields``: by the names of the ``.jsonl`` format; an id may be missing. ``fault``: why
    it cannot be read at all."""

    place: str
    fields: Mapping[str, object]
    fault: str = ""


def lines_of_jsonl(file: Path) -> Iterator[WrittenLine]:
    """A line an object; empty ones are passed over. Raises SuiteInvalid for what is no UTF-8."""
    # Not cleaned as documents are: a suite may ask with invisible characters on purpose.
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SuiteInvalid(f"{file.name}: is no UTF-8 text; save it as UTF-8") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _written(f"{file.name}:{number}", line)


def _written(place: str, line: str) -> WrittenLine:
    try:
        fields = json.loads(line)
    except ValueError as error:
        return WrittenLine(place, {}, f"line: is no JSON ({error})")
    return WrittenLine(place, fields) if isinstance(fields, dict) else WrittenLine(place, {}, "line: is no JSON object")
