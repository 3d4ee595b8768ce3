"""Contradictions planted beside the demonstration corpus: most are found, and little is suspected for nothing."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.planting import Case, false_alarms, found_rate, neighbours_suspected, planted
from kb_service.service import Service

PLANTED = Path("eval/planted_conflicts.jsonl")


@pytest.fixture(scope="module")
def cases(demonstration: Service, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Case]:
    """The half that the rules were not made with."""
    lines = [line for line in PLANTED.read_text(encoding="utf-8").splitlines() if '"held_out"' in line]
    half = tmp_path_factory.mktemp("planted") / "held_out.jsonl"
    half.write_text("\n".join(lines), encoding="utf-8")
    return list(planted(demonstration, half))


def test_the_corpus_does_not_contradict_itself(demonstration: Service) -> None:
    alarms = false_alarms(demonstration)
    assert alarms.matters > 40
    assert list(alarms.suspected) == []


def test_four_of_five_planted_contradictions_are_found(cases: Sequence[Case]) -> None:
    found = found_rate(cases)
    assert found.n == 20
    assert found.successes >= 16


def test_at_most_five_of_a_hundred_matters_are_suspected_for_nothing(cases: Sequence[Case]) -> None:
    alarms = neighbours_suspected(cases)
    assert alarms.per_hundred <= 5
