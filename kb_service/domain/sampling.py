"""Drawing a week's audited sample in proportion, the same whoever draws it; docs/decisions/0045-audited-sample.md."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

# Of which fewer would be drawn, that stratum is put together with its neighbour: one of which none was drawn would be
# missing from the estimate.
_FEWEST_DRAWN = 2


class Band(StrEnum):
    """Of the confidence: below 0.5, below 0.8, and from 0.8 on."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


def band_of(confidence: float) -> Band:
    if confidence < 0.5:
        return Band.LOW
    return Band.MIDDLE if confidence < 0.8 else Band.HIGH


@dataclass(frozen=True, slots=True)
class DrawableQuestion:
    """A question of the week that can be read."""

    answer_id: str
    matter_id: str | None
    band: Band
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Stratum:
    """``drawn`` of ``size`` questions. ``matter_id``: None of several matters, or of what has none."""

    number: int
    bands: tuple[Band, ...]
    matter_id: str | None
    size: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """``stratum``: its number; ``place`` counts from 1 and is the order in which people read."""

    answer_id: str
    stratum: int
    place: int
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Draw:
    """``week``: its Monday. ``wanted``: how many were to be drawn."""

    week: date
    seed: str
    wanted: int
    strata: tuple[Stratum, ...]
    items: tuple[Drawn, ...]

    @property
    def questions(self) -> int:
        return sum(each.size for each in self.strata)


def draw(week: date, candidates: Sequence[DrawableQuestion], *, wanted: int, seed: str) -> Draw:
    """Strata by confidence and matter, as many of each as is its share (largest remainder); within a stratum, and for
    the order of reading, by the SHA-256 of seed, week and answer: no chance is left, and nobody can choose."""
    groups = _groups(candidates, wanted)
    quotas = proportional([len(each) for each in groups], wanted)
    strata, taken = [], list[tuple[DrawableQuestion, int]]()
    for number, (group, quota) in enumerate(zip(groups, quotas, strict=True), start=1):
        matters = {each.matter_id for each in group}
        bands = tuple(band for band in Band if any(each.band is band for each in group))
        strata.append(Stratum(number, bands, matters.pop() if len(matters) == 1 else None, len(group), quota))
        ordered = sorted(group, key=lambda each: _lot(seed, week, each.answer_id))
        taken += [(each, number) for each in ordered[:quota]]
    taken.sort(key=lambda each: _lot(f"{seed} order", week, each[0].answer_id))
    items = [
        Drawn(each.answer_id, number, place, each.is_answered) for place, (each, number) in enumerate(taken, start=1)
    ]
    return Draw(week, seed, wanted, tuple(strata), tuple(items))


def proportional(sizes: Sequence[int], wanted: int) -> list[int]:
    """Seats by the largest remainder (Hamilton); all where more are wanted than there are."""
    total = sum(sizes)
    if wanted >= total:
        return [*sizes]
    found = [wanted * size // total for size in sizes]
    remainders = sorted(range(len(sizes)), key=lambda each: (-(wanted * sizes[each] % total), each))
    for each in remainders[: wanted - sum(found)]:
        found[each] += 1
    return found


def _groups(candidates: Sequence[DrawableQuestion], wanted: int) -> list[list[DrawableQuestion]]:
    """By band and, in it, by matter, large matters first. Small ones go together, and a small band with the next."""
    fewest = _FEWEST_DRAWN * len(candidates) / wanted
    by_band: list[list[DrawableQuestion]] = []
    for band in Band:
        inside = sorted((each for each in candidates if each.band is band), key=_matter)
        matters = sorted(([*group] for _, group in groupby(inside, key=_matter)), key=len, reverse=True)
        by_band += _joined(matters, fewest)
    return _joined(by_band, fewest)


def _joined(groups: Sequence[list[DrawableQuestion]], fewest: float) -> list[list[DrawableQuestion]]:
    """Each with those behind it until it is large enough; a rest that is not, with the one before."""
    found: list[list[DrawableQuestion]] = []
    for each in groups:
        if found and len(found[-1]) < fewest:
            found[-1] = [*found[-1], *each]
        else:
            found.append(each)
    if len(found) > 1 and len(found[-1]) < fewest:
        rest = found.pop()
        found[-1] = [*found[-1], *rest]
    return found


def _matter(candidate: DrawableQuestion) -> str:
    return candidate.matter_id or ""


def _lot(seed: str, week: date, answer_id: str) -> str:
    return hashlib.sha256(f"{seed}\n{week.isoformat()}\n{answer_id}".encode()).hexdigest()
