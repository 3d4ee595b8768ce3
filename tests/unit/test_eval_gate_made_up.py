"""Made-up texts, weights and versions of the gate are as worked out by hand, and a fault in them is seen."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.gate import taken_in, told_beside, weights
from eval.gate.asked_back import of_asked_back
from eval.gate.component_measures import Measured
from eval.gate.masking import of_masking
from eval.gate.published import of_published
from eval.gate.worked_out import of_worked_out
from ingestion import splitting, surfaces
from kb_service.adapters.script import OpenCCConverter
from kb_service.asking import notices, past_escalations
from kb_service.asking.conversation import clarifying
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.search import fusing, retrieving
from kb_service.domain import masking
from kb_service.domain.calendar import WorkingCalendar
from kb_service.publishing import contradictions, stated_days
from kb_service.text import terms

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


def made_up() -> dict[str, Measured]:
    lexicon = load_lexicon(PROMPTS)
    told = Measured("notices.rules", tuple(told_beside.of_notices(lexicon)))
    found = [*taken_in.of_taking_in(PROMPTS, OpenCCConverter()), *weights.of_weights(), told]
    found += [*of_published(PROMPTS, OpenCCConverter()), of_masking(), of_asked_back(lexicon, OpenCCConverter())]
    found += of_worked_out(OpenCCConverter())
    return {each.name: each for each in found}


def test_made_up_texts_weights_and_versions_are_as_worked_out_by_hand() -> None:
    assert {name: [(one.id, one.note) for one in each.wrong] for name, each in made_up().items()} == {
        "taken_in.rules": [], "words.weights": [], "search.rules": [], "notices.rules": [], "published.days": [],
        "contradictions.rules": [], "masking.rules": [], "asking_back.rules": [],
        "routing.rules": [], "confidence.evidence": [],
    }  # fmt: skip


def no_article_is_whole(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(splitting, "Level", SimpleNamespace(ARTICLE="none"))


def numbers_of_articles_are_embedded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(surfaces, "_ARTICLE_ORDINAL", SimpleNamespace(sub=lambda _with, text: text))


def long_passages_count_as_short_ones(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(terms, "B", 0.0)


def what_repeats_counts_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(terms, "K1", 100.0)


def a_missing_leg_is_the_mean(patch: pytest.MonkeyPatch) -> None:
    standardised = fusing._standardised
    patch.setattr(fusing, "_standardised", lambda hits: (standardised(hits)[0], 0.0))


def regulations_are_guides(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(retrieving, "GUIDES", frozenset())


def an_end_is_told_at_any_distance(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(told_beside, "_END_WITHIN", 400)


def the_next_one_is_any_later_one(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notices, "_successor", lambda _end, after: next(iter(after[1:]), None))


def make_up_days_are_not_worked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(WorkingCalendar, "is_working", lambda self, day: day.weekday() < 5)


def five_years_end_on_the_same_day(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stated_days, "months_later", lambda day, months: day.replace(year=day.year + months // 12 + 1))


def texts_of_all_places_meet(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(contradictions, "place_of", lambda _region: "")


def whatever_comes_first_is_masked_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(masking, "_MASKS", masking._MASKS[:4])


def nothing_is_close(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clarifying, "_CLOSE_UNSURE", 0.0)


def who_asks_often_is_heard_often(patch: pytest.MonkeyPatch) -> None:
    heard = past_escalations._heard
    patch.setattr(
        past_escalations,
        "_heard",
        lambda near: heard((replace(lesson, asker=lesson.id), likeness) for lesson, likeness in near),
    )


@pytest.mark.parametrize(
    ("fault", "seen_in"),
    [
        (no_article_is_whole, "taken_in.rules"),
        (numbers_of_articles_are_embedded, "taken_in.rules"),
        (long_passages_count_as_short_ones, "words.weights"),
        (what_repeats_counts_again, "words.weights"),
        (a_missing_leg_is_the_mean, "search.rules"),
        (regulations_are_guides, "search.rules"),
        (an_end_is_told_at_any_distance, "notices.rules"),
        (the_next_one_is_any_later_one, "notices.rules"),
        (make_up_days_are_not_worked, "published.days"),
        (five_years_end_on_the_same_day, "published.days"),
        (texts_of_all_places_meet, "contradictions.rules"),
        (whatever_comes_first_is_masked_alone, "masking.rules"),
        (nothing_is_close, "asking_back.rules"),
        (who_asks_often_is_heard_often, "routing.rules"),
    ],
)
def test_a_fault_in_what_is_made_up_is_seen_where_it_lies(
    monkeypatch: pytest.MonkeyPatch, fault: Any, seen_in: str
) -> None:
    fault(monkeypatch)
    assert [name for name, each in made_up().items() if each.wrong] == [seen_in]
