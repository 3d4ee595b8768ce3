"""Records of the bulk format: dates as offices write them, slips of the pen, and text that no database takes."""

from typing import Any

import pytest

from ingestion.records import derived_title, metadata_of, read_record, require_clean
from kb_service.domain.documents import Audience, Kind, Metadata
from kb_service.domain.errors import InvalidInterval, InvalidRecord
from tests.factories import day


def metadata_from(**fields: Any) -> Metadata:
    return metadata_of(
        read_record(fields), title="文件名", default_kind=Kind.REGULATION, matter_id=None, department=None
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-07-01", "2026-07-01"),
        ("2026-7-1", "2026-07-01"),
        ("2026/7/1", "2026-07-01"),
        ("2026.07.01", "2026-07-01"),
        ("2026年7月1日", "2026-07-01"),
        (" 2026 年 7 月 1 日 ", "2026-07-01"),
        ("20260701", "2026-07-01"),
        (20260701, "2026-07-01"),
        ("2026-07-01 23:30:00", "2026-07-01"),
        # 16:00 in Greenwich is midnight in Shanghai.
        ("2026-06-30T15:59:59Z", "2026-06-30"),
        ("2026-06-30T16:00:00Z", "2026-07-01"),
        ("2026-07-01T00:30:00+09:00", "2026-06-30"),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_a_day_is_read_in_the_forms_that_offices_use(written: object, read: str | None) -> None:
    assert read_record({"effective_from": written}).effective_from == (day(read) if read else None)


@pytest.mark.parametrize("written", ["2026年13月1日", "2026-02-30", "明年起", "2026年7月1日起", "9999-12-31T20:00:00Z"])
def test_a_day_that_is_none_is_named_with_its_field(written: str) -> None:
    with pytest.raises(InvalidRecord, match=f"^effective_from: .*{written}"):
        read_record({"effective_from": written})


def test_the_last_valid_day_is_the_day_before_the_end() -> None:
    assert metadata_from(valid_through="2028-02-28").effective_to == day("2028-02-29")
    assert metadata_from(effective_to="2028-02-28").effective_to == day("2028-02-28")


def test_a_last_valid_day_of_9999_means_no_end() -> None:
    assert metadata_from(valid_through="9999-12-31").effective_to is None


def test_two_ways_of_saying_the_end_are_refused() -> None:
    with pytest.raises(InvalidInterval, match=r"^dates: both effective_to"):
        metadata_from(effective_to="2026-07-01", valid_through="2026-06-30")


@pytest.mark.parametrize("end", [{"effective_to": "2026-07-01"}, {"valid_through": "2026-06-30"}])
def test_an_end_on_the_first_day_leaves_no_day_in_force(end: dict[str, str]) -> None:
    with pytest.raises(InvalidInterval, match="before it starts"):
        metadata_from(effective_from="2026-07-01", **end)


def test_one_day_in_force_is_enough() -> None:
    assert metadata_from(effective_from="2026-07-01", valid_through="2026-07-01").effective_to == day("2026-07-02")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("effective_form", "effective_from"),
        ("titles", "title"),
        ("similar_question", "similar_questions"),
        ("documentnumber", "document_number"),
    ],
)
def test_a_slip_of_the_pen_in_a_field_name_is_pointed_out(written: str, meant: str) -> None:
    with pytest.raises(InvalidRecord, match=f"'{written}'; did you mean '{meant}'"):
        read_record({"id": "a", written: "x"})


def test_a_field_of_somebody_elses_is_passed_over() -> None:
    assert read_record({"id": "a", "author_remarks": "内部备注"}).id == "a"


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("办事指南", Kind.PROCEDURE),
        ("业务口径", Kind.INTERPRETATION),
        ("政策文件", Kind.REGULATION),
        ("系统操作指引", Kind.OPERATING_GUIDE),
        ("视频", Kind.VIDEO),
        ("video", Kind.VIDEO),
        ("", None),
    ],
)
def test_kinds_are_read_in_chinese_too(written: str, kind: Kind | None) -> None:
    assert read_record({"kind": written}).kind is kind


@pytest.mark.parametrize(
    ("written", "audience"),
    [("个人", Audience.PERSON), ("法人", Audience.ENTERPRISE), ("企业", Audience.ENTERPRISE), ("", None)],
)
def test_audiences_are_read_in_chinese_too(written: str, audience: Audience | None) -> None:
    assert read_record({"audience": written}).audience is audience


@pytest.mark.parametrize("fields", [{"kind": "传单"}, {"kind": ["视频"]}, {"audience": {"个人": 1}}, {"title": []}])
def test_a_value_of_the_wrong_kind_is_refused_with_its_field(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidRecord, match=f"^{next(iter(fields))}: "):
        read_record(fields)


def test_similar_questions_come_as_a_list_or_as_lines() -> None:
    assert read_record({"similar_questions": ["怎么签注", "签注流程"]}).similar_questions == ["怎么签注", "签注流程"]
    assert read_record({"similar_questions": "怎么签注\n 签注流程；\n;"}).similar_questions == ["怎么签注", "签注流程"]


@pytest.mark.parametrize("bad", ["签注\x00免费", "签注\ud83d免费"])
@pytest.mark.parametrize("field", ["title", "text", "similar_questions", "file"])
def test_text_that_no_database_takes_is_refused_in_every_field(field: str, bad: str) -> None:
    with pytest.raises(InvalidRecord, match="NUL characters or lone surrogates"):
        read_record({"id": "a", field: [bad] if field == "similar_questions" else bad})
    with pytest.raises(InvalidRecord):
        require_clean(bad)


def test_rare_characters_beyond_the_basic_plane_are_clean() -> None:
    assert read_record({"title": "𠮷田𬭎办事处"}).title == "𠮷田𬭎办事处"


def test_a_record_without_a_title_is_called_by_its_question_then_by_what_its_file_says() -> None:
    assert metadata_from(question="签注要钱吗").title == "签注要钱吗"
    assert metadata_from(question="签注要钱吗", title="签注收费").title == "签注收费"
    assert metadata_from().title == "文件名"


def test_a_derived_title_is_the_first_line_cut_at_forty_characters() -> None:
    assert derived_title("\n  居住证签注\n免费") == "居住证签注"
    assert derived_title("长" * 40) == "长" * 40
    assert derived_title("长" * 41) == "长" * 39 + "…"
