"""The document frequencies of published passages: counted from the database, kept in a file between starts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ingestion.preparing import Preparing
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.space import told_of_a_full_disk
from kb_service.ports import TermCounts
from kb_service.text.terms import TermStatistics

_PASSAGES_AT_ONCE = 4000


class PublishedStatistics:
    """Added to when passages are published, counted again when published ones leave."""

    def __init__(self, library: SqlLibrary, preparing: Preparing, file: Path) -> None:
        self._library = library
        self._preparing = preparing
        self._file = file
        self._counted = TermStatistics.empty()

    def current(self) -> TermStatistics:
        return self._counted

    def load(self) -> None:
        """From the file if it counts as many passages as are published, under the same segmenter; else count again."""
        if not self._loaded():
            self.recount()

    def recount(self) -> None:
        """From all published passages: a few seconds for 100,000."""
        counted, last = TermStatistics.empty(), ""
        while batch := self._library.published_passages_after(last, limit=_PASSAGES_AT_ONCE):
            counted, last = counted.plus(self._terms(batch)), batch[-1].passage.id
        self._counted = counted
        self.save()

    def add(self, passages: Sequence[PassageInVersion]) -> None:
        """Count newly published passages in."""
        self._counted = self._counted.plus(self._terms(passages))

    def save(self) -> None:
        """Written beside and renamed, so that a kill leaves the old file or the new one. Raises NotEnoughSpace."""
        unfinished = self._file.with_suffix(".part.npz")
        with told_of_a_full_disk("the statistics of words"):
            np.savez(
                unfinished,
                segmenter=np.array(self._preparing.segmenter_fingerprint),
                numbers=np.array([self._counted.passages, self._counted.total_length]),
                term_ids=self._counted.term_ids,
                frequencies=self._counted.frequencies,
            )
            unfinished.replace(self._file)

    def _terms(self, passages: Sequence[PassageInVersion]) -> list[TermCounts]:
        """Of the passages' own surfaces: a similar question is not one more passage."""
        surfaces = [self._preparing.own_surface(found) for found in passages]
        terms = self._preparing.term_counts(surfaces)
        return [terms[each.sparse_key] for each in surfaces]

    def _loaded(self) -> bool:
        try:
            with np.load(self._file, allow_pickle=False) as saved:
                passages, length = saved["numbers"].tolist()
                counted = TermStatistics(int(passages), int(length), saved["term_ids"], saved["frequencies"])
                is_current = str(saved["segmenter"]) == self._preparing.segmenter_fingerprint
        except (OSError, ValueError, KeyError):  # absent, or damaged: it is derived, so count again
            return False
        if not is_current or counted.passages != self._library.published_passages():
            return False
        self._counted = counted
        return True
