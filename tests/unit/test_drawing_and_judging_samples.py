"""The audited sample: how it is drawn, who may judge, what counts, and what the figure is; worked out by hand."""

from datetime import date

import pytest

from kb_service.domain.audits import (
    Judgement,
    JudgingStage,
    Rating,
    Sample,
    SampledQuestion,
    agreement,
    audited_share,
    cohens_kappa,
    kappa_interval,
)
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.learning_errors import AlreadyJudged, NothingToJudge
from kb_service.domain.sampling import Band, DrawableQuestion, Stratum, band_of, draw, proportional
from tests.factories import NOON

MONDAY = date(2026, 11, 2)
RESOLVED, PARTLY, NOT = Rating.RESOLVED, Rating.PARTLY, Rating.NOT
RIGHTLY, SHOULD = Rating.RIGHTLY_HANDED_OVER, Rating.SHOULD_HAVE_BEEN_ANSWERED


def candidates(band: Band, matter: str | None, count: int) -> list[DrawableQuestion]:
    return [DrawableQuestion(f"{band}-{matter}-{number}", matter, band, True) for number in range(count)]


def judged(*ratings: Rating, stratum: int = 1, people: str = "abc", place: int = 1) -> SampledQuestion:
    said = tuple(Judgement(who, rating, None, NOON) for who, rating in zip(people, ratings, strict=False))
    return SampledQuestion(f"a{place}", MONDAY, stratum, place, ratings[0] not in (RIGHTLY, SHOULD), said)


def sample(strata: list[tuple[int, list[Rating]]]) -> Sample:
    """Of each stratum its size, and what both judges say of each question that was drawn."""
    made = [Stratum(number, (Band.HIGH,), None, size, len(found)) for number, (size, found) in enumerate(strata, 1)]
    places = iter(range(1, 1000))
    items = [
        judged(rating, rating, stratum=number, place=next(places))
        for number, (_, found) in enumerate(strata, 1)
        for rating in found
    ]
    return Sample(MONDAY, NOON, len(items), tuple(made), tuple(items))


# Drawing


def test_seats_go_by_the_largest_remainder() -> None:
    # 10 of 100: 4.7, 1.6, 1.4, 1.2, 1.1 have 8 whole seats; the largest remainders are those of the first two.
    assert proportional([47, 16, 14, 12, 11], 10) == [5, 2, 1, 1, 1]
    assert proportional([3, 2], 9) == [3, 2]


def test_every_stratum_gets_its_share_and_small_ones_go_together() -> None:
    of_week = [
        *candidates(Band.HIGH, "huzhao", 60),
        *candidates(Band.HIGH, "juzhuzheng", 24),
        *candidates(Band.HIGH, "hunyin", 6),
        *candidates(Band.HIGH, None, 5),
        *candidates(Band.LOW, "huzhao", 4),
        *candidates(Band.LOW, "hunyin", 1),
    ]
    drawn = draw(MONDAY, of_week, wanted=20, seed="s")
    # At least two are drawn of each: 10 questions or more. The low band has 5, which go with the next one, the largest
    # of the high band; of that 11 (6 and 5) are left, which go together.
    assert [(each.bands, each.matter_id, each.size, each.drawn) for each in drawn.strata] == [
        ((Band.LOW, Band.HIGH), None, 65, 13),
        ((Band.HIGH,), "juzhuzheng", 24, 5),
        ((Band.HIGH,), None, 11, 2),
    ]
    assert drawn.questions == 100 and len(drawn.items) == 20
    assert [each.place for each in drawn.items] == [*range(1, 21)]
    for stratum in drawn.strata:
        assert sum(each.stratum == stratum.number for each in drawn.items) == stratum.drawn


def test_a_rest_that_is_too_small_goes_with_the_matters_before_it() -> None:
    high = [*candidates(Band.HIGH, "huzhao", 60), *candidates(Band.HIGH, "hunyin", 6)]
    drawn = draw(MONDAY, [*candidates(Band.LOW, "huzhao", 34), *high], wanted=20, seed="s")
    # 34 and 66 of 100: 6.8 and 13.2 of 20.
    assert [(each.size, each.drawn) for each in drawn.strata] == [(34, 7), (66, 13)]


def test_the_same_week_and_seed_draw_the_same_and_another_seed_others() -> None:
    of_week = candidates(Band.HIGH, "huzhao", 300)
    one = draw(MONDAY, of_week, wanted=30, seed="s")
    assert draw(MONDAY, of_week[::-1], wanted=30, seed="s") == one
    other = draw(MONDAY, of_week, wanted=30, seed="t")
    assert {each.answer_id for each in other.items} != {each.answer_id for each in one.items}


def test_where_fewer_were_asked_than_are_wanted_all_are_read() -> None:
    drawn = draw(MONDAY, [*candidates(Band.LOW, None, 1), *candidates(Band.HIGH, "huzhao", 2)], wanted=50, seed="")
    assert len(drawn.items) == drawn.questions == 3
    assert draw(MONDAY, [], wanted=50, seed="").items == ()


def test_drawing_favours_nobody_over_many_weeks() -> None:
    """One of four is drawn each time; over 2000 seeds each about 500 times, within five standard deviations (97)."""
    of_week = candidates(Band.HIGH, "huzhao", 4)
    found = [draw(MONDAY, of_week, wanted=1, seed=str(seed)).items[0].answer_id for seed in range(2000)]
    assert all(403 <= found.count(each.answer_id) <= 597 for each in of_week)


@pytest.mark.parametrize(
    ("confidence", "band"), [(0.4999, Band.LOW), (0.5, Band.MIDDLE), (0.7999, Band.MIDDLE), (0.8, Band.HIGH)]
)
def test_bands_begin_with_their_bound(confidence: float, band: Band) -> None:
    assert band_of(confidence) is band


# Judging


def test_two_who_agree_settle_it_and_a_third_where_they_differ() -> None:
    assert judged(RESOLVED).stage is JudgingStage.OPEN
    assert (judged(RESOLVED, RESOLVED).rating, judged(RESOLVED, RESOLVED).stage) == (RESOLVED, JudgingStage.SETTLED)
    assert (judged(RESOLVED, NOT).rating, judged(RESOLVED, NOT).stage) == (None, JudgingStage.DISPUTED)
    assert judged(RESOLVED, NOT, PARTLY).rating is PARTLY


def test_who_may_judge() -> None:
    with pytest.raises(AlreadyJudged):
        judged(RESOLVED).require_judgeable("a", NOT)
    with pytest.raises(AlreadyJudged):  # the third is another person than the two
        judged(RESOLVED, NOT).require_judgeable("b", NOT)
    with pytest.raises(NothingToJudge):
        judged(RESOLVED, RESOLVED).require_judgeable("c", NOT)
    with pytest.raises(NothingToJudge):
        judged(RESOLVED, NOT, NOT).require_judgeable("d", NOT)
    with pytest.raises(InvalidRecord):
        judged(RESOLVED).require_judgeable("b", RIGHTLY)
    judged(RESOLVED, NOT).require_judgeable("c", PARTLY)
    judged(RIGHTLY).require_judgeable("b", SHOULD)


# Counting


def test_a_judged_question_stands_for_its_part_of_its_stratum() -> None:
    # 80 questions, of 2 one resolved: 40 each. 20 questions, 2 of 2 resolved: 10 each. Resolved 60 of 100.
    # Effective n: 100² / (40² + 40² + 10² + 10²) = 10000 / 3400 = 2.94.
    found = audited_share([sample([(80, [RESOLVED, NOT]), (20, [RESOLVED, RESOLVED])])])
    assert (found.successes, found.n, found.rate, found.questions, found.weeks) == (3, 4, 0.6, 100, 1)
    assert found.effective_n == pytest.approx(2.941176)
    # Wilson of 0.6 with 2.941 by hand: centre (0.6 + 0.65306) / 2.30612 = 0.54336, spread
    # 1.95996 · √(0.24/2.941176 + 3.841459/34.602076) / 2.30612 = 1.95996 · √0.192618 / 2.30612 = 0.37300.
    assert (found.low, found.high) == (pytest.approx(0.17036, abs=1e-4), pytest.approx(0.91636, abs=1e-4))


def test_hand_overs_count_among_all_questions_and_are_not_resolved() -> None:
    found = audited_share([sample([(8, [RESOLVED, RIGHTLY])])])
    assert (found.rate, found.n) == (0.5, 2)
    wrong = audited_share([sample([(8, [Rating.WRONG, RIGHTLY, RESOLVED, RESOLVED])])], Rating.WRONG)
    assert (wrong.successes, wrong.rate) == (1, 0.25)


def test_weeks_count_by_their_questions() -> None:
    # 300 questions all resolved and 100 none: 300 of 400.
    weeks = [sample([(300, [RESOLVED, RESOLVED])]), sample([(100, [NOT, NOT])])]
    assert (audited_share(weeks).rate, audited_share(weeks).weeks) == (0.75, 2)


def test_a_week_that_is_not_judged_to_its_end_is_in_no_figure() -> None:
    whole = sample([(10, [RESOLVED, RESOLVED])])
    disputed = Sample(MONDAY, NOON, 2, whole.strata, (whole.items[0], judged(RESOLVED, NOT, place=2)))
    assert audited_share([disputed]).rate is None
    assert audited_share([whole, disputed]).n == 2


def test_where_all_of_a_stratum_was_erased_the_rest_of_the_week_stands_for_it() -> None:
    whole = sample([(60, [RESOLVED, NOT]), (40, [NOT, NOT])])
    left = Sample(MONDAY, NOON, 4, whole.strata, whole.items[:2])
    found = audited_share([left])
    assert (found.rate, found.n, found.questions) == (0.5, 2, 100)
    # It stands for all 100 beside another week's 100: (50 + 100) of 200.
    assert audited_share([left, sample([(100, [RESOLVED])])]).rate == 0.75


def test_kappa_of_cohen_by_hand() -> None:
    # 20 · both yes, 5 · yes and no, 10 · no and yes, 15 · both no: agreed 35 of 50 = 0.7; by chance
    # 25/50 · 30/50 + 25/50 · 20/50 = 0.5; κ = 0.2 / 0.5 = 0.4.
    pairs = [(RESOLVED, RESOLVED)] * 20 + [(RESOLVED, NOT)] * 5 + [(NOT, RESOLVED)] * 10 + [(NOT, NOT)] * 15
    assert cohens_kappa(pairs) == pytest.approx(0.4)
    # A = 0.4 · (1 - 1.1 · 0.6)² + 0.3 · (1 - 0.9 · 0.6)² = 0.10972; B = 0.36 · (0.1 · 1.1² + 0.2 · 0.9²) = 0.10188;
    # C = (0.4 - 0.5 · 0.6)² = 0.01; SE = √0.2016 / (0.5 · √50) = 0.1270; 0.4 ± 0.2489.
    assert kappa_interval(pairs) == pytest.approx((0.1511, 0.6489), abs=1e-4)
    # Three ratings, 10 questions: agreed 7 of 10. Marginals 5, 3, 2 and 4, 4, 2: by chance (20 + 12 + 4) / 100 = 0.36;
    # κ = 0.34 / 0.64 = 0.53125.
    three = [(RESOLVED, RESOLVED)] * 4 + [(RESOLVED, PARTLY)] + [(PARTLY, PARTLY)] * 2 + [(PARTLY, NOT)]
    assert cohens_kappa([*three, (NOT, PARTLY), (NOT, NOT)]) == pytest.approx(0.53125)


def test_kappa_says_nothing_where_only_one_rating_occurs() -> None:
    assert cohens_kappa([(RESOLVED, RESOLVED)] * 5) is None
    assert cohens_kappa([]) is None
    assert kappa_interval([]) is None
    assert kappa_interval([(RESOLVED, RESOLVED)] * 5) is None
    # Full agreement has a κ of 1, and no formula that tells how sure that is.
    assert kappa_interval([(RESOLVED, RESOLVED), (NOT, NOT)]) is None


def test_agreement_is_that_of_the_first_two_told_apart_by_name_not_by_speed() -> None:
    items = [judged(RESOLVED, NOT, NOT), judged(NOT, RESOLVED, people="bac"), judged(RESOLVED)]
    found = agreement(items)
    # Both times a said resolved and b not: marginals (2 resolved) and (2 not), by chance 0, κ = 0.
    assert (found.n, found.agreed, found.kappa) == (2, 0, 0.0)
