"""`kb check` finds vectors and words that are not what the stored texts give, and what mends them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, update

from kb_service.adapters.sql.tables import embeddings, term_counts
from kb_service.ports import IndexPoint
from tests.api.conftest import Http, small_knowledge_base


@pytest.fixture
def told(tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Http]:
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path))  # for the child that builds the index
    yield from small_knowledge_base(tmp_path, models_dir)


def found(http: Http) -> str:
    """What `kb check` says, a line a finding."""
    return "\n".join(f"{each.kind}: {each.subject}: {each.detail}" for each in http.service.check().findings)


def own_surface_keys(http: Http) -> tuple[str, str]:
    """Dense and sparse key of the kite's first passage."""
    passage = http.service.library.passages_of_documents(["kite"])["kite"][0]
    surface = http.service.texts.preparing.own_surface(passage)
    return surface.dense_key, surface.sparse_key


def a_point(http: Http) -> IndexPoint:
    """Of the kite's first passage."""
    index = http.service.index
    point_id = http.service.library.passages_of_documents(["kite"])["kite"][0].passage.id
    dense, sparse = index.vectors_of_document("kite")[point_id]
    return IndexPoint(point_id, dense, sparse, index.payloads_of_document("kite")[point_id])


def test_nothing_is_found_in_a_base_that_nobody_touched(told: Http) -> None:
    assert found(told) == ""


def test_a_kept_vector_of_zeros_is_found_and_computed_anew(told: Http) -> None:
    dense, _ = own_surface_keys(told)
    zeros = np.zeros(told.service.texts.model.dimensions, "<f4").tobytes()
    write(told, update(embeddings).where(embeddings.c.text_sha256 == dense).values(vector=zeros))
    assert f"1 kept vectors have no direction, first of the text {dense}" in found(told)
    mend(told)
    assert found(told) == ""


def test_emptied_counts_of_words_are_found_and_counted_anew(told: Http) -> None:
    _, sparse = own_surface_keys(told)
    write(told, update(term_counts).where(term_counts.c.text_sha256 == sparse).values(terms=b""))
    assert f"index: kite: the kept words of 1 texts are not theirs, first {sparse}" in found(told)
    mend(told)
    assert found(told) == ""


def test_the_vector_of_another_text_is_found_where_index_and_database_agree_on_it(told: Http) -> None:
    dense, _ = own_surface_keys(told)
    point = a_point(told)
    other = -point.dense
    write(
        told, update(embeddings).where(embeddings.c.text_sha256 == dense).values(vector=other.astype("<f4").tobytes())
    )
    told.service.index.upsert([replace(point, dense=other)])
    assert f"the kept vector of point {point.id} is not that of its text" in found(told)


def test_counts_that_weigh_questions_are_held_against_the_published_passages(told: Http) -> None:
    statistics = told.service.statistics
    file = told.service.settings.data_dir / "statistics.npz"
    with np.load(file) as saved:
        fields = dict(saved)
    fields["frequencies"] = np.zeros_like(fields["frequencies"])
    np.savez(file, **fields)
    statistics.load()
    assert "index: counts of words: what questions are weighed with does not count the published" in found(told)
    mend(told)
    assert found(told) == ""


def test_the_check_computes_and_writes_nothing_that_is_kept(told: Http) -> None:
    before = kept_keys(told)
    dense, _ = own_surface_keys(told)
    told.service.texts.preparing._computed.forget([dense])
    assert found(told) == ""
    assert kept_keys(told) == before - {dense}


def kept_keys(http: Http) -> set[str]:
    with http.service.records.database.reading() as connection:
        return set(connection.execute(select(embeddings.c.text_sha256)).scalars())


def write(http: Http, statement: object) -> None:
    with http.service.records.database.writing() as connection:
        assert connection.execute(statement).rowcount == 1  # type: ignore[call-overload]


def mend(http: Http) -> None:
    http.service.compute_anew()
    http.service.rebuild()
