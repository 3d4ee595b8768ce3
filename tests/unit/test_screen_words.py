"""Screens show the words of docs/glossary.md, pages with scripts the same ones, and limits as they are."""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import pytest

from kb_service.api.sizes import LARGEST_PICTURE
from kb_service.api.upload_shapes import UploadStage
from kb_service.asking.asking import LONGEST_QUESTION
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.console.words import console_messages, screen_words
from kb_service.domain.announcements import Reach
from kb_service.domain.answers import Outcome, Reason
from kb_service.domain.audits import Rating
from kb_service.domain.clocks import ClockKind, OrderKind
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience, Kind, VersionState
from kb_service.domain.errors import (
    InvalidPerson,
    KbError,
    PictureRefused,
    QuestionTooLong,
    VocabularyFault,
)
from kb_service.domain.escalations import EscalationState, Move, Verdict
from kb_service.domain.feedback import FeedbackReason, FeedbackState
from kb_service.domain.file_reports import NoteKind
from kb_service.domain.gaps import GapState, Why
from kb_service.domain.lead_time import LeadTime
from kb_service.domain.life import Phase
from kb_service.domain.matters import Facet
from kb_service.domain.open_points import PointKind
from kb_service.domain.people import LONGEST_NAME, Role
from kb_service.domain.rehearsals import Effect
from kb_service.domain.routing import RoutedBy
from kb_service.domain.suspicions import SuspicionKind, SuspicionState
from kb_service.domain.switches import Covers
from kb_service.domain.uploads import RecordOutcome
from kb_service.publishing.difference import ArticleChange
from kb_service.publishing.stated_days import StatedField
from tests.factories import day

ROOT = Path(__file__).resolve().parents[2]
PROMPTS = ROOT / "prompts"
WORDS = screen_words(PROMPTS)
MESSAGES = console_messages(PROMPTS)


def chinese_in_the_glossary(row: str) -> dict[str, str]:
    """``word 中文`` pairs in the meaning of the row that begins with this word."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    (meaning,) = re.findall(rf"^\| {row} \|[^|]*\|(.*)\|$", text, re.MULTILINE)
    return dict(re.findall(r"`?\b([a-z_]+)`? ([\u4e00-\u9fff]+)", meaning))


@pytest.mark.parametrize(
    ("row", "closed", "shown"),
    [
        ("Kind", Kind, WORDS.kinds),
        ("Rating", Rating, WORDS.ratings),
        ("Facet", Facet, WORDS.facets),
        ("Audience", Audience, WORDS.audiences),
        ("Version", VersionState, WORDS.states),
        ("Outcome", Outcome, WORDS.outcomes),
        ("Suspicion", SuspicionKind, WORDS.suspicions),
        ("Suspicion", SuspicionState, WORDS.suspicion_states),
        ("Switch", Covers, WORDS.covers),
        ("Announcement", Reach, WORDS.reaches),
        ("Role", Role, WORDS.roles),
        ("Lead time", LeadTime, WORDS.lead_times),
        ("Difference", ArticleChange, WORDS.changes),
        ("Rehearsal", Effect, WORDS.effects),
        ("Escalation", EscalationState, WORDS.talk_states),
        ("Verdict \\(of a talk\\)", Verdict, WORDS.verdicts),
        ("Clock", ClockKind, WORDS.clocks),
        ("Clock", OrderKind, WORDS.order_kinds),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_a_screen_shows_the_words_of_the_glossary(
    row: str, closed: type[StrEnum], shown: Mapping[StrEnum, str]
) -> None:
    glossary = chinese_in_the_glossary(row)
    assert dict(shown) == {each: glossary.get(each) for each in closed}


@pytest.mark.parametrize(
    ("closed", "shown"),
    [
        (Phase, WORDS.phases),
        (Reason, WORDS.reasons),
        (RoutedBy, WORDS.route_reasons),
        (UploadStage, WORDS.stages),
        (RecordOutcome, WORDS.record_outcomes),
        (NoteKind, WORDS.reading_notes),
        (PointKind, WORDS.open_points),
        (StatedField, WORDS.stated),
        (Move, WORDS.moves),
        (GapState, WORDS.gap_states),
        (Why, WORDS.gap_whys),
        (FeedbackState, WORDS.feedback_states),
        (FeedbackReason, WORDS.feedback_reasons),
    ],
)
def test_lists_that_the_glossary_does_not_spell_out_have_chinese_for_every_word(
    closed: type[StrEnum], shown: Mapping[StrEnum, str]
) -> None:
    assert set(closed) == set(shown)


@pytest.mark.parametrize(
    ("row", "closed"), [("Facet", Facet), ("Kind", Kind), ("Version", VersionState), ("Role", Role)]
)
def test_the_glossary_has_chinese_for_every_word_of_a_closed_list(row: str, closed: type[StrEnum]) -> None:
    assert {str(each) for each in closed} <= set(chinese_in_the_glossary(row))


def test_where_an_enterprise_is_chosen_it_is_called_as_everywhere() -> None:
    wording = load_lexicon(PROMPTS).wording
    assert wording["option_person"] == WORDS.audiences[Audience.PERSON]
    assert wording["option_enterprise"].startswith(WORDS.audiences[Audience.ENTERPRISE])


def test_a_refusal_names_the_limit_that_holds() -> None:
    assert f"{LONGEST_QUESTION} 字" in MESSAGES.of_cause(QuestionTooLong("too long").cause)
    assert f"{LARGEST_PICTURE // 2**20} MB" in MESSAGES.of_cause(PictureRefused("too large").cause)
    assert f"{LONGEST_NAME} 个字" in MESSAGES.of_cause(InvalidPerson("too long").cause)


def test_no_sentence_keeps_a_blank() -> None:
    sentences = [MESSAGES.of_cause(each("x").cause) for each in KbError.__subclasses__()]
    assert [each for each in sentences if re.search(r"[{}]", each)] == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("  video: 视频", r"screens.yaml line \d+: kinds: .*video"),
        ("  no_text: 全文不能是空的。", r"screens.yaml line \d+: troubles: .*no_text"),
        ("  never: 永不生效", r"screens.yaml line \d+: days.never"),
    ],
)
def test_a_missing_word_is_named_with_file_line_and_list(tmp_path: Path, line: str, fault: str) -> None:
    text = (PROMPTS / "screens.yaml").read_text(encoding="utf-8")
    assert text.count(f"{line}\n") == 1
    (tmp_path / "screens.yaml").write_text(text.replace(f"{line}\n", ""), encoding="utf-8")
    with pytest.raises(VocabularyFault, match=fault):
        screen_words(tmp_path)


def test_scripts_and_templates_name_no_word_of_a_closed_list_themselves() -> None:
    distinctive = [*WORDS.kinds.values(), *WORDS.standings.values(), *WORDS.reasons.values()]
    console = ROOT / "kb_service" / "console"
    code = {
        path.name: path.read_text(encoding="utf-8") for path in console.rglob("*") if path.suffix in {".js", ".html"}
    }
    twice = [
        (name, word)
        for name, text in code.items()
        for word in distinctive
        if json.dumps(word, ensure_ascii=False) in text or re.search(f">{word}</(?!strong)", text)
    ]
    assert twice == []


def test_screens_show_the_last_valid_day() -> None:
    assert WORDS.interval(Interval(day("2026-01-01"), day("2026-09-01"))) == "2026-01-01 起，有效期至 2026-08-31"
    assert WORDS.interval(Interval(None, day("2026-09-01"))) == "未写明施行日，有效期至 2026-08-31"
    assert WORDS.interval(Interval(day("2026-01-01"), None)) == "2026-01-01 起，长期有效"
    assert WORDS.interval(Interval(None, None)) == "长期有效"
    assert WORDS.interval(Interval(day("2026-01-01"), day("2026-01-01"))) == "永不生效"
    assert WORDS.interval(None) == "不生效"


def test_a_draft_without_a_first_day_says_that_it_lacks_one() -> None:
    assert WORDS.declared_days(None, None) == "缺施行日"
    assert WORDS.declared_days(None, day("2026-09-01")) == "缺施行日，有效期至 2026-08-31"
    assert WORDS.declared_days(day("2026-01-01"), None) == "2026-01-01 起，长期有效"
    assert WORDS.in_force_days(None, None) == "未写明施行日，长期有效"


def test_the_help_lines_on_the_page_are_those_that_the_reply_names() -> None:
    said = set(re.findall(r"\d{3,}", load_lexicon(PROMPTS).wording["distress"]))
    assert {each.phone for each in WORDS.help_lines} == said == {"12356", "962525", "110", "120"}


@pytest.mark.parametrize(
    "template", sorted((ROOT / "kb_service/console/templates").glob("*.html")), ids=lambda p: p.name
)
def test_every_header_of_a_table_says_what_stands_under_it(template: Path) -> None:
    headers = re.findall(r"<th[^>]*>(.*?)</th>", template.read_text(encoding="utf-8"))
    assert all(re.sub(r"<[^>]*>", "", each).strip() for each in headers)
