"""Adding questions to the suite of a site."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.commands import app
from eval.questions import read_questions
from eval.suite_adding import ADDED_NAME, Added, append, sort_out
from kb_service.adapters.script import OpenCCConverter

FEE = {"id": "fee", "question": "居住证补办多少钱？", "expect": "answer", "must_include": ["20元"]}


def added(tmp_path: Path, *lines: dict[str, Any] | str, standing: str = json.dumps(FEE)) -> Added:
    given = tmp_path / "given.jsonl"
    given.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines), encoding="utf-8")
    suite = tmp_path / "suite"
    suite.mkdir(exist_ok=True)
    (suite / "own.jsonl").write_text(standing, encoding="utf-8")
    return sort_out(given, suite, OpenCCConverter())


@pytest.mark.parametrize("words", ["居住证补办多少钱", "居住證補辦多少錢？", "居住证 补办，多少钱?"])
def test_a_question_that_the_suite_asks_already_is_not_taken_again(tmp_path: Path, words: str) -> None:
    found = added(tmp_path, FEE | {"id": "other", "question": words})
    assert (found.taken, found.refused, found.same[0].reason) == ([], [], "is asked by 'fee'")


@pytest.mark.parametrize("other", [{"as_of": "2025-06-01"}, {"region": "松江区"}, {"audience": "enterprise"}])
def test_the_same_words_of_another_day_region_or_audience_are_another_question(
    tmp_path: Path, other: dict[str, str]
) -> None:
    assert len(added(tmp_path, FEE | {"id": "other"} | other).taken) == 1


def test_every_line_is_taken_same_or_refused(tmp_path: Path) -> None:
    new = {"question": "居住证几天办好", "expect": "decline"}
    found = added(
        tmp_path,
        new,  # without an id
        new | {"id": "again"},
        FEE | {"question": "临时居住证几天到期"},  # an id of the suite's
        new | {"question": "我的手机号13812345678能查进度吗"},
        new | {"question": "居住证能寄吗", "expect": "vielleicht"},
        "no JSON",
    )
    assert [each.fields["question"] for each in found.taken] == ["居住证几天办好"]
    assert [each.place for each in found.same] == ["given.jsonl:2"]
    assert [each.place for each in found.refused] == [f"given.jsonl:{line}" for line in (3, 4, 5, 6)]
    assert "is that of another question" in found.refused[0].reason
    assert "personal data" in found.refused[1].reason
    assert found.lines == 6


def test_what_was_added_is_asked_with_what_stood_there_and_added_only_once(tmp_path: Path) -> None:
    table, suite = tmp_path / "more.csv", tmp_path / "suite"
    table.write_text("问题,必须出现\n居住证几天办好,15个工作日;免费\n", encoding="utf-8")
    suite.mkdir()
    (suite / ADDED_NAME).write_text(json.dumps(FEE), encoding="utf-8")  # without a last line end
    first = CliRunner().invoke(app, ["suite", "add", str(table), "--into", str(suite)])
    assert "1 lines: 1 taken, 0 same, 0 refused" in first.output
    fee, days = read_questions(suite)
    assert (fee.id, days.text, days.required_facts) == ("fee", "居住证几天办好", ("15个工作日", "免费"))
    again = CliRunner().invoke(app, ["suite", "add", str(table), "--into", str(suite)])
    assert "1 lines: 0 taken, 1 same, 0 refused" in again.output
    assert len(read_questions(suite)) == 2


def test_a_dry_run_writes_nothing_and_a_refused_line_fails(tmp_path: Path) -> None:
    table, suite = tmp_path / "more.csv", tmp_path / "new"
    table.write_text("问题,必须出现\n居住证几天办好,15个工作日\n没有答案,\n", encoding="utf-8")
    dry = CliRunner().invoke(app, ["suite", "add", str(table), "--into", str(suite), "--dry-run"])
    assert (dry.exit_code, suite.exists()) == (1, False)
    assert "2 lines: 1 taken, 0 same, 1 refused" in dry.output
    append(sort_out(table, suite, OpenCCConverter()).taken, suite)
    assert len(read_questions(suite)) == 1
