"""What became of questions, in parts that add up to all of them: what a manager wants to know first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eval.scoring import ScoredRow
from eval.statistics import Rate, rate
from kb_service.domain.answers import Outcome


@dataclass(frozen=True, slots=True)
class Fates:
    """Of the same questions, courtesies left out. ``answered_elsewhere``: true words, from a source that was not
    expected. ``rightly_kept``: not answered, as it should be; ``missed``: not answered, though it should have been."""

    n: int
    answered_right: Rate
    answered_wrong: Rate
    answered_elsewhere: Rate
    rightly_kept: Rate
    missed: Rate
    not_answered: Rate
    right: Rate


def fates(rows: Sequence[ScoredRow]) -> Fates:
    asked = [row for row in rows if row.expected_outcome is not Outcome.COURTESY]
    answered = [row.outcome is Outcome.ANSWERED for row in asked]
    return Fates(
        n=len(asked),
        answered_right=rate([given and row.is_right for given, row in zip(answered, asked, strict=True)]),
        answered_wrong=rate([row.is_wrong for row in asked]),
        answered_elsewhere=rate(
            [given and not row.is_right and not row.is_wrong for given, row in zip(answered, asked, strict=True)]
        ),
        rightly_kept=rate([not given and row.is_right for given, row in zip(answered, asked, strict=True)]),
        missed=rate([not given and not row.is_right for given, row in zip(answered, asked, strict=True)]),
        not_answered=rate([not given for given in answered]),
        right=rate([row.is_right for row in asked]),
    )


def fates_by(rows: Sequence[ScoredRow], groups_of: Callable[[ScoredRow], Sequence[str]]) -> Mapping[str, Fates]:
    """By group, those first in which most questions went wrong; a row may be in several, or in none."""
    rows_of: dict[str, list[ScoredRow]] = {}
    for row in rows:
        for name in groups_of(row):
            rows_of.setdefault(name, []).append(row)
    found = {name: fates(of) for name, of in rows_of.items()}
    return dict(sorted(found.items(), key=lambda each: (each[1].right.successes - each[1].n, each[0])))
