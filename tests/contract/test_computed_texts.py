"""What was computed once is found again, bit for bit, on every database."""

import numpy as np

from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.vectors import SqlVectors
from kb_service.domain.matters import Department, Matter
from kb_service.text.terms import counted
from tests.factories import NOON


def test_embeddings_are_kept_by_model_and_text(database: Database) -> None:
    computed = SqlVectors(database)
    vector = np.linspace(-1, 1, 384, dtype=np.float32)
    computed.add_embeddings("model-1", {"a" * 64: vector})
    computed.add_embeddings("model-1", {"a" * 64: vector * 0})  # already there: kept as it was
    assert np.array_equal(computed.embeddings("model-1", ["a" * 64, "b" * 64])["a" * 64], vector)
    assert computed.embeddings("model-2", ["a" * 64]) == {}


def test_vectors_of_no_direction_are_found_and_forgotten(database: Database) -> None:
    computed = SqlVectors(database)
    unit = np.array([0.6, 0.8], np.float32)
    kept = {"u" * 64: unit, "z" * 64: unit * 0, "l" * 64: unit * 2, "n" * 64: unit * np.nan, "s" * 64: unit[:1]}
    computed.add_embeddings("model-1", kept)
    faulty = computed.faulty_embeddings(["model-1"], dimensions=2)
    assert set(faulty) == {"z" * 64, "l" * 64, "n" * 64, "s" * 64}
    computed.forget(faulty)
    assert set(computed.embeddings("model-1", list(kept))) == {"u" * 64}


def test_term_counts_are_kept_by_segmenter_and_text(database: Database) -> None:
    computed = SqlVectors(database)
    terms = counted(["签注", "材料", "签注"])
    computed.add_term_counts("jieba", {"k" * 64: terms})
    found = computed.term_counts("jieba", ["k" * 64])["k" * 64]
    assert np.array_equal(found.term_ids, terms.term_ids)
    assert sorted(found.counts.tolist()) == [1, 2]


def test_an_edited_matter_takes_the_place_of_the_old_one(database: Database) -> None:
    catalogue = SqlCatalogue(database)
    gongan = Department("gongan", "市公安局", ("公安",), "12345", None, ("居住证",))
    catalogue.replace(departments_=[gongan], matters_=[Matter("qianzhu", "签注", "gongan")], actor="zhang", at=NOON)
    catalogue.replace(
        departments_=[], matters_=[Matter("qianzhu", "居住证签注", "gongan", ("续签",))], actor="zhang", at=NOON
    )
    assert catalogue.departments() == [gongan]
    assert catalogue.matters() == [Matter("qianzhu", "居住证签注", "gongan", ("续签",))]
