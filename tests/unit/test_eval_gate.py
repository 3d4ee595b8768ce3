"""What makes a gate red, which component it names, and what a sweep advises."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from eval.controls import out_of_order
from eval.errors import EvaluationStopped
from eval.gate.component_measures import KIND_OF, Case, Component, Measured
from eval.gate.days import Days, days_of
from eval.gate.expected import Baseline, Expected, as_json, as_toml, read_baseline, read_expected, with_scores
from eval.gate.margins import margins, with_own_margins
from eval.gate.pairing import holm, paired
from eval.gate.recomputed import of_limits
from eval.gate.rules import of_rules
from eval.gate.sweeping import PRESENT, compared, read_setting
from eval.gate.telling import PLACE_OF
from eval.gate.verdict import judged
from eval.gate.worked_out import of_worked_out
from eval.statistics import Rate, rate
from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.search.confidence import ConfidenceModel, Risk, Tree
from kb_service.domain.documents import Kind, Metadata, Version, VersionState
from tests.factories import NOON, day

NOTHING = Expected(day=date(2026, 11, 30), terms=Path("terms.jsonl"), questions={}, scripts={})


def measured(name: str, right: int, wrong: int, **fields: tuple[str, ...]) -> Measured:
    values = [1.0] * right + [0.0] * wrong
    return Measured(name, tuple(Case(f"q{at}", f"问题{at}", value) for at, value in enumerate(values)), **fields)


def sound(*names: str) -> list[Measured]:
    return [measured(each, 20, 0) for each in names]


def expecting(*of: Measured) -> Expected:
    return with_scores(NOTHING, of, margin=0.1)


def test_a_score_within_its_margin_passes_and_one_below_it_does_not() -> None:
    expected = expecting(measured("search.first", 20, 0))
    assert judged([measured("search.first", 18, 2)], expected, []).passes
    verdict = judged([measured("search.first", 17, 3)], expected, [])
    assert verdict.faults == ("search.first: 0.850, expected 1.000 − 0.100 (n 20)",)


def test_a_measure_that_lost_most_of_its_cases_is_red_although_all_left_are_right() -> None:
    expected = expecting(measured("citations.stand", 20, 0))
    assert (
        "an evaluation of nothing proves nothing" in judged([measured("citations.stand", 9, 0)], expected, []).faults[0]
    )
    assert not judged([], expected, []).passes


def test_a_violation_and_controls_out_of_order_are_red_whatever_the_scores() -> None:
    unlawful = measured("days.cited", 20, 0, violations=("q1: balloon is not in force",))
    verdict = judged([unlawful], expecting(unlawful), [], others=["blind"])
    assert verdict.faults == ("violation: q1: balloon is not in force", "blind")


def test_an_example_that_is_not_answered_is_red_within_any_margin() -> None:
    verdict = judged([measured("examples.answered", 19, 1)], expecting(measured("examples.answered", 20, 0)), [])
    assert "问题19" in verdict.faults[0]


def test_the_component_whose_own_measure_fell_is_named_and_what_it_explains_is_not() -> None:
    expected = expecting(*sound("words.leg", "search.first", "days.hidden", "talk.follow_ups"))
    fallen = [measured("words.leg", 10, 10), measured("search.first", 10, 10), measured("talk.follow_ups", 10, 10)]
    verdict = judged([*fallen, *sound("days.hidden")], expected, [])
    assert [each.component for each in verdict.suspects] == [Component.WORDS]
    assert verdict.follows == (Component.SEARCH, Component.TALK)


def test_a_loss_in_conversations_alone_is_put_down_to_them_with_what_is_as_before() -> None:
    expected = expecting(*sound("search.first", "talk.follow_ups"))
    verdict = judged([*sound("search.first"), measured("talk.follow_ups", 5, 15)], expected, [])
    (suspect,) = verdict.suspects
    assert suspect.component is Component.TALK
    assert Component.SEARCH in suspect.as_before


def test_what_a_later_component_explains_is_not_put_down_to_an_earlier_one() -> None:
    expected = expecting(*sound("days.cited", "citations.stand"))
    verdict = judged([measured("days.cited", 2, 18), measured("citations.stand", 10, 10)], expected, [])
    assert [each.component for each in verdict.suspects] == [Component.CITATIONS]
    alone = judged([measured("days.cited", 2, 18), *sound("citations.stand")], expected, [])
    assert [each.component for each in alone.suspects] == [Component.DAYS]


def test_a_component_is_not_named_for_want_of_answers_to_judge() -> None:
    expected = expecting(*sound("citations.stand", "confidence.gives"))
    verdict = judged([measured("citations.stand", 2, 0), measured("confidence.gives", 2, 18)], expected, [])
    assert [each.component for each in verdict.suspects] == [Component.CONFIDENCE]
    assert verdict.follows == (Component.CITATIONS,)


def test_the_one_that_fell_farthest_is_named_first() -> None:
    expected = expecting(*sound("routing.names", "days.hidden"))
    verdict = judged([measured("routing.names", 2, 18), measured("days.hidden", 16, 4)], expected, [])
    assert [each.component for each in verdict.suspects] == [Component.ROUTING, Component.DAYS]


def test_what_people_get_may_fall_without_a_component_to_name() -> None:
    verdict = judged([measured("answers.right", 10, 10)], expecting(*sound("answers.right")), [])
    assert (verdict.passes, verdict.suspects) == (False, ())


def test_a_significant_loss_against_an_earlier_run_is_red_within_the_margin() -> None:
    wide = with_scores(NOTHING, sound("routing.first"), margin=0.9)
    before = Baseline("before", {"routing.first": {each.id: each for each in sound("routing.first")[0].cases}})
    verdict = judged([measured("routing.first", 10, 10)], wide, [before])  # McNemar: 2·½¹⁰ = 0.002
    assert [each.measured.name for each in verdict.fallen] == ["routing.first"]
    assert "worse than before: 1.000 → 0.500" in verdict.faults[0]
    assert judged([measured("routing.first", 16, 4)], wide, [before]).passes  # 2·½⁴ = 0.125


def test_of_many_comparisons_each_must_be_less_likely_chance() -> None:
    assert holm({"a": 0.02, "b": 0.5}, 0.05) == {"a"}  # 0.02·2 = 0.04
    assert holm({"a": 0.03, "b": 0.5}, 0.05) == frozenset()
    assert holm({"a": 0.02, "b": 0.04}, 0.05) == {"a", "b"}


def test_a_confidence_is_paired_by_resampling_the_questions() -> None:
    honest = tuple(Case(f"q{at}", "", 0.9 if at % 10 else 0.1, truth=bool(at % 10)) for at in range(100))
    turned = Measured("confidence.honest", tuple(replace(each, value=1 - each.value) for each in honest))
    found = paired(turned, {each.id: each for each in honest})
    assert found is not None and found.change < -0.5 and found.high < 0 and found.p_value < 0.01
    assert len(found.worse) == 100
    same = paired(Measured("confidence.honest", honest), {each.id: each for each in honest})
    assert same is not None and (same.p_value, same.worse, same.better) == (1.0, (), ())


def test_what_is_expected_is_read_as_it_was_written(tmp_path: Path) -> None:
    asked = NOTHING.model_copy(update={"questions": {Path("a.jsonl"): 2}, "scripts": {Path("b"): 1}})
    expected = with_scores(asked, [measured("days.hidden", 19, 1)], margin=0.04)
    (tmp_path / "expected.toml").write_text(as_toml(expected), "utf-8")
    assert read_expected(tmp_path / "expected.toml") == expected
    assert expected.measures["days.hidden"].command == "kb eval gate --only days.hidden"
    (tmp_path / "expected.toml").write_text(as_toml(expected).replace("days.hidden", "days.gone"), "utf-8")
    with pytest.raises(EvaluationStopped, match=r"no measure 'days\.gone'"):
        read_expected(tmp_path / "expected.toml")


def test_cases_are_read_as_they_were_kept(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    sure = Measured("confidence.order", (Case("q1", "", 0.75, truth=True),))
    file.write_text(as_json([measured("days.hidden", 1, 1), sure]), "utf-8")
    found = read_baseline(file, "last")
    assert [each.value for each in found.cases["days.hidden"].values()] == [1.0, 0.0]
    assert found.cases["confidence.order"]["q1"] == sure.cases[0]
    file.write_text("[]", "utf-8")
    with pytest.raises(EvaluationStopped, match="no cases of a gate"):
        read_baseline(file, "last")


def test_every_component_has_a_measure_and_a_place_to_look_at() -> None:
    assert {each.component for each in KIND_OF.values()} == {*Component, None}
    assert set(PLACE_OF) == set(Component)


def version(document_id: str, since: str | None, until: str | None = None, replaces: str | None = None) -> Version:
    fields = Metadata(
        document_id,
        Kind.REGULATION,
        effective_from=day(since) if since else None,
        effective_to=day(until) if until else None,
        replaces=replaces,
    )
    state = VersionState.APPROVED
    return Version(f"{document_id}{since}", document_id, "", fields, state, created_at=NOON, created_by="editor")


def test_made_up_versions_and_citations_are_as_worked_out_by_hand() -> None:
    days, cited = of_rules()
    assert (days.n, days.score, cited.n, cited.score) == (22, 1.0, 20, 1.0)


def test_made_up_departments_and_evidence_are_as_worked_out_by_hand() -> None:
    routed, evidence = of_worked_out(OpenCCConverter())
    assert (routed.n, routed.score, evidence.n, evidence.score) == (23, 1.0, 61, 1.0)


def small_model(**fields: object) -> ConfidenceModel:
    """One tree: sure from 0.5 on; of 100 at 0.8 none was wrong, of 100 at 0.6 twenty were."""
    model = ConfidenceModel(
        version="v", names=("sure",), trees=(Tree(((0, 0.5),), (-1.0, 2.0)),), slope=1.0, offset=0.5,
        range_of={"sure": (0.0, 1.0)}, risks=(Risk(0.6, 100, 20), Risk(0.8, 100, 0)), risks_elsewhere=(),
    )  # fmt: skip
    return replace(model, **fields)


@pytest.mark.parametrize(
    "fault",
    [
        {"probability": lambda self, features: 0.5},
        {"threshold": lambda self, rate: 0.6},
        {"applies": lambda self, features: True},
    ],
    ids=["confidence", "threshold", "range"],
)
def test_confidences_and_thresholds_are_computed_anew(
    fault: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = of_limits(small_model(), {"sure": 0.4})
    assert sound and all(each.value == 1 for each in sound)
    for name, other in fault.items():
        monkeypatch.setattr(ConfidenceModel, name, other)
    assert any(each.value == 0 for each in of_limits(small_model(), {"sure": 0.4}))


def test_a_margin_is_told_as_wider_only_where_it_lets_a_case_more_pass_than_chance_does() -> None:
    expected = with_scores(NOTHING, [measured("search.first", 200, 0), measured("days.hidden", 50, 0)], margin=0.04)
    first, hidden = margins(expected, None)
    # Wilson's lower end of 200 of 200 is 200 / (200 + 1.96²) = 0.9812; 0.04 lets 8 pass, 0.019 lets 3.
    assert (first.allowed, first.proposed, first.is_wider) == (8, 0.019, True)
    assert (hidden.allowed, hidden.proposed, hidden.is_wider) == (2, 0.01, True)  # exact: less than one of 50
    narrow = expected.model_copy(
        update={"measures": {n: e.model_copy(update={"margin": 0.019}) for n, e in expected.measures.items()}}
    )
    assert [each.is_wider for each in margins(narrow, None)] == [False, False]


def test_a_new_measure_gets_the_margin_of_its_own_interval_and_the_others_keep_theirs() -> None:
    before = with_scores(NOTHING, [measured("search.first", 20, 0)], margin=0.3)
    both = [measured("search.first", 20, 0), measured("days.hidden", 50, 0)]
    found = with_own_margins(with_scores(before, both, margin=0.04), before, both)
    assert {name: each.margin for name, each in found.measures.items()} == {"search.first": 0.3, "days.hidden": 0.01}


def test_an_exact_measure_with_more_cases_than_before_gets_a_margin_that_lets_none_pass() -> None:
    before = with_scores(NOTHING, [measured("days.hidden", 50, 0), measured("search.first", 200, 0)], margin=0.01)
    more = [measured("days.hidden", 125, 0), measured("search.first", 200, 0)]
    found = with_own_margins(with_scores(before, more, margin=0.04), before, more)
    # 0.01 of 125 is one case and a quarter; half a case is 0.004.
    assert {name: each.margin for name, each in found.measures.items()} == {"search.first": 0.01, "days.hidden": 0.004}


def test_days_in_force_are_worked_out_without_the_service() -> None:
    found = days_of(
        [
            version("fee", "2025-01-01"),
            version("fee", "2026-01-01", "2027-01-01"),
            version("old", None),
            version("new", "2026-03-01", replaces="old"),
        ]
    )
    assert found["fee2025-01-01"] == Days(day("2025-01-01"), day("2026-01-01"))
    assert found["fee2026-01-01"] == Days(day("2026-01-01"), day("2027-01-01"))
    assert found["oldNone"] == Days(None, day("2026-03-01"))
    assert not found["oldNone"].has(day("2026-03-01")) and found["oldNone"].has(day("2026-02-28"))


def controls(**shares: int) -> dict[str, Rate]:
    return {name.replace("_", " "): rate([True] * share + [False] * (100 - share)) for name, share in shares.items()}


IN_ORDER = controls(oracle=80, shuffled_retrieval=20, same_passage_always=3, shuffled_evidence=2, always_hand_over=0)


def test_controls_in_their_order_say_nothing() -> None:
    assert out_of_order(rate([True] * 60 + [False] * 40), IN_ORDER) == []
    assert out_of_order(rate([True] * 80 + [False] * 20), IN_ORDER) == []  # as good as can be


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"oracle": 50}, "'oracle' (50.0% resolved) does not rank above 'product' (60.0%)"),
        ({"shuffled_retrieval": 60}, "'product' (60.0% resolved) does not rank above 'shuffled retrieval'"),
        (
            {"same_passage_always": 20},
            "'shuffled retrieval' (20.0% resolved) does not rank above 'same passage always'",
        ),
        ({"shuffled_evidence": 60}, "does not rank above 'shuffled evidence'"),
        ({"always_hand_over": 1}, "'always hand over' resolves 1.0% instead of nothing"),
    ],
)
def test_a_control_out_of_order_is_named_with_what_the_measure_is_blind_for(changed: dict[str, int], told: str) -> None:
    (found,) = out_of_order(rate([True] * 60 + [False] * 40), IN_ORDER | controls(**changed))
    assert told in found and ", so it" in found


def test_of_few_questions_the_places_of_chance_are_not_judged() -> None:
    few = {"shuffled retrieval": rate([True, False]), "same passage always": rate([True, False])}
    assert out_of_order(rate([True, False]), few) == []


def test_a_setting_is_read_with_what_belongs_to_it() -> None:
    found = read_setting("llm_url=http://127.0.0.1:9/v1?a=b+llm_model=small+dense_weight=0.4")
    assert found.values == {"llm_url": "http://127.0.0.1:9/v1?a=b", "llm_model": "small", "dense_weight": "0.4"}
    assert found.knobs().dense_weight == 0.4
    assert read_setting("mends_spelling=false").knobs().mends_spelling is False
    for wrong, told in (("weight=1", "no NAME=VALUE"), ("leg_depth=many", "takes a int"), ("dense_weight", "no NAME")):
        with pytest.raises(EvaluationStopped, match=told):
            read_setting(wrong)


def swept(**right_of: tuple[int, int]) -> str:
    """What is advised of settings with so many of 40 replies right, and so many of 40 searches."""

    def cases(right: int) -> dict[str, Case]:
        return {each.id: each for each in measured("answers.right", right, 40 - right).cases}

    settings = {PRESENT: (20, 20)} | {name: counts for name, counts in right_of.items()}
    return compared(
        {
            label: Baseline(label, {"answers.right": cases(answers), "search.first": cases(searches)})
            for label, (answers, searches) in settings.items()
        },
        0.05,
    ).choice


def test_a_sweep_advises_what_is_significantly_better_and_else_to_keep_what_there_is() -> None:
    assert swept(more=(36, 20), less=(10, 20)) == (
        "Choose more: significantly better in answers.right, and in nothing significantly worse."
    )
    assert swept(hardly=(22, 20)) == "Nothing is significantly better than the present setting: keep it."
    assert swept(less=(5, 20)).endswith("Significantly worse: less.")
    assert swept(mixed=(38, 4)).startswith("No setting is better without being worse elsewhere (mixed: better in ")
