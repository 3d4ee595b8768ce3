"""Sets of questions with the features of their evidence and whether it was the right one, read from files."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from eval.errors import RunNotFound, TooFewRows
from eval.runs import rows_file

Matrix = NDArray[np.float64]
Column = NDArray[np.float64]


class _Line(BaseModel):
    """What a row of a run and a collected row have in common; the documents that answer go by two names."""

    model_config = ConfigDict(extra="ignore")

    features: dict[str, float]
    label: bool
    relevant: list[str] = []
    expected_documents: list[str] = []
    is_answerable: bool = False

    @property
    def is_source_known(self) -> bool:
        return bool(self.relevant or self.expected_documents) or not self.is_answerable


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """The rows of one file that have features: (rows, names), labels 0 or 1, and which can be answered at all."""

    name: str
    sha256: str
    names: tuple[str, ...]
    features: Matrix
    labels: Column
    answerable: NDArray[np.bool_]

    def rows(self, chosen: NDArray[np.bool_]) -> Self:
        return replace(
            self, features=self.features[chosen], labels=self.labels[chosen], answerable=self.answerable[chosen]
        )


def read_set(path: Path) -> LabelledSet:
    """A file of rows, or a run folder. Rows without features (nothing was found) are left out, since their confidence
    is 0, and those of questions whose source the suite does not know.

    Raises RunNotFound for a missing file, TooFewRows when no row is left.
    """
    file = rows_file(path) if path.is_dir() else path
    if not file.exists():
        raise RunNotFound(f"{file} does not exist; `kb eval run` and `kb eval collect` write rows")
    content = file.read_bytes()
    lines = [_Line.model_validate_json(line) for line in content.decode().splitlines() if line.strip()]
    rows = [line for line in lines if line.features and line.is_source_known]
    if not rows:
        raise TooFewRows(f"{file} has no row with features")
    names = tuple(sorted(rows[0].features))
    return LabelledSet(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        names=names,
        features=np.array([[row.features[name] for name in names] for row in rows]),
        labels=np.array([float(row.label) for row in rows]),
        answerable=np.array([bool(row.label or row.relevant or row.expected_documents) for row in rows]),
    )


def balanced(sizes: Sequence[int]) -> Column:
    """An importance for each row of several sets laid end to end; the mean is 1.

    A set counts by the square root of its rows: between every row alike, where a large set drowns the others, and every
    set alike, where a small one speaks too loud.
    """
    parts = [size**0.5 for size in sizes]
    total = sum(sizes) / sum(parts)
    return np.concatenate([np.full(size, total * part / size) for size, part in zip(sizes, parts, strict=True)])
