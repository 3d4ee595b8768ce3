"""What past escalations teach about routing: where a question was resolved in the end, and who gave it away."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb_service.domain.routing import STANDING_IN, HandOn, RoutingStep
from kb_service.domain.shares import wilson_interval

# Nobody's word alone moves anything.
PEOPLE_NEEDED = 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """One resolved escalation.

    ``department_id``: where it was resolved; ``gave_away``: those that it left. ``asker``: a key of who asked, one
    voice however often they ask. ``handed_on_by``: the helper who brought it there, ``resolved_by``: who resolved it.
    """

    id: str
    text: str
    matter_id: str | None
    department_id: str
    asker: str
    resolved_by: str | None
    handed_on_by: str | None = None
    gave_away: frozenset[str] = frozenset()

    @property
    def people(self) -> frozenset[str]:
        """The helpers who say so."""
        return frozenset(filter(None, (self.handed_on_by, self.resolved_by)))


def lesson_of(
    *,
    id: str,
    text: str,
    matter_id: str | None,
    department_id: str,
    asker: str,
    resolved_by: str | None,
    routed_by: Sequence[RoutingStep],
    handed_on: Sequence[HandOn],
    stands_for: Mapping[str, str],
) -> Lesson | None:
    """None where it teaches nothing: a deputy or the general desk took it for another and kept it.

    What a district's department resolved is a lesson for the one it stands for: districts are looked at afterwards.
    """
    given = [each for each in handed_on if each.from_department != each.to_department]
    if not given and routed_by and routed_by[-1].by in STANDING_IN:
        return None
    last = given[-1].by if given and given[-1].to_department == department_id else None
    right = stands_for.get(department_id, department_id)
    gave_away = {stands_for.get(each.from_department, each.from_department) for each in given} - {right}
    return Lesson(id, text, matter_id, right, asker, resolved_by, last, frozenset(gave_away))


def contradicted_matters(lessons: Iterable[Lesson], owner_of: Mapping[str, str]) -> Mapping[str, tuple[str, float]]:
    """By matter id the department that hand-ons consistently say is right, and their share; ``owner_of``: by matter id.

    A linked matter is an editor's word. It gives way only where the lower end of the 95 % interval (Wilson) of the
    share that ended in one other department is above one half (4 of 4, 7 of 8), every asker counting once, and where
    at least two helpers of its own department have handed it on there.
    """
    by_matter: dict[str, list[Lesson]] = defaultdict(list)
    for each in lessons:
        if each.matter_id is not None and each.matter_id in owner_of:
            by_matter[each.matter_id].append(each)
    found: dict[str, tuple[str, float]] = {}
    for matter_id, taught in by_matter.items():
        once = {each.asker: each for each in taught}.values()
        in_another = [each for each in once if each.department_id != owner_of[matter_id]]
        if not in_another:
            continue
        (other, count), *_rest = Counter(each.department_id for each in in_another).most_common(1)
        # What went there at once, since this was learned, bears it out; it was learned from who handed on.
        gave = (each for each in in_another if each.department_id == other and owner_of[matter_id] in each.gave_away)
        people = {each.handed_on_by for each in gave} - {None}
        if len(people) >= PEOPLE_NEEDED and wilson_interval(count, len(once))[0] > 1 / 2:
            found[matter_id] = (other, count / len(once))
    return found
