"""What every passage index promises, run on the embedded engine and on the server's client."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from passage_index_points import (
    DIMENSIONS,
    MANIFEST,
    TODAY,
    dense,
    payload,
    point,
    points,
    sparse,
    uuid_of,
    within,
)

from kb_service.adapters.index.edge import EdgeIndex, create_empty
from kb_service.adapters.index.server import ServerIndex
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience, Kind
from kb_service.domain.errors import IndexUnavailable, InvalidPoint
from kb_service.ports import IndexPoint, InForceFilter, PassageIndex, PointPayload, SparseVector

EAST = dense(1.0)


@pytest.fixture(params=["embedded", "server"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PassageIndex]:
    opened: PassageIndex
    if request.param == "embedded":
        create_empty(tmp_path / "index", MANIFEST)
        opened = EdgeIndex(tmp_path / "index")
    else:
        opened = ServerIndex(":memory:", MANIFEST)
    yield opened
    opened.close()


def seen(index: PassageIndex, filtered: InForceFilter) -> set[str]:
    """Passage numbers that both legs show under a filter."""
    legs = index.search(dense=EAST, sparse=sparse({7: 1.0}), within=filtered, limit=100)
    on_dense = {hit.passage_id for hit in legs.dense}
    assert on_dense == {hit.passage_id for hit in legs.sparse}
    return {passage_id.removeprefix("passage-") for passage_id in on_dense}


def fill(index: PassageIndex, payload_of: Mapping[int, PointPayload]) -> None:
    index.upsert([point(number, filtered_on=kept) for number, kept in payload_of.items()])


def test_the_dense_score_is_the_cosine_and_the_best_comes_first(index: PassageIndex) -> None:
    index.upsert([point(1, direction=dense(0.0, 1.0)), point(2, direction=dense(3.0, 4.0)), point(3)])
    hits = index.search(dense=EAST, sparse=None, within=within(), limit=10).dense
    assert [hit.point_id for hit in hits] == [uuid_of(3), uuid_of(2), uuid_of(1)]
    assert [hit.score for hit in hits] == pytest.approx([1.0, 0.6, 0.0], abs=1e-6)
    assert (hits[0].passage_id, hits[0].version_id, hits[0].document_id) == ("passage-3", "version-1", "document-1")


def test_the_sparse_score_is_the_inner_product_also_for_the_largest_term_id(index: PassageIndex) -> None:
    largest = 2**32 - 1
    index.upsert([point(1, terms={5: 2.0, largest: 3.0}), point(2, terms={5: 4.0}), point(3, terms={6: 1.0})])
    legs = index.search(dense=None, sparse=sparse({5: 0.5, largest: 10.0}), within=within(), limit=10)
    assert [(hit.passage_id, hit.score) for hit in legs.sparse] == [("passage-1", 31.0), ("passage-2", 2.0)]
    assert legs.dense == ()


def test_a_leg_without_a_vector_or_without_terms_is_empty(index: PassageIndex) -> None:
    index.upsert([point(1)])
    assert index.search(dense=EAST, sparse=None, within=within(), limit=5).sparse == ()
    assert index.search(dense=EAST, sparse=sparse({}), within=within(), limit=5).sparse == ()
    neither = index.search(dense=None, sparse=sparse({}), within=within(), limit=5)
    assert (neither.dense, neither.sparse) == ((), ())


def test_equal_scores_are_ordered_by_point_id_every_time(index: PassageIndex) -> None:
    index.upsert([point(number) for number in (9, 3, 7, 1, 5)])
    for _ in range(5):
        legs = index.search(dense=EAST, sparse=sparse({7: 1.0}), within=within(), limit=10)
        assert [hit.point_id for hit in legs.dense] == [uuid_of(number) for number in (1, 3, 5, 7, 9)]
        assert [hit.point_id for hit in legs.sparse] == [uuid_of(number) for number in (1, 3, 5, 7, 9)]


def test_a_passage_is_seen_from_its_first_day_to_the_day_before_its_end(index: PassageIndex) -> None:
    fill(index, {1: payload(interval=Interval(date(2026, 5, 1), date(2026, 7, 1)))})
    assert seen(index, within(date(2026, 4, 30))) == set()
    assert seen(index, within(date(2026, 5, 1))) == {"1"}
    assert seen(index, within(date(2026, 6, 30))) == {"1"}
    assert seen(index, within(date(2026, 7, 1))) == set()


def test_open_ends_are_seen_on_the_first_and_the_last_day_of_the_calendar(index: PassageIndex) -> None:
    fill(index, {1: payload(interval=Interval(None, TODAY)), 2: payload(interval=Interval(TODAY, None))})
    assert seen(index, within(date.min)) == {"1"}
    assert seen(index, within(date.max)) == {"2"}
    assert seen(index, within(TODAY)) == {"2"}


def test_a_version_with_an_empty_interval_is_never_seen(index: PassageIndex) -> None:
    fill(index, {1: payload(interval=Interval(TODAY, TODAY)), 2: payload(interval=Interval(TODAY, date(2026, 4, 1)))})
    assert seen(index, within(TODAY)) == set()
    assert seen(index, within(date(2026, 4, 15))) == set()


def test_the_filter_acts_before_the_best_are_taken(index: PassageIndex) -> None:
    ended = payload(interval=Interval(None, date(2026, 1, 1)))
    old = [point(number, filtered_on=ended) for number in range(1, 200)]
    index.upsert([*old, point(500, direction=dense(0.1, 1.0), terms={7: 0.01})])
    legs = index.search(dense=EAST, sparse=sparse({7: 1.0}), within=within(), limit=1)
    assert [hit.passage_id for hit in legs.dense] == ["passage-500"]
    assert [hit.passage_id for hit in legs.sparse] == ["passage-500"]


def test_an_unpublished_version_is_seen_only_in_its_own_rehearsal(index: PassageIndex) -> None:
    fill(
        index,
        {
            1: payload(version_id="published"),
            2: payload(version_id="draft", is_published=False),
            3: payload(version_id="other-draft", is_published=False),
        },
    )
    assert seen(index, within()) == {"1"}
    assert seen(index, within(include_version="draft")) == {"1", "2"}


def test_a_rehearsal_does_not_see_the_version_that_would_be_displaced(index: PassageIndex) -> None:
    fill(
        index,
        {
            1: payload(version_id="present"),
            2: payload(version_id="draft", is_published=False),
            3: payload(version_id="other"),
        },
    )
    assert seen(index, within(include_version="draft", without_versions=("present",))) == {"2", "3"}
    assert seen(index, within()) == {"1", "3"}


def test_a_rehearsed_version_is_not_seen_before_its_first_day(index: PassageIndex) -> None:
    draft = payload(version_id="draft", is_published=False, interval=Interval(date(2027, 1, 1)))
    fill(index, {1: draft})
    assert seen(index, within(include_version="draft")) == set()
    assert seen(index, within(date(2027, 1, 1), include_version="draft")) == {"1"}


def test_a_district_sees_its_own_passages_the_citys_and_those_without_region(index: PassageIndex) -> None:
    fill(
        index,
        {
            1: payload(region=None),
            2: payload(region="上海市"),
            3: payload(region="上海市/浦东新区"),
            4: payload(region="上海市/徐汇区"),
        },
    )
    assert seen(index, within(regions=("上海市", "上海市/浦东新区"))) == {"1", "2", "3"}
    assert seen(index, within(regions=("上海市",))) == {"1", "2"}
    assert seen(index, within(regions=())) == {"1"}


def test_a_question_of_an_enterprise_does_not_see_what_is_for_persons(index: PassageIndex) -> None:
    fill(
        index,
        {1: payload(audience=None), 2: payload(audience=Audience.PERSON), 3: payload(audience=Audience.ENTERPRISE)},
    )
    assert seen(index, within(audience=Audience.ENTERPRISE)) == {"1", "3"}
    assert seen(index, within(audience=None)) == {"1", "2", "3"}


def test_kinds_matter_and_department_narrow_a_search(index: PassageIndex) -> None:
    fill(
        index,
        {
            1: payload(kind=Kind.REGULATION, matter_id="居住证", department="公安局"),
            2: payload(kind=Kind.VIDEO, matter_id="居住证"),
            3: payload(kind=Kind.PROCEDURE, department="公安局"),
        },
    )
    assert seen(index, within(kinds=(Kind.REGULATION, Kind.VIDEO))) == {"1", "2"}
    assert seen(index, within(matter_id="居住证")) == {"1", "2"}
    assert seen(index, within(department="公安局")) == {"1", "3"}
    assert seen(index, within(department="公安局", matter_id="居住证", kinds=(Kind.VIDEO,))) == set()


def test_the_same_points_twice_are_counted_once_and_the_later_stands(index: PassageIndex) -> None:
    index.upsert([point(1), point(2)])
    index.upsert([point(1, terms={8: 1.0})])
    assert index.count() == 2
    found = index.search(dense=None, sparse=sparse({8: 1.0}), within=within(), limit=5).sparse
    assert [hit.passage_id for hit in found] == ["passage-1"]


def test_deleted_points_are_gone_and_deleting_them_again_is_nothing(index: PassageIndex) -> None:
    index.upsert([point(1), point(2)])
    index.delete([uuid_of(1)])
    index.delete([uuid_of(1), uuid_of(99)])
    index.delete([])
    assert index.count() == 1
    assert seen(index, within()) == {"2"}


def test_the_payloads_of_a_document_come_back_whole_published_or_not(index: PassageIndex) -> None:
    full = payload(
        1,
        interval=Interval(date(2026, 1, 1), date(2027, 1, 1)),
        document_id="law",
        version_id="law-2",
        kind=Kind.REGULATION,
        matter_id="居住证",
        department="公安局",
        region="上海市/浦东新区",
        audience=Audience.PERSON,
    )
    bare = payload(2, document_id="law", is_published=False)
    fill(index, {1: full, 2: bare, 3: payload(3, document_id="other")})
    assert index.payloads_of_document("law") == {uuid_of(1): full, uuid_of(2): bare}
    assert index.payloads_of_document("unknown") == {}


def test_a_document_of_more_points_than_one_page_of_the_engine_comes_back_whole(index: PassageIndex) -> None:
    index.upsert([point(number) for number in range(1, 1_003)])
    assert len(index.payloads_of_document("document-1")) == 1_002


def test_vectors_come_back_as_they_were_written_and_an_empty_one_as_empty(index: PassageIndex) -> None:
    written = [point(1, terms={7: 1.5, 4_000_000_000: 0.25}), point(2, terms={})]
    index.upsert(written)
    vectors_of = index.vectors_of_document("document-1")
    assert set(vectors_of) == {each.id for each in written}
    for each in written:
        dense, sparse = vectors_of[each.id]
        assert dense.tolist() == pytest.approx(each.dense.tolist(), abs=1e-6)
        assert sparse.term_ids.tolist() == each.sparse.term_ids.tolist()
        assert sparse.weights.tolist() == each.sparse.weights.tolist()


def test_a_replaced_payload_loses_the_fields_it_no_longer_has(index: PassageIndex) -> None:
    ended = payload(1, interval=Interval(None, date(2026, 1, 1)), region="上海市/徐汇区", audience=Audience.PERSON)
    fill(index, {1: ended})
    reopened = payload(1)
    index.set_payloads({uuid_of(1): reopened})
    assert index.payloads_of_document("document-1") == {uuid_of(1): reopened}
    assert seen(index, within(audience=Audience.ENTERPRISE)) == {"1"}


def test_the_payload_of_an_unknown_point_is_refused_and_nothing_is_changed(index: PassageIndex) -> None:
    fill(index, {1: payload(1)})
    with pytest.raises(InvalidPoint, match=uuid_of(2)):
        index.set_payloads({uuid_of(1): payload(1, is_published=False), uuid_of(2): payload(2)})
    assert seen(index, within()) == {"1"}


BAD_POINTS = {
    "another dimension": point(2, direction=np.ones(DIMENSIONS + 1, dtype=np.float32)),
    "not a number": point(2, direction=np.array([1, 0, np.nan, 0], dtype=np.float32)),
    "infinite": point(2, direction=np.array([1, 0, np.inf, 0], dtype=np.float32)),
    "no direction": point(2, direction=np.zeros(DIMENSIONS, dtype=np.float32)),
    "id not a UUID": IndexPoint("passage-2", EAST, sparse({7: 1.0}), payload()),
    "id in another spelling": IndexPoint(uuid_of(0xAB).upper(), EAST, sparse({7: 1.0}), payload()),
    "weight not finite": point(2, terms={7: float("nan")}),
    "more terms than weights": IndexPoint(
        uuid_of(2), EAST, SparseVector(np.array([1, 2], dtype=np.uint32), np.ones(1, dtype=np.float32)), payload()
    ),
    "terms in disorder": IndexPoint(
        uuid_of(2), EAST, SparseVector(np.array([2, 1], dtype=np.uint32), np.ones(2, dtype=np.float32)), payload()
    ),
    "a term twice": IndexPoint(
        uuid_of(2), EAST, SparseVector(np.array([2, 2], dtype=np.uint32), np.ones(2, dtype=np.float32)), payload()
    ),
    "terms of another type": IndexPoint(
        uuid_of(2),
        EAST,
        SparseVector(np.array([-1, 2], dtype=np.int64), np.ones(2, dtype=np.float32)),
        payload(),
    ),
}


@pytest.mark.parametrize("why", BAD_POINTS)
def test_one_bad_point_keeps_the_whole_batch_out(index: PassageIndex, why: str) -> None:
    with pytest.raises(InvalidPoint):
        index.upsert([point(1), BAD_POINTS[why], point(3)])
    assert index.count() == 0


def test_a_question_vector_of_another_dimension_is_refused(index: PassageIndex) -> None:
    with pytest.raises(InvalidPoint, match="the question"):
        index.search(dense=np.ones(DIMENSIONS + 1, dtype=np.float32), sparse=None, within=within(), limit=5)


def test_a_passage_without_any_term_is_found_by_its_meaning_only(index: PassageIndex) -> None:
    index.upsert([point(1, terms={})])
    legs = index.search(dense=EAST, sparse=sparse({7: 1.0}), within=within(), limit=5)
    assert len(legs.dense) == 1
    assert legs.sparse == ()


def test_threads_may_write_and_search_at_once(index: PassageIndex) -> None:
    def write(start: int) -> None:
        for number in range(start, start + 50, 10):
            index.upsert(points(range(number, number + 10)))

    writers = [Thread(target=write, args=(start,)) for start in (1_000, 2_000, 3_000, 4_000)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        hits = index.search(dense=EAST, sparse=None, within=within(), limit=20).dense
        assert len({hit.point_id for hit in hits}) == len(hits)
    for writer in writers:
        writer.join()
    assert index.count() == 200


def test_a_closed_index_says_so(index: PassageIndex) -> None:
    index.upsert([point(1)])
    index.flush()
    index.close()
    with pytest.raises(IndexUnavailable):
        index.count()
    with pytest.raises(IndexUnavailable):
        index.upsert([point(2)])
