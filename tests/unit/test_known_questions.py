"""Which known questions a rehearsal asks of a version."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kb_service.domain.documents import Audience, Version, VersionState
from kb_service.domain.errors import InvalidRecord
from kb_service.publishing.rehearsal import RehearsalQuestion, RehearsalQuestions
from tests.factories import NOON, metadata

BALLOON = Version("v1", "balloon", "", metadata(matter_id="qiqiu"), VersionState.IN_REVIEW, NOON, "editor")


def suite(folder: Path, *lines: object) -> Path:
    (folder / "suite.jsonl").write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in lines), "utf-8")
    return folder


class Matters:
    """Reads every question as one of a matter, and keeps what it read."""

    def __init__(self, matter_id: str | None) -> None:
        self._matter_id = matter_id
        self.read: list[str] = []

    def matter_of(self, text: str) -> str | None:
        self.read.append(text)
        return self._matter_id


def near(folder: Path, known_version: Version, matters: Matters) -> list[RehearsalQuestion]:
    known = RehearsalQuestions(
        suites=[folder],
        matter_of=matters.matter_of,
        recent=lambda matter_id, most: (),
        matters_by_document=lambda: {"balloon": {"qiqiu"}, "kite": {"fengzheng"}},
    )
    return list(known.near(known_version))


def test_questions_of_the_matter_come_first_and_those_that_name_it_are_not_read(tmp_path: Path) -> None:
    folder = suite(
        tmp_path,
        {"id": "1", "question": "风筝线多长", "expect": "answer", "document": "kite", "matter": "fengzheng"},
        {"id": "2", "question": "停气球要多久", "expect": "decline"},
        {"id": "3", "question": "停气球多少钱", "expect": "answer", "document": "balloon", "matter": "fengzheng|qiqiu"},
    )
    matters = Matters("qiqiu")
    assert [each.text for each in near(folder, BALLOON, matters)] == ["停气球要多久", "停气球多少钱", "风筝线多长"]
    assert matters.read == ["停气球要多久"]


def test_what_a_document_answers_is_of_the_matter_of_the_document_and_is_not_read(tmp_path: Path) -> None:
    folder = suite(
        tmp_path,
        {"id": "1", "question": "线多长", "expect": "answer", "document": "kite"},
        {"id": "2", "question": "多少钱", "expect": "answer", "document": "balloon"},
        {"id": "3", "question": "要多久", "expect": "answer", "document": "unknown"},
    )
    matters = Matters("fengzheng")
    assert [each.text for each in near(folder, BALLOON, matters)] == ["多少钱", "线多长", "要多久"]
    assert matters.read == ["要多久"]


def test_a_draft_without_a_matter_is_asked_first_what_is_of_the_matter_that_its_title_names(tmp_path: Path) -> None:
    folder = suite(
        tmp_path,
        {"id": "1", "question": "线多长", "expect": "answer", "document": "kite"},
        {"id": "2", "question": "多少钱", "expect": "answer", "document": "balloon"},
    )
    hasty = replace(BALLOON, metadata=metadata(title="热气球停放"))
    assert [each.text for each in near(folder, hasty, Matters("qiqiu"))] == ["多少钱", "线多长"]


def test_what_no_document_changes_is_not_asked(tmp_path: Path) -> None:
    said = [{"id": each, "question": each, "expect": each} for each in ("route", "courtesy", "clarify", "decline|rule")]
    assert [each.text for each in near(suite(tmp_path, *said), BALLOON, Matters(None))] == ["decline|rule"]


def test_of_a_conversation_the_first_turn_is_asked_with_the_circumstances_of_the_conversation(tmp_path: Path) -> None:
    turns = [{"question": "停气球多少钱", "expect": "answer"}, {"question": "要多久", "expect": "answer"}]
    talk = {"id": "t", "matter": "fee then time", "region": "松江区", "audience": "enterprise", "turns": turns}
    (asked,) = near(suite(tmp_path, talk), BALLOON, Matters(None))
    assert asked == RehearsalQuestion("停气球多少钱", "suite", "松江区", Audience.ENTERPRISE)


@pytest.mark.parametrize("line", [["question"], {"id": "1"}, {"question": "?", "audience": "dogs"}, {"turns": [3]}])
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: object) -> None:
    with pytest.raises(InvalidRecord, match=r"suite\.jsonl:1 is no question"):
        near(suite(tmp_path, line), BALLOON, Matters(None))
