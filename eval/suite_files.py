"""In which forms a suite is read: our ``.jsonl``, a ``.csv`` or ``.xlsx`` table, a folder of them, or a BEIR folder."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from eval.beir import beir_files, is_beir, lines_of_beir
from eval.errors import SuiteInvalid
from eval.question_lines import SuiteLine, line_of
from eval.question_tables import lines_of_table
from eval.written_lines import WrittenLine, lines_of_jsonl

_TABLES = (".csv", ".xlsx")
_ENDINGS = (".jsonl", *_TABLES)
# What makes two questions different ones.
_ASKED = ("question", "turns", "as_of", "region", "audience")


def read_lines(path: Path) -> list[SuiteLine]:
    """All lines of a suite. Raises SuiteInvalid, naming file and line, for a bad line or a repeated id, and for a
    missing path."""
    found: dict[str, SuiteLine] = {}
    for written in written_lines(path):
        line = line_of(written)
        if line.id in found:
            raise SuiteInvalid(f"{written.place}: the id {line.id!r} is used twice ({line.question}); ids must differ")
        found[line.id] = line
    return list(found.values())


def suite_files(path: Path) -> Sequence[Path]:
    """Raises SuiteInvalid when the path does not exist."""
    if not path.exists():
        raise SuiteInvalid(
            f"{path} does not exist; give a .jsonl, .csv or .xlsx file, a folder of them, or a BEIR folder"
        )
    if is_beir(path):
        return beir_files(path)
    return sorted(each for each in path.iterdir() if each.suffix in _ENDINGS) if path.is_dir() else [path]


def written_lines(path: Path) -> Iterator[WrittenLine]:
    """As the files have them, none judged yet; what a table leaves without an id has got one.

    Raises SuiteInvalid for a missing path, and for a table or a BEIR folder that cannot be read.
    """
    files = suite_files(path)
    if is_beir(path):
        yield from lines_of_beir(path)
        return
    for file in files:
        yield from map(with_id, lines_of_table(file)) if file.suffix in _TABLES else lines_of_jsonl(file)


def with_id(line: WrittenLine) -> WrittenLine:
    """Without one it goes by what it asks, so that it keeps its id, and its half of the suite, wherever it stands."""
    if line.fields.get("id") or line.fault:
        return line
    asked = json.dumps([line.fields.get(name) for name in _ASKED], ensure_ascii=False)
    return replace(line, fields={**line.fields, "id": f"q-{hashlib.sha256(asked.encode()).hexdigest()[:10]}"})
