"""Switches (停答): in an emergency something is handed to people at once, until it is taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb_service.domain.announcements import Announcement


class Covers(StrEnum):
    """What a switch hands over. DEPARTMENT: its matters, and the texts it is responsible for."""

    MATTER = "matter"
    DEPARTMENT = "department"
    DOCUMENT = "document"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Switch:
    """Off from ``off_at`` until ``on_at``. ``subject_id``: of what it covers; None for everything."""

    id: str
    covers: Covers
    subject_id: str | None
    reason: str
    off_at: datetime
    off_by: str
    on_at: datetime | None = None
    on_by: str | None = None
    on_reason: str | None = None

    @property
    def is_off(self) -> bool:
        return self.on_at is None


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """All that is off at a moment, by what covers it."""

    everything: bool = False
    matters: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.everything or self.matters or self.departments or self.documents)

    def hands_over(
        self, *, matter_id: str | None = None, departments: Collection[str] = (), document_id: str | None = None
    ) -> bool:
        """Whether what is of this matter, of these departments or this document goes to people."""
        return (
            self.everything
            or matter_id in self.matters
            or not self.departments.isdisjoint(departments)
            or document_id in self.documents
        )


def switched_off(switches: Collection[Switch]) -> SwitchedOff:
    """What those of these that are off cover together."""
    off = [each for each in switches if each.is_off]
    ids = {
        covers: frozenset(each.subject_id for each in off if each.covers is covers and each.subject_id)
        for covers in Covers
    }
    return SwitchedOff(
        everything=any(each.covers is Covers.EVERYTHING for each in off),
        matters=ids[Covers.MATTER],
        departments=ids[Covers.DEPARTMENT],
        documents=ids[Covers.DOCUMENT],
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is switched off, and the announcements that are on or will be."""

    off: SwitchedOff = SwitchedOff()
    announcements: tuple[Announcement, ...] = ()
