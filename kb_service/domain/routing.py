"""How a question came to a department: the reason of each step, readable in answers and escalations."""

from dataclasses import dataclass
from enum import StrEnum

from kb_service.domain.matters import Facet


class RoutedBy(StrEnum):
    """CHOSEN: by who asked. PAST: by what became of past escalations. The last three say who stands in for whom."""

    CHOSEN = "chosen"
    PLATFORM_FAULT = "platform_fault"
    MATTER = "matter"
    NAMED = "named"
    PASSAGES = "passages"
    PAST = "past"
    DISTRICT = "district"
    DEPUTY = "deputy"
    GENERAL_DESK = "general_desk"


# Says where the talk is taken, not whose the question is.
STANDING_IN = frozenset({RoutedBy.DEPUTY, RoutedBy.GENERAL_DESK})


@dataclass(frozen=True, slots=True)
class RoutingStep:
    """``department_id``: where this step led."""

    by: RoutedBy
    department_id: str


@dataclass(frozen=True, slots=True)
class HandOn:
    """One transfer of an escalation. ``by``: a person id."""

    from_department: str
    to_department: str
    by: str


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a question seems to belong, the steps there as far as they are known, the district it names, and, where
    it was read just now, its matter and facet."""

    department_id: str
    steps: tuple[RoutingStep, ...] = ()
    region: str | None = None
    matter_id: str | None = None
    facet: Facet | None = None
