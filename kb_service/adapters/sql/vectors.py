"""What was computed from texts, kept so that it is never computed twice: embeddings and term counts."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, delete, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.schedules import chunks
from kb_service.adapters.sql.tables import embeddings, term_counts
from kb_service.ports import TermCounts, Vector

_ROWS_AT_ONCE = 1_000
# Of the squared length: single precision is off by less than a thousandth of it.
_OFF_UNIT = 0.01


class SqlVectors:
    """Implements `ports.ComputedTexts`. Keys are SHA-256 of the exact string that was embedded or segmented."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def embeddings(self, model: str, keys: Sequence[str]) -> Mapping[str, Vector]:
        query = select(embeddings.c.text_sha256, embeddings.c.vector).where(embeddings.c.model == model)
        found: dict[str, Vector] = {}
        with self._database.reading() as connection:
            for some in chunks(keys):
                for row in connection.execute(query.where(embeddings.c.text_sha256.in_(some))):
                    found[row.text_sha256] = np.frombuffer(row.vector, dtype="<f4")
        return found

    def faulty_embeddings(self, models: Sequence[str], *, dimensions: int) -> Sequence[str]:
        """The keys whose vector is no unit vector of so many finite numbers; reads every row of these models."""
        query = select(embeddings.c.text_sha256, embeddings.c.vector).where(embeddings.c.model.in_(models))
        with self._database.snapshot() as connection:  # PostgreSQL reads in pieces only within a transaction
            rows = connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))
            return [row.text_sha256 for row in rows if not _is_unit(row.vector, dimensions=dimensions)]

    def add_embeddings(self, model: str, vector_of: Mapping[str, Vector]) -> None:
        rows = [
            {"model": model, "text_sha256": key, "vector": np.asarray(vector, dtype="<f4").tobytes()}
            for key, vector in vector_of.items()
        ]
        self._insert_missing(embeddings, rows)

    def forget(self, keys: Sequence[str]) -> None:
        """Whatever was computed of these texts, by any model and segmenter."""
        for some in chunks(keys):
            with self._database.writing() as connection:
                for table in (embeddings, term_counts):
                    connection.execute(delete(table).where(table.c.text_sha256.in_(some)))

    def term_counts(self, segmenter: str, keys: Sequence[str]) -> Mapping[str, TermCounts]:
        query = select(term_counts.c.text_sha256, term_counts.c.terms).where(term_counts.c.segmenter == segmenter)
        found: dict[str, TermCounts] = {}
        with self._database.reading() as connection:
            for some in chunks(keys):
                for row in connection.execute(query.where(term_counts.c.text_sha256.in_(some))):
                    found[row.text_sha256] = _unpacked(row.terms)
        return found

    def add_term_counts(self, segmenter: str, terms_of: Mapping[str, TermCounts]) -> None:
        rows = [
            {"segmenter": segmenter, "text_sha256": key, "terms": _packed(terms)} for key, terms in terms_of.items()
        ]
        self._insert_missing(term_counts, rows)

    def _insert_missing(self, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        statement = self._database.insert(table).on_conflict_do_nothing()
        for some in chunks(rows):
            with self._database.writing() as connection:
                connection.execute(statement, some)


def _is_unit(blob: bytes, *, dimensions: int) -> bool:
    if len(blob) != 4 * dimensions:
        return False
    vector = np.frombuffer(blob, dtype="<f4")
    return bool(abs(float(vector @ vector) - 1.0) < _OFF_UNIT)  # false for what is not finite


def _packed(terms: TermCounts) -> bytes:
    return np.concatenate([terms.term_ids, terms.counts]).astype("<u4").tobytes()


def _unpacked(blob: bytes) -> TermCounts:
    both: NDArray[np.uint32] = np.frombuffer(blob, dtype="<u4")
    half = len(both) // 2
    return TermCounts(both[:half], both[half:])
