"""Footnotes and endnotes of a Word file, by the id that the text refers to them with."""

from collections.abc import Sequence
from typing import Any

from ingestion.parsing.word.names import W

_KINDS = ("footnote", "endnote")


class NoteTexts:
    def __init__(self, footnotes: Any | None, endnotes: Any | None) -> None:
        self._paragraphs_of: dict[tuple[str, str], list[Any]] = {}
        for kind, root in zip(_KINDS, (footnotes, endnotes), strict=True):
            for note in () if root is None else root.findall(f"{W}{kind}"):
                if note.get(f"{W}type") in {None, "normal"}:  # others are the rules between text and notes
                    self._paragraphs_of[kind, note.get(f"{W}id") or ""] = list(note.iter(f"{W}p"))

    def paragraphs(self, kind: str, note_id: str) -> Sequence[Any]:
        return self._paragraphs_of.get((kind, note_id), ())
