"""Three votes on each sample: what they say together, and how far apart they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from eval.judge.ragas_process import Score

_PASS = 0.5


@dataclass(frozen=True, slots=True)
class Voted:
    """``value``: the median of the votes, None where more than half of them have no value. ``spread``: between the
    lowest and the highest."""

    value: float | None
    votes: tuple[float, ...]
    faults: tuple[str, ...]

    @property
    def spread(self) -> float:
        return max(self.votes) - min(self.votes) if self.votes else 0.0

    @property
    def is_split(self) -> bool:
        """Whether some votes pass it and others do not."""
        return len({vote >= _PASS for vote in self.votes}) == 2


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Of ``n`` samples with several votes: on how many they were split, and the mean spread."""

    n: int
    split: int
    mean_spread: float


def counted(scores: Sequence[Score]) -> Voted:
    votes = tuple(each.value for each in scores if each.value is not None)
    faults = tuple(each.fault for each in scores if each.value is None)
    enough = len(votes) * 2 > len(scores)
    return Voted(float(median(votes)) if enough else None, votes, faults)


def disagreement(voted: Mapping[str, Voted]) -> Disagreement:
    several = [each for each in voted.values() if len(each.votes) > 1]
    mean = sum(each.spread for each in several) / len(several) if several else 0.0
    return Disagreement(len(several), sum(each.is_split for each in several), mean)
