"""What was read of a file and what was not: shown to whoever brought it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

_MOST_PLACES = 20


class NoteKind(StrEnum):
    """What a reader has to say beside the text."""

    HIDDEN_TEXT = "hidden_text"
    HIDDEN_ROWS = "hidden_rows"
    HIDDEN_COLUMNS = "hidden_columns"
    HIDDEN_SHEETS = "hidden_sheets"
    CHART_SHEETS = "chart_sheets"
    HIDDEN_SLIDES = "hidden_slides"
    SPEAKER_NOTES = "speaker_notes"
    STRUCK_OUT = "struck_out"
    COMMENTS = "comments"
    RUNNING_HEADS = "running_heads"
    WATERMARKS = "watermarks"
    LINK_LISTS = "link_lists"
    READINGS = "readings"
    FORMULAS_WITHOUT_VALUE = "formulas_without_value"
    ERROR_VALUES = "error_values"
    MISSING_PARTS = "missing_parts"
    EMBEDDED_FILES = "embedded_files"
    UNKNOWN_SYMBOLS = "unknown_symbols"
    READ_AS_TABLE = "read_as_table"
    ROWS_ABOVE_HEADER = "rows_above_header"
    CONVERTED = "converted"
    SHOWN_BY_SCRIPT = "shown_by_script"
    INVISIBLE_LAYER = "invisible_layer"
    UNREADABLE_LETTERS = "unreadable_letters"
    TURNED_TEXT = "turned_text"


# {count} and {places} are filled in. The screens' words are in prompts/screens.yaml.
_SENTENCE_OF: Mapping[NoteKind, str] = {
    NoteKind.HIDDEN_TEXT: "hidden text was left out ({count} pieces)",
    NoteKind.HIDDEN_ROWS: "{count} hidden rows were left out",
    NoteKind.HIDDEN_COLUMNS: "{count} hidden columns were left out",
    NoteKind.HIDDEN_SHEETS: "{count} hidden sheets were left out",
    NoteKind.CHART_SHEETS: "{count} sheets are only a chart; its titles were read, its numbers only where they stand "
    "in shown cells",
    NoteKind.HIDDEN_SLIDES: "{count} hidden slides were left out",
    NoteKind.SPEAKER_NOTES: "the notes of {count} slides were left out; KB_SPEAKER_NOTES reads them",
    NoteKind.STRUCK_OUT: "struck-out text was left out ({count} pieces)",
    NoteKind.COMMENTS: "{count} comments were left out",
    NoteKind.RUNNING_HEADS: "page headers, footers and page numbers were left out ({count} lines)",
    NoteKind.WATERMARKS: "watermarks were left out ({count} pieces)",
    NoteKind.LINK_LISTS: "{count} lists of links that lead around the site were left out",
    NoteKind.READINGS: "{count} readings printed over characters were left out",
    NoteKind.FORMULAS_WITHOUT_VALUE: "{count} formulas have no stored value and were not read; open the file in its "
    "program and save it once",
    NoteKind.ERROR_VALUES: "{count} cells hold an error value, which was not read; correct them in the sheet",
    NoteKind.MISSING_PARTS: "{count} parts that the file names are missing in it and were not read",
    NoteKind.EMBEDDED_FILES: "{count} files inside this one were not read; upload them by themselves",
    NoteKind.UNKNOWN_SYMBOLS: "{count} symbols of a picture font could not be read",
    NoteKind.READ_AS_TABLE: "read as a table: no header names a question and an answer column",
    NoteKind.ROWS_ABOVE_HEADER: "{count} rows above the header of questions and answers were left out",
    NoteKind.CONVERTED: "an old format, read through LibreOffice; compare the text with the original",
    NoteKind.SHOWN_BY_SCRIPT: "{count} pieces of text are shown by scripts or styles only; compare them with the page",
    NoteKind.UNREADABLE_LETTERS: "{count} letters are broken in the file and stand as \ufffd; save it again as UTF-8",
    NoteKind.TURNED_TEXT: "{count} words that stand on their side or aslant beside the text were left out",
    NoteKind.INVISIBLE_LAYER: "pages are pictures with an invisible text, which was read; compare it with the pages",
}


@dataclass(frozen=True, slots=True)
class Note:
    """``places`` as an editor finds them (a cell, a page, a sheet), the first of them; never what was left out."""

    kind: NoteKind
    count: int = 1
    places: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        where = f": {', '.join(self.places)}" if self.places else ""
        return _SENTENCE_OF[self.kind].format(count=self.count) + where


@dataclass(frozen=True, slots=True)
class FileReport:
    """Pages count from 1; formats without pages have none. ``pages_recognised``: by recognising letters in a picture.

    ``pictures_unread``: pictures of the file from which no text was taken.
    """

    characters: int = 0
    tables: int = 0
    pictures: int = 0
    pictures_unread: int = 0
    pages_read: tuple[int, ...] = ()
    pages_recognised: tuple[int, ...] = ()
    pages_unread: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()

    def sentences(self) -> list[str]:
        """What is worth telling beside the numbers, one line each."""
        told = [note.sentence for note in self.notes]
        if self.pages_unread:
            told.insert(0, f"no text could be read on page {spans(self.pages_unread)}")
        if self.pictures_unread:
            told.append(f"{self.pictures_unread} of {self.pictures} pictures were not read")
        return told

    def lines(self) -> list[str]:
        """The numbers, and what is worth telling beside them."""
        numbers = f"{self.characters} characters, {self.tables} tables, {self.pictures} pictures"
        pages = ((self.pages_read, "read"), (self.pages_recognised, "recognised from pictures"))
        how = [f"pages {spans(some)} {verb}" for some, verb in pages if some]
        return ["; ".join([numbers, *how]), *self.sentences()]

    def as_json(self) -> dict[str, Any]:
        """With a sentence for each note, for whoever reads it without this list of kinds."""
        fields = asdict(self)
        fields["notes"] = [
            {"kind": str(note.kind), "count": note.count, "places": list(note.places), "sentence": note.sentence}
            for note in self.notes
        ]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}


def report_of_json(fields: Mapping[str, Any]) -> FileReport:
    """What `FileReport.as_json` wrote; a kind that is not known any more is passed over."""
    known = set(NoteKind)
    notes = tuple(
        Note(NoteKind(each["kind"]), each["count"], tuple(each["places"]))
        for each in fields["notes"]
        if each["kind"] in known
    )
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return FileReport(**values | {"notes": notes})


class Notes:
    """Notes as they add up while a file is read."""

    def __init__(self) -> None:
        self._counts: dict[NoteKind, int] = {}
        self._places: dict[NoteKind, dict[str, None]] = {}

    def add(self, kind: NoteKind, place: str | None = None, *, count: int = 1) -> None:
        if count:
            self._counts[kind] = self._counts.get(kind, 0) + count
            places = self._places.setdefault(kind, {})
            if place is not None and len(places) < _MOST_PLACES:
                places[place] = None

    def all(self) -> tuple[Note, ...]:
        return tuple(
            Note(kind, self._counts[kind], tuple(self._places[kind])) for kind in NoteKind if kind in self._counts
        )


def spans(numbers: Iterable[int]) -> str:
    """1, 2, 3, 7 as "1–3, 7"."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found)
