"""Screens show the words of docs/glossary.md, pages with scripts the same ones, and limits as they are."""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import pytest

from kb_service.asking.asking import LONGEST_QUESTION
from kb_service.console.words import screen_words, words_for_scripts
from kb_service.domain.answers import Outcome
from kb_service.domain.documents import Audience, Kind, VersionState
from kb_service.domain.lead_time import LeadTime
from kb_service.domain.people import Role
from kb_service.domain.suspicions import SuspicionKind, SuspicionState
from kb_service.publishing.difference import Change
from kb_service.publishing.rehearsal import Effect

ROOT = Path(__file__).resolve().parents[2]
PROMPTS = ROOT / "prompts"
WORDS = screen_words(PROMPTS)


def chinese_in_the_glossary(row: str) -> dict[str, str]:
    """``word 中文`` pairs in the meaning of the row that begins with this word."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    (meaning,) = re.findall(rf"^\| {row} \|[^|]*\|(.*)\|$", text, re.MULTILINE)
    return dict(re.findall(r"`?\b([a-z_]+)`? ([\u4e00-\u9fff]+)", meaning))


@pytest.mark.parametrize(
    ("row", "closed", "shown"),
    [
        ("Kind", Kind, WORDS.kinds),
        ("Audience", Audience, WORDS.audiences),
        ("Version", VersionState, WORDS.states),
        ("Outcome", Outcome, WORDS.outcomes),
        ("Suspicion", SuspicionKind, WORDS.suspicions),
        ("Suspicion", SuspicionState, WORDS.suspicion_states),
        ("Role", Role, WORDS.roles),
        ("Lead time", LeadTime, WORDS.lead_times),
        ("Difference", Change, WORDS.changes),
        ("Rehearsal", Effect, WORDS.effects),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_a_screen_shows_the_words_of_the_glossary(
    row: str, closed: type[StrEnum], shown: Mapping[StrEnum, str]
) -> None:
    glossary = chinese_in_the_glossary(row)
    assert dict(shown) == {each: glossary.get(each) for each in closed}


def test_a_question_that_is_too_long_is_refused_with_the_limit_that_holds() -> None:
    faults = words_for_scripts(PROMPTS)["FAULTS"]
    assert isinstance(faults, Mapping)
    assert f"{LONGEST_QUESTION} 字" in faults["QuestionTooLong"]


def test_scripts_and_templates_name_no_word_of_a_closed_list_themselves() -> None:
    distinctive = [*WORDS.kinds.values(), *WORDS.standings.values(), *WORDS.reasons.values()]
    console = ROOT / "kb_service" / "console"
    code = {path.name: path.read_text(encoding="utf-8") for path in console.rglob("*.js")}
    without_comments = {name: re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for name, text in code.items()}
    twice = [
        (name, word)
        for name, text in without_comments.items()
        for word in distinctive
        if json.dumps(word, ensure_ascii=False) in text
    ]
    assert twice == []
