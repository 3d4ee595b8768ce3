"""Why something is refused, apart from any language: every cause has a sentence, and every refusal a cause."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion.parsing.limits import LIMITS as PARSING_LIMITS
from ingestion.parsing.parse import parse
from ingestion.records import metadata_of, read_record
from ingestion.sources import Reading
from kb_service.adapters.script import OpenCCConverter
from kb_service.api.errors import STATUS_OF
from kb_service.api.messages import Messages, blanks_of, messages
from kb_service.api.sizes import LIMITS
from kb_service.domain import errors
from kb_service.domain.causes import PASSING, VALUES_OF, Cause, cause_kept, cause_of_json
from kb_service.domain.days import cause_of_bad_day, checked_interval
from kb_service.domain.documents import Kind
from kb_service.settings import Settings
from tests.factories import day

MESSAGES = messages(Settings().prompts_dir)
ROOT = Path(__file__).parents[2]
# Raised by commands only, which tell their user in English; or with a cause that is worked out before.
REFUSING = {"FileRefused", "InvalidRecord", "InvalidInterval", "PictureRefused", "ReadingFailed"}
READING = Reading(converter=OpenCCConverter(), matter_ids={}, department_ids={}, keep=lambda _data: "blob")


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    for folder in ("kb_service", "ingestion"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    called = node.func
                    name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
                    yield name, node, f"{path.relative_to(ROOT)}:{node.lineno}"


def names_in(argument: ast.expr) -> list[str]:
    """Of a name, or of a choice of two."""
    chosen = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
    return [str(each.value) for each in chosen if isinstance(each, ast.Constant)]


def test_every_cause_that_the_code_gives_has_exactly_the_values_that_its_sentence_tells() -> None:
    given: set[str] = set()
    for called, call, place in calls():
        if called != "Cause":
            continue
        for name in names_in(call.args[0]):
            given.add(name)
            if len(call.args) == 1:
                assert VALUES_OF[name] == set(), place
            elif isinstance(call.args[1], ast.Dict) and None not in call.args[1].keys:
                keys = {key.value for key in call.args[1].keys if isinstance(key, ast.Constant)}
                assert keys == VALUES_OF[name], place
    by_name = {"unknown_kind", "unknown_audience", "electronic_book", "apple_file"}
    by_name |= {"yaml_anchors", "yaml_too_deep", "yaml_too_long", "yaml_field_twice"}
    assert set(VALUES_OF) - given == by_name
    assert given - set(VALUES_OF) == set()


def test_the_sentence_of_each_cause_names_all_its_values_and_no_others() -> None:
    assert set(MESSAGES.causes) == set(VALUES_OF)
    for name, sentence in MESSAGES.causes.items():
        assert blanks_of(sentence) - set(LIMITS) == VALUES_OF[name], name


@pytest.mark.parametrize("name", sorted(VALUES_OF))
def test_each_sentence_fills_and_says_what_to_do(name: str) -> None:
    said = MESSAGES.of_cause(Cause(name, dict.fromkeys(VALUES_OF[name], "甲")))
    assert re.search("(?:请|可以|只能|要).*。$", said)
    assert "{" not in said or name == "not_an_object"
    assert "…" not in said or name == "not_an_object"


def test_every_refusal_in_the_code_says_its_cause() -> None:
    bare = []
    for name, call, place in calls():
        if name in REFUSING and len(call.args) < 2 and not call.keywords:
            bare.append(place)
    commands = ("kb_service/client.py", "ingestion/catalogue.py", "kb_service/publishing/rehearsal.py")
    assert [place for place in bare if not place.startswith(commands)] == []


def test_every_error_of_the_domain_has_a_cause_with_a_sentence() -> None:
    for kind in STATUS_OF:
        error = kind(2028) if kind is errors.CalendarYearUnknown else kind("what went wrong")  # type: ignore[arg-type]
        assert "…" not in MESSAGES.of_cause(error.cause)
        assert error.cause.name in MESSAGES.causes or error.cause.name in MESSAGES.errors
    assert "2028 年的放假安排" in MESSAGES.of_cause(errors.CalendarYearUnknown(2028).cause)


def test_what_may_pass_is_a_cause_or_an_error_of_ours() -> None:
    kinds = {kind.__name__ for kind in STATUS_OF} | {"InternalError", "RequestBrokenOff"}
    assert set(VALUES_OF) | kinds >= PASSING
    assert {each.__name__ for each in errors.OUTAGES} <= PASSING


def test_a_sentence_with_a_blank_that_its_cause_does_not_fill_is_no_vocabulary() -> None:
    kept = MESSAGES.model_dump()
    Messages.model_validate(kept)
    for causes in (
        kept["causes"] | {"encrypted": "文件“{file}”已加密。"},
        kept["causes"] | {"no_such_cause": "没有这个原因。"},
        {name: each for name, each in kept["causes"].items() if name != "encrypted"},
    ):
        with pytest.raises(ValueError, match=r"encrypted|no_such_cause"):
            Messages.model_validate(kept | {"causes": causes})


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("2026-13-40", "no_such_day"), ("2026年2月30日", "no_such_day"), ("2027/2/29", "no_such_day"),
        ("20260230", "no_such_day"), ("2026-02-30T10:00:00", "no_such_day"), ("0000-01-01", "no_such_day"),
        ("10000-01-01", "no_such_day"),
        ("哪天", "not_a_day"), ("7月1日", "not_a_day"), ("2026-07", "not_a_day"), ("46204", "not_a_day"),
        ("2026-07-01T25:00", "not_a_day"), ("x" * 5000, "not_a_day"),
    ],
)  # fmt: skip
def test_a_day_that_no_calendar_has_is_not_the_same_as_no_day_at_all(written: str, name: str) -> None:
    cause = cause_of_bad_day("effective_from", written)
    assert cause.name == name
    assert len(str(cause.values["value"])) <= 40


@pytest.mark.parametrize("written", ["2026-13-40", "'2026-02-30'", "2026-02-30 10:00:00", "2026年2月30日", "20260230"])
@pytest.mark.parametrize("field", ["effective_from", "施行日期", "施行日"])
def test_front_matter_with_a_day_that_does_not_exist_is_valid_yaml(field: str, written: str) -> None:
    text = f"---\ntitle: 办法\n{field}: {written}\n---\n第一条 免费。\n"
    (read,) = READING.read_sent(text.encode(), "a.md", {})
    assert read.cause == Cause("no_such_day", {"field": "effective_from", "value": written.strip("'")})
    assert read.reason is not None and "effective_from" in read.reason and "YAML" not in read.reason


def test_a_line_in_another_encoding_is_no_fault_of_its_json() -> None:
    lines = '{"id": "a", "text": "好。"}'.encode("gb18030") + b'\n{"id": "b"\n'
    reads = list(READING.read_sent(lines, "a.jsonl", {}))
    assert [each.cause for each in reads] == [Cause("line_not_utf8"), Cause("not_json")]


def test_a_fault_of_yaml_is_told_with_its_line() -> None:
    (read,) = READING.read_sent("---\ntitle: 办法\nkind: [\n---\n第一条 免费。\n".encode(), "a.md", {})
    assert read.cause is not None
    assert (read.cause.name, read.cause.values["line"]) == ("yaml_broken", 3)


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"kind": "随便"}, Cause("unknown_kind", {"value": "随便"})),
        ({"audience": "猫"}, Cause("unknown_audience", {"value": "猫"})),
        ({"title": "长" * 2001}, Cause("field_too_long", {"field": "title", "length": 2001, "limit": 2000})),
        ({"source_url": "javascript:alert(1)"}, Cause("unsafe_address", {"field": "source_url"})),
        ({"efective_from": "x"}, Cause("unknown_field", {"name": "efective_from", "near": "effective_from"})),
        ({"repeals": ["甲"] * 201}, Cause("too_many_entries", {"field": "repeals", "count": 201, "limit": 200})),
        ({"similar_questions": 7}, Cause("wrong_value", {"field": "similar_questions", "value": "7"})),
        ({"title": "半\ud800"}, Cause("odd_characters")),
        ({"半\ud800": "x"}, Cause("odd_characters")),
        ({f"x{number}": 1 for number in range(101)}, Cause("unknown_fields", {"count": 101})),
    ],
)  # fmt: skip
def test_a_field_that_is_misused_is_named_with_what_was_written(fields: dict[str, Any], cause: Cause) -> None:
    with pytest.raises(errors.InvalidRecord) as refused:
        read_record(fields)
    assert refused.value.cause == cause


@pytest.mark.parametrize(
    ("ends", "cause"),
    [
        ({"effective_to": "2026-07-01"}, Cause("ends_before_start", {"start": "2026-07-01", "end": "2026-07-01"})),
        (
            {"valid_through": "2026-06-30"},
            Cause("last_day_before_start", {"start": "2026-07-01", "last": "2026-06-30"}),
        ),
        (
            {"effective_to": "2027-01-01", "valid_through": "2026-12-31"},
            Cause("two_ends", {"effective_to": "2027-01-01", "valid_through": "2026-12-31"}),
        ),
    ],
)  # fmt: skip
def test_an_end_is_told_as_it_was_written(ends: dict[str, str], cause: Cause) -> None:
    record = read_record({"effective_from": "2026-07-01"} | ends)
    with pytest.raises(errors.InvalidInterval) as refused:
        metadata_of(record, title="x", default_kind=Kind.REGULATION, matter_id=None, department=None)
    assert refused.value.cause == cause


def test_an_end_before_all_days_needs_no_start_to_be_told() -> None:
    with pytest.raises(errors.InvalidInterval) as refused:
        checked_interval(None, day("0001-01-01"))
    assert refused.value.cause == Cause("holds_no_day", {"end": "0001-01-01"})


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"Rar!\x1a\x07\x01\x00", "a.rar"), (b"7z\xbc\xaf\x27\x1c", "a.7z"), (b"\x1f\x8b\x08", "a.tar.gz"),
        (b"\x1f\x8b\x08", "a.docx"), (b"BZh91", "a.bz2"), (b"\xfd7zXZ\x00", "a.xz"), (b"PK\x03\x04 cut off", "a.zip"),
        (b"a.txt".ljust(257, b"\x00") + b"ustar", "a.tar"), (b"nothing known", "a.rar"),
    ],
)  # fmt: skip
def test_an_archive_is_to_be_unpacked_whatever_packed_it(start: bytes, name: str) -> None:
    with pytest.raises(errors.FileRefused, match="is an archive") as refused:
        parse(start + b"\x01" * 90, name, limits=PARSING_LIMITS)
    assert refused.value.cause == Cause("archive")


def test_a_cause_is_kept_whatever_a_stranger_sent_and_told_in_one_line() -> None:
    cause = Cause("no_such_day", {"field": "issued_on", "value": "2026\x00-\ud800\n" + "9" * 500})
    kept = cause_of_json(cause.as_json())
    assert kept is not None and "\x00" not in str(kept.values["value"]) and len(str(kept.values["value"])) == 200
    said = MESSAGES.of_cause(kept)
    assert said.startswith("“印发日”写的“2026") and "\n" not in said and len(said) < 130


def test_what_was_refused_before_causes_were_kept_is_to_be_tried_again() -> None:
    assert cause_kept(None, None) is None
    told = cause_kept(None, "a.docx is encrypted")
    assert told is not None and told.is_passing
    assert "升级前" in MESSAGES.of_cause(told)


def test_a_cause_that_told_less_when_it_was_kept_still_has_a_sentence() -> None:
    assert MESSAGES.of_cause(Cause("too_many_pages", {"limit": 5})).startswith("文件有 … 页，超过 5 页")
    assert MESSAGES.of_cause(Cause("no_longer_known"), 422) == MESSAGES.statuses[422]
