"""The demonstration corpus agrees with itself: ids, days, matters, departments, and the facts its questions expect."""

import csv
import functools
import html
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval.questions import SuiteQuestion, read_questions
from kb_service.domain.days import Interval, checked_interval, declared_end
from kb_service.domain.documents import Audience, Kind
from kb_service.domain.matters import region_path, visible_regions

CORPUS = Path(__file__).parents[2] / "corpus"
TODAY = date(2026, 11, 22)  # the day the corpus was written for; later days only move what is current
DAY_IN_WORDS = re.compile(r"[0-9]{2}年|二[〇零一二三四五六七八九]{3}年|[去前明后今]年|三年前|元旦")
PLACES_OF = {"浦东新区": ("浦东", "张江"), "松江区": ("松江",)}
MARKER = "本文为演示文本，非官方文件"
PHONES = {"12345", "962269", "962218", "962200"}  # the only hotlines the sources give
COLUMN = {
    "编号": "id",
    "标题": "title",
    "问题": "question",
    "相似问题": "similar_questions",
    "反例问题": "negative_questions",
    "答案": "answer",
    "事项": "matter",
    "责任单位": "department",
    "施行日期": "effective_from",
    "有效期至": "valid_through",
    "文号": "document_number",
}
RIVAL = "rival"
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """One version as written: where it stands, its fields, and its bare text (None for a picture)."""

    place: str
    fields: Fields
    text: str | None

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def start(self) -> date | None:
        return _day(self.fields.get("effective_from"))

    @property
    def interval(self) -> Interval:
        end = declared_end(
            effective_to=_day(self.fields.get("effective_to")), valid_through=_day(self.fields.get("valid_through"))
        )
        return checked_interval(self.start, end)


def _day(value: object) -> date | None:
    return value if isinstance(value, date) or value is None else date.fromisoformat(str(value))


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _jsonl(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _bare(text: str) -> str:
    """Without white space, which line ends of a PDF put inside a fact."""
    return re.sub(r"\s+", "", text)


def _zipped_text(path: Path, members: str) -> str:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(members, name)]
        xml = "".join(archive.read(name).decode("utf-8") for name in names)
    return html.unescape(re.sub(r"<[^>]+>", "", xml))


def _pdf_text(path: Path) -> str:
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


def _text_of(path: Path) -> str | None:
    match path.suffix:
        case ".png":
            return None
        case ".docx":
            return _zipped_text(path, r"word/document\.xml")
        case ".pptx":
            return _zipped_text(path, r"ppt/slides/slide\d+\.xml")
        case ".xlsx":
            return _zipped_text(path, r"xl/(sharedStrings|worksheets/sheet\d+)\.xml")
        case ".pdf":
            return _pdf_text(path)
        case ".html":
            return html.unescape(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8")))
        case _:
            return path.read_text(encoding="utf-8")


def _rows_of(path: Path) -> list[Any] | None:
    """The rows of a file that holds one document a row, under the field names of the bulk format; else None."""
    if path.suffix == ".jsonl":
        return _jsonl(path)
    if path.suffix == ".csv":
        table = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    elif path.suffix == ".xlsx":
        import openpyxl

        table = [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]
    else:
        return None
    if "问题" not in table[0]:
        return None
    return [{COLUMN[str(name)]: value for name, value in zip(table[0], row, strict=True) if value} for row in table[1:]]


def _versions_in(path: Path) -> Iterator[Written]:
    sidecar = path.with_name(path.name + ".yaml")
    fields = _yaml(sidecar) if sidecar.exists() else {}
    rows = _rows_of(path)
    if rows is not None:
        for number, row in enumerate(rows, 1):
            yield Written(f"{path.name}:{number}", fields | row, _bare(row.get("text") or row["answer"]))
        return
    text = _text_of(path)
    if path.suffix in {".md", ".txt"} and text is not None:
        _, front, text = text.split("---\n", 2)
        fields = yaml.safe_load(front)
    yield Written(path.name, fields, None if text is None else _bare(text))


@functools.cache
def _versions() -> tuple[Written, ...]:
    files = [path for path in sorted((CORPUS / "documents").iterdir()) if path.suffix != ".yaml"]
    return tuple(version for path in files for version in _versions_in(path))


@functools.cache
def _questions() -> tuple[SuiteQuestion, ...]:
    """The scripted conversations among them."""
    folders = ("questions", "judging", "conversations")
    return tuple(each for folder in folders for each in read_questions(CORPUS / folder))


@functools.cache
def _departments() -> list[Any]:
    return list(_yaml(CORPUS / "departments.yaml"))


@functools.cache
def _matters() -> list[Any]:
    return list(_yaml(CORPUS / "matters.yaml"))


def _ids(rows: list[Any]) -> set[str]:
    return {row["id"] for row in rows}


def _expected_versions(question: SuiteQuestion) -> list[Written]:
    """The versions of the expected documents that may be cited on the day asked about, in the order expected. A day in
    the words is not read here: the version that starts when the question says will do then, or else any that holds the
    facts."""
    ids = question.expected_documents
    if question.as_of or not DAY_IN_WORDS.search(_said(question)):
        return _in_force(ids, question.as_of or TODAY)
    if question.expected_version_from:
        return _in_force(ids, question.expected_version_from)
    return [version for version in _versions() if version.id in ids and _states_all(version, question.required_facts)]


def _in_force(ids: tuple[str, ...], day: date) -> list[Written]:
    in_force = [version for version in _versions() if version.id in ids and version.interval.contains(day)]
    latest = {version.id: version for version in sorted(in_force, key=lambda found: found.start or date.min)}
    return [latest[each] for each in ids]


def _said(question: SuiteQuestion) -> str:
    """Its words and those of its conversation before."""
    return "\n".join(each.text for each in _up_to(question))


def _up_to(question: SuiteQuestion) -> list[SuiteQuestion]:
    """The turns of its conversation so far, itself last."""
    if question.conversation is None:
        return [question]
    turns = [each for each in _questions() if each.conversation == question.conversation]
    return turns[: question.turn]


def _is_where(version: Written, question: SuiteQuestion) -> bool:
    """Whether it holds for everybody, or for a place that the question comes from or names."""
    region = region_path(version.fields.get("region"))
    if any(region in {None, *visible_regions(each.region)} for each in _up_to(question)):
        return True
    return any(name in _said(question) for name in PLACES_OF[str(version.fields["region"])])


def _states_all(version: Written, facts: tuple[str, ...]) -> bool:
    return all(_states(version, fact) for fact in facts)


def test_every_department_has_a_known_phone_hours_and_topics() -> None:
    departments = _departments()
    assert len(departments) >= 15 and len(_ids(departments)) == len(departments)
    for each in departments:
        assert each["phone"] in PHONES and "演示数据" in each["hours"] and each["owns"] and each["aliases"]


def test_every_matter_has_a_department_three_aliases_and_a_name_of_its_own() -> None:
    matters = _matters()
    assert len(matters) >= 40 and len(_ids(matters)) == len(matters)
    names = [name for each in matters for name in (each["name"], *each["aliases"])]
    assert len(set(names)) == len(names), "one name must not stand for two matters"
    for each in matters:
        assert each["department"] in _ids(_departments()) and len(each["aliases"]) >= 3
        assert each.get("audience") in {None, *Audience}


@pytest.mark.parametrize("version", _versions(), ids=lambda version: str(version.place))
def test_a_version_names_what_exists_and_says_that_it_is_no_official_text(version: Written) -> None:
    fields = version.fields
    assert fields["kind"] in set(Kind) and fields["title"]
    assert fields["matter"] in _ids(_matters()) and fields["department"] in _ids(_departments())
    assert fields.get("audience") in {None, *Audience}
    assert not version.interval.is_empty
    assert version.text is None or (MARKER in version.text and "来源：" in version.text)


def test_versions_of_one_document_start_on_different_days() -> None:
    seen = [(version.id, version.start) for version in _versions()]
    assert len(set(seen)) == len(seen)


def test_the_corpus_is_broad_enough_to_be_tried() -> None:
    versions = _versions()
    starts: dict[str, set[date | None]] = {}
    for version in versions:
        starts.setdefault(version.id, set()).add(version.start)
    assert {version.fields["kind"] for version in versions} == set(Kind)
    assert len({version.fields["matter"] for version in versions}) >= 14
    assert len({Path(version.place.split(":")[0]).suffix for version in versions}) >= 8
    assert sum(len(days) >= 2 for days in starts.values()) >= 5
    assert sum(version.interval.starts_after(TODAY) for version in versions) >= 2
    assert len({version.fields.get("region") for version in versions} - {None, "上海市"}) >= 2


def test_the_corpus_stays_small() -> None:
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert max(sizes) < 1_000_000 and sum(sizes) < 3_000_000


def test_questions_have_their_own_ids_and_known_outcomes() -> None:
    questions = _questions()
    assert len(questions) >= 900 and len({each.id for each in questions}) == len(questions)
    for each in questions:
        assert set(each.expected_departments) <= _ids(_departments()), each.id
        assert set(each.expected_matters) <= _ids(_matters()), each.id
        assert each.types, each.id


@pytest.mark.parametrize(
    "question", [each for each in _questions() if each.is_answerable], ids=lambda question: str(question.id)
)
def test_what_a_question_expects_stands_in_the_version_in_force_on_its_day(question: SuiteQuestion) -> None:
    versions = _expected_versions(question)
    expected, facts = versions[0], question.required_facts
    assert _is_where(expected, question)
    if question.audience:
        assert expected.fields.get("audience") in {None, question.audience}
    if question.expected_version_from:
        assert expected.start == question.expected_version_from
    for version in versions:
        if version.text is not None:
            assert question.turn or _bare(question.text) not in version.text, "residents do not speak as documents do"
            assert not facts or any(_states(version, fact) for fact in facts), version.place
    for fact in facts:
        assert any(_states(version, fact) for version in versions), fact
    # What is forbidden may stand there in another row (the fee of the other card), where the question says so.
    if RIVAL not in question.types:
        for fact in question.forbidden_facts:
            assert not _states(expected, fact), (expected.place, fact)


def _states(version: Written, fact: str) -> bool:
    """A picture is believed."""
    return version.text is None or any(_bare(way) in version.text for way in fact.split("|"))


def test_every_document_is_asked_about() -> None:
    asked: dict[str, int] = {}
    for question in _questions():
        for document_id in question.expected_documents:
            asked[document_id] = asked.get(document_id, 0) + 1
    whole = {version.id for version in _versions() if ":" not in version.place}
    assert {version.id for version in _versions()} <= set(asked)
    assert {document_id for document_id in whole if asked[document_id] < 3} == set()
