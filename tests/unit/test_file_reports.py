"""The report of a file survives its way into the database and tells what an editor has to know."""

import json

from ingestion.parsing.parse import parse
from kb_service.domain.file_reports import FileReport, Note, NoteKind, Notes, report_of_json, spans


def test_a_report_comes_back_from_the_database_as_it_was() -> None:
    report = FileReport(12, 1, 2, 1, (1, 2), (3,), (4,), (Note(NoteKind.HIDDEN_ROWS, 3, ("Sheet1",)),))
    assert report_of_json(json.loads(json.dumps(report.as_json()))) == report


def test_pages_that_were_not_read_are_named_first() -> None:
    report = FileReport(pages_unread=(2, 3, 7), notes=(Note(NoteKind.STRUCK_OUT),))
    assert report.sentences()[0] == "no text could be read on page 2–3, 7"


def test_notes_of_a_kind_add_up() -> None:
    notes = Notes()
    notes.add(NoteKind.HIDDEN_ROWS, "甲", count=2)
    notes.add(NoteKind.HIDDEN_ROWS, "乙")
    notes.add(NoteKind.COMMENTS, count=0)
    assert notes.all() == (Note(NoteKind.HIDDEN_ROWS, 3, ("甲", "乙")),)


def test_every_kind_has_a_sentence() -> None:
    assert all(Note(kind, 2, ("B3",)).sentence.endswith(": B3") for kind in NoteKind)


def test_characters_and_tables_are_counted_in_any_format() -> None:
    report = parse("甲乙\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n".encode(), "a.md").report
    assert (report.characters, report.tables) == (2 + len("甲 | 乙\n1 | 2"), 1)


def test_spans_of_numbers() -> None:
    assert spans([3, 1, 2, 9]) == "1–3, 9"
