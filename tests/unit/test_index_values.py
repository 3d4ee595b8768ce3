"""Rules of the index that need no engine: what differs, how much space, which release."""

import re
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.adapters.index.manifest import ENGINE, Manifest, as_json, differences, from_json
from kb_service.adapters.index.points import payload_as_dict, payload_from_dict
from kb_service.domain.documents import Audience, Kind
from kb_service.ports import PointPayload

MANIFEST = Manifest(embedding="m", segmenter="s", converter="c", dimensions=384, mean_terms=100.0)


def test_a_manifest_is_read_back_as_it_was_written() -> None:
    assert from_json(as_json(MANIFEST)) == MANIFEST


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"embedding": "m", "unknown": 1}', "null"])
def test_anything_else_is_not_a_manifest(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)


def test_another_model_is_fatal_and_another_segmenter_is_not() -> None:
    assert differences(MANIFEST, MANIFEST) == []
    (model,) = differences(MANIFEST, replace(MANIFEST, embedding="m2"))
    (words,) = differences(MANIFEST, replace(MANIFEST, segmenter="s2"))
    assert (model.is_fatal, words.is_fatal) == (True, False)
    assert str(words) == "the index was made with segmenter s, the service now uses s2"


def test_the_mean_length_may_drift_by_a_fifth() -> None:
    assert differences(MANIFEST, replace(MANIFEST, mean_terms=120.0)) == []
    assert differences(MANIFEST, replace(MANIFEST, mean_terms=80.0)) == []
    assert [each.field for each in differences(MANIFEST, replace(MANIFEST, mean_terms=121.0))] == ["mean_terms"]


def test_the_engine_is_the_release_that_was_tried() -> None:
    name, release = ENGINE.split()
    assert version(name) == release
    pins = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(rf'"{re.escape(name)}=={re.escape(release)}"', pins)


TEXTS = st.none() | st.text(min_size=1)


@given(
    st.builds(
        PointPayload,
        passage_id=st.text(),
        version_id=st.text(),
        document_id=st.text(),
        kind=st.sampled_from(Kind),
        matter_id=TEXTS,
        department=TEXTS,
        region=TEXTS,
        audience=st.none() | st.sampled_from(Audience),
        start_day=st.integers(0, 9_999_999),
        end_day=st.integers(0, 9_999_999),
        is_published=st.booleans(),
    )
)
def test_a_payload_comes_back_as_it_went_in_and_holds_no_null(payload: PointPayload) -> None:
    kept = payload_as_dict(payload)
    assert payload_from_dict(kept) == payload
    assert None not in kept.values()
    assert not any(isinstance(value, bool) for value in kept.values())


def test_an_index_from_before_sentences_had_vectors_is_made_anew_while_it_serves() -> None:
    old = from_json(as_json(MANIFEST).replace('"surfaces": "",', ""))
    (found,) = differences(old, replace(MANIFEST, surfaces="2: sentences"))
    assert (found.field, found.is_fatal) == ("surfaces", False)
