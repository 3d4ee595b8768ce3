"""Adding questions to a suite of the site's own: each line is taken, stands there already, or is refused and why."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from eval.beir import is_beir
from eval.errors import SuiteInvalid
from eval.question_lines import SuiteLine, Turn, line_of
from eval.suite_files import read_lines, with_id, written_lines
from eval.written_lines import WrittenLine
from kb_service.domain.documents import Audience
from kb_service.domain.masking import masked
from kb_service.ports import ScriptConverter
from kb_service.text.facts import comparable

ADDED_NAME = "added.jsonl"
_END_MARKS = "？?。.！!~～"

# What tells two questions apart: the words of each turn, the day asked about, the region and the audience.
_Asked = tuple[tuple[str, date | None, str | None, Audience | None], ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """A line that was not taken: ``place`` is file and line."""

    place: str
    reason: str


@dataclass(slots=True)
class Added:
    """Every line of what was given is in one of the three."""

    taken: list[WrittenLine] = field(default_factory=list)
    same: list[Passed] = field(default_factory=list)
    refused: list[Passed] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return len(self.taken) + len(self.same) + len(self.refused)


def sort_out(given: Path, into: Path, converter: ScriptConverter) -> Added:
    """What would become of each line; nothing is written. Questions are the same when their words are but for script,
    width, spaces, commas and the mark at the end, and they are asked of the same day, region and audience.

    Raises SuiteInvalid where ``given`` cannot be read at all, where a line of the suite is faulty, and for a suite that
    is no folder.
    """
    id_of, ids = _standing(into, converter)
    added = Added()
    for written in map(with_id, written_lines(given)):
        try:
            line = _usable(written)
        except SuiteInvalid as error:
            added.refused.append(Passed(written.place, str(error).removeprefix(f"{written.place}: ")))
            continue
        asked = _asked(line, converter)
        if asked in id_of:
            added.same.append(Passed(written.place, f"is asked by {id_of[asked]!r}"))
        elif line.id in ids:
            added.refused.append(Passed(written.place, f"the id {line.id!r} is that of another question"))
        else:
            id_of[asked] = line.id
            ids.add(line.id)
            added.taken.append(written)
    return added


def append(taken: Sequence[WrittenLine], into: Path) -> Path:
    """Onto the end of the suite's file for what was added; the file."""
    into.mkdir(parents=True, exist_ok=True)
    file = into / ADDED_NAME
    lines = [json.dumps({"id": None} | dict(each.fields), ensure_ascii=False) + "\n" for each in taken]
    before = file.read_bytes() if file.exists() else b""
    # A file that an editor left without its last line end must not join two lines.
    joint = b"\n" if before and not before.endswith(b"\n") else b""
    with file.open("ab") as out:
        out.write(joint + "".join(lines).encode())
        out.flush()
        os.fsync(out.fileno())
    return file


def _standing(into: Path, converter: ScriptConverter) -> tuple[dict[_Asked, str], set[str]]:
    if into.exists() and (not into.is_dir() or is_beir(into)):
        raise SuiteInvalid(f"{into} is no folder of .jsonl, .csv and .xlsx files; name one, or a new one")
    lines = read_lines(into) if into.exists() else []
    return {_asked(line, converter): line.id for line in lines}, {line.id for line in lines}


def _usable(written: WrittenLine) -> SuiteLine:
    line = line_of(written)
    for each in (line, *line.turns):
        if masked(each.question) != each.question:
            raise SuiteInvalid("question: holds personal data of somebody; take it out, or make it up")
    return line


def _asked(line: SuiteLine, converter: ScriptConverter) -> _Asked:
    turns: Sequence[SuiteLine | Turn] = line.conversation() or (line,)
    return tuple(
        (comparable(each.question, converter).rstrip(_END_MARKS), each.as_of, each.region, each.audience)
        for each in turns
    )
