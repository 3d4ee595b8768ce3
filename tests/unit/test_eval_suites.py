"""Suites in the forms that others have them in: tables, BEIR folders, and what the JSON Schema says of our own."""

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from eval.beir import documents_of_beir
from eval.beir_corpus import record_of
from eval.errors import SuiteInvalid
from eval.question_lines import line_of
from eval.question_schema import question_schema
from eval.questions import read_questions
from eval.suite_files import read_lines
from eval.unscored import Unscored, unscored
from eval.written_lines import WrittenLine
from kb_service.domain.answers import Outcome
from kb_service.domain.documents import Audience
from tests.factories import day

TABLE = """问题,必须出现,不得出现,文件,日期,对象,应当怎样,类型
补办居住证多少钱,20元|二十元；十五日,30元,jzz|jzz-2,2026/7/1,个人,,fee
"潜水艇年检
去哪里办",,,,,,不回答,
"""


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "suite.csv"
    file.write_bytes(text.encode(encoding))
    return file


def beir(folder: Path, queries: str, **judgements: str) -> Path:
    (folder / "qrels").mkdir()
    (folder / "queries.jsonl").write_text(queries, encoding="utf-8")
    for name, text in judgements.items():
        (folder / "qrels" / f"{name}.tsv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_row_of_a_table_is_a_question(tmp_path: Path, encoding: str) -> None:
    fee, absent = read_questions(table(tmp_path, TABLE, encoding))
    assert (fee.text, fee.expected_outcome, fee.types) == ("补办居住证多少钱", Outcome.ANSWERED, ("fee",))
    assert fee.required_facts == ("20元|二十元", "十五日")
    assert fee.forbidden_facts == ("30元",)
    assert fee.expected_documents == ("jzz", "jzz-2")
    assert (fee.as_of, fee.audience) == (day("2026-07-01"), Audience.PERSON)
    assert (absent.expected_outcome, absent.is_answerable) == (Outcome.HANDED_OVER, False)


def test_two_columns_are_enough_and_then_any_source_in_force_will_do(tmp_path: Path) -> None:
    (fee,) = read_questions(table(tmp_path, "question;expected\n补办居住证多少钱;20元\n"))
    assert (fee.required_facts, fee.expected_documents, fee.is_answerable) == (("20元",), (), True)
    assert unscored([fee]) == (Unscored.DOCUMENTS,)


def test_a_workbook_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    workbook = Workbook()
    first, second = workbook.active, workbook.create_sheet("日期")
    first.append(["问题", "必须出现"])
    first.append(["补办居住证多少钱", "20元"])
    second.append(["问题", "必须出现", "日期"])
    second.append(["失业金发多少", "2340元", date(2026, 7, 1)])
    workbook.save(tmp_path / "suite.xlsx")
    fee, dole = read_questions(tmp_path / "suite.xlsx")
    assert (fee.text, fee.required_facts) == ("补办居住证多少钱", ("20元",))
    assert (dole.text, dole.as_of) == ("失业金发多少", day("2026-07-01"))
    second.append(["没有答案的", "", None])
    workbook.save(tmp_path / "suite.xlsx")
    with pytest.raises(SuiteInvalid, match=r"suite\.xlsx:日期:3: line: Value error, expect: is missing"):
        read_questions(tmp_path / "suite.xlsx")


def test_a_row_keeps_its_id_wherever_it_stands(tmp_path: Path) -> None:
    rows = ["补办居住证多少钱,20元", "居住证几天办好,十五日"]
    there = {each.text: each.id for each in read_questions(table(tmp_path, "\n".join(["问题,必须出现", *rows])))}
    moved = {each.text: each.id for each in read_questions(table(tmp_path, "\n".join(["问题,必须出现", *rows[::-1]])))}
    assert there == moved and len(set(there.values())) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("question,answer\na,b", r"suite\.csv:1: 'answer' is none of the columns"),
        ("question,问题\na,b", r"suite\.csv:1: 'question' is named by two columns"),
        ("question,note\na,b", r"suite\.csv:1: the first row must name question"),
        ('question,expected\n"a\nb",c\nd,e,f', r"suite\.csv:4: has 3 cells, and the first row names 2"),
        ("question,expected\na,b\n,c", r"suite\.csv:3: line: Value error, question: is missing"),
        ("question,expected\na,", r"suite\.csv:2: line: Value error, expect: is missing"),
        ("question,expected,expect\na,b,vielleicht", r"suite\.csv:2: expect: .*'vielleicht' is none of"),
        ("question,expected\na,b\na,c", r"suite\.csv:3: the id '.*' is used twice \(a\)"),
        ('question,expected\na,"b', r"suite\.csv:2: .*a quote that is opened must be closed"),
    ],
)
def test_a_row_that_cannot_be_judged_is_refused_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SuiteInvalid, match=reason):
        read_questions(table(tmp_path, text))


def test_a_folder_holds_tables_and_lines(tmp_path: Path) -> None:
    table(tmp_path, "问题,必须出现\n补办居住证多少钱,20元")
    line = {"id": "q1", "question": "居住证几天办好", "expect": "answer", "document": "jzz"}
    (tmp_path / "more.jsonl").write_text(json.dumps(line), encoding="utf-8")
    assert {each.text for each in read_questions(tmp_path)} == {"补办居住证多少钱", "居住证几天办好"}


QUERIES = '{"_id": "7", "text": "居住证几天办好"}\n{"_id": "8", "text": "没有人看过的"}\n'


def test_a_beir_query_is_scored_by_its_relevant_documents_alone(tmp_path: Path) -> None:
    judged = "query-id\tcorpus-id\tscore\n7\tjzz\t1\n7\tother\t0\n7\tjzz-faq\t2\n"
    (query,) = read_questions(beir(tmp_path, QUERIES, test=judged))
    assert (query.id, query.text, query.types) == ("7", "居住证几天办好", ("test",))
    assert query.expected_documents == ("jzz", "jzz-faq")
    assert query.grades == {"jzz": 1, "jzz-faq": 2}
    assert (query.expected_outcome, query.is_answerable) == (Outcome.ANSWERED, True)
    assert unscored([query]) == (Unscored.WORDS,)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ({"_id": "a", "title": "签注", "text": "签注免费。"}, "签注"),
        ({"_id": "a", "text": "签注免费。" * 40}, ("签注免费。" * 40)[:60]),  # it goes by its first words
        ({"_id": "a", "title": " ", "text": ""}, "a"),
    ],
)
def test_a_document_of_a_beir_corpus_is_one_of_the_bulk_format(
    tmp_path: Path, line: Mapping[str, str], title: str
) -> None:
    (tmp_path / "corpus.jsonl").write_text(json.dumps(line), encoding="utf-8")
    (record,) = map(record_of, documents_of_beir(tmp_path))
    assert (record["id"], record["title"], record["kind"]) == ("a", title, "regulation")


def test_a_line_that_is_no_document_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('\n\n{"id": "a", "text": "b"}', encoding="utf-8")
    with pytest.raises(SuiteInvalid, match=r"corpus\.jsonl:3: _id and text"):
        documents_of_beir(tmp_path)


@pytest.mark.parametrize(
    ("queries", "judged", "reason"),
    [
        (QUERIES, "7\tjzz\t1\n9\tjzz\t1", r"qrels/test\.tsv:2: the query '9' does not stand in queries\.jsonl"),
        (QUERIES, "7 jzz 1", r"qrels/test\.tsv:1: .* is no judgement"),
        (QUERIES, "7\tjzz\tyes", r"qrels/test\.tsv:1: .* is no judgement"),
        (QUERIES, "7\tjzz\t0", "names no relevant document"),
        (QUERIES + '{"_id": "7", "text": "x"}', "7\tjzz\t1", r"queries\.jsonl:3: the id '7' is used twice"),
        ('{"id": "7", "text": "x"}', "7\tjzz\t1", r"queries\.jsonl:1: _id and text"),
    ],
)
def test_a_beir_folder_that_cannot_be_judged_is_refused(tmp_path: Path, queries: str, judged: str, reason: str) -> None:
    with pytest.raises(SuiteInvalid, match=reason):
        read_lines(beir(tmp_path, queries, test=judged))


def test_the_json_schema_is_that_of_the_reader() -> None:
    file = Path(__file__).parents[2] / "eval" / "question.schema.json"
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written == question_schema(), f"python -m eval.question_schema > {file.name}"


LINE = {"id": "q1", "question": "居住证几天办好", "expect": "answer", "document": "jzz"}
TURN = {"question": "居住证几天办好", "expect": "decline"}


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (LINE, True),
        ({**LINE, "expect": "answer | decline", "document": None}, True),
        ({name: LINE[name] for name in ("id", "question", "expect")}, False),
        ({**{name: LINE[name] for name in ("id", "question", "expect")}, "must_include": ["十五日"]}, True),
        ({**{name: LINE[name] for name in ("id", "question")}, "expect": "decline"}, True),
        ({name: LINE[name] for name in ("question", "expect", "document")}, False),
        ({**LINE, "expect": "vielleicht"}, False),
        ({**LINE, "expect": "conversation"}, False),
        ({**LINE, "tags": ["fee"]}, False),
        ({**LINE, "audience": "somebody"}, False),
        ({"id": "t1", "turns": [TURN]}, True),
        ({"id": "t1", "expect": "conversation", "turns": [TURN, {"question": "x"}]}, False),
        ({"id": "t1"}, False),
    ],
)
def test_the_json_schema_takes_what_the_reader_takes(line: Mapping[str, Any], is_one: bool) -> None:
    if line.get("expect") != "conversation" or "turns" in line:  # without turns only the reader sees it
        assert _accepts(question_schema(), line) is is_one
    try:
        line_of(WrittenLine("x.jsonl:1", line))
    except SuiteInvalid:
        assert not is_one
    else:
        assert is_one


def _accepts(schema: Mapping[str, Any], value: Any, definitions: Mapping[str, Any] | None = None) -> bool:
    """As JSON Schema has it, of the words that ours uses."""
    definitions = schema.get("$defs", {}) if definitions is None else definitions
    if "$ref" in schema:
        return _accepts(definitions[schema["$ref"].rpartition("/")[2]], value, definitions)
    if "anyOf" in schema and not any(_accepts(each, value, definitions) for each in schema["anyOf"]):
        return False
    if "if" in schema and _accepts(schema["if"], value, definitions):
        return _accepts({**schema["then"], **{k: v for k, v in schema.items() if k not in {"if", "then", "anyOf"}}},
                        value, definitions)  # fmt: skip
    if "enum" in schema and value not in schema["enum"]:
        return False
    kinds = {"string": str, "null": type(None), "array": list, "object": dict, "integer": int}
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return False
    if isinstance(value, str):
        return re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, list):
        return all(_accepts(schema.get("items", {}), each, definitions) for each in value)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        if not set(schema.get("required", ())) <= set(value):
            return False
        if schema.get("additionalProperties") is False and not set(value) <= set(known):
            return False
        return all(_accepts(known.get(name, {}), each, definitions) for name, each in value.items())
    return True
