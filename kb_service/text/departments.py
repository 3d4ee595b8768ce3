"""Departments by what people call them: their ids, names and aliases, and the topics they own."""

from collections.abc import Sequence

from kb_service.domain.answers import DepartmentRef
from kb_service.domain.matters import Department, department_of_district
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised


class DepartmentDirectory:
    """The departments of a catalogue, as it was when this was made; never changed."""

    def __init__(self, departments: Sequence[Department], converter: ScriptConverter) -> None:
        self.described = departments
        self._converter = converter
        names = [(each.id, each) for each in departments]
        names += [(name, each) for each in departments for name in (each.name, *each.aliases)]
        self._by_name = {normalised(name, converter): each for name, each in names}
        self._called = [
            (each, [normalised(name, converter) for name in (each.name, *each.aliases, *each.owns)])
            for each in departments
        ]

    def ref(self, name: str) -> DepartmentRef:
        """By id, name or alias; a department that nobody described is its own name."""
        known = self._described(name)
        return _ref(known) if known else DepartmentRef(name, name, None, None)

    def name(self, name: str) -> str:
        """The department's name, from its id, name or an alias."""
        return self.ref(name).name

    def id(self, name: str) -> str:
        """The department's id, as passages are marked with it."""
        return self.ref(name).id

    def in_district(self, department_id: str, region: str | None) -> DepartmentRef | None:
        """The district's own department that stands for this one, if there is one."""
        described = self._described(department_id)
        own = department_of_district(described, region, self.described) if described else None
        return _ref(own) if own else None

    def named_in(self, text: str) -> list[DepartmentRef]:
        """Whose own name, or a topic they own, stands in a normalised text; the longest name first."""
        found: dict[str, tuple[int, Department]] = {}
        for each, names in self._called:
            longest = max((len(name) for name in names if len(name) > 1 and name in text), default=0)
            if longest:
                found[each.id] = (longest, each)
        ordered = sorted(found.values(), key=lambda pair: (-pair[0], pair[1].id))
        return [_ref(each) for _, each in ordered]

    def _described(self, name: str) -> Department | None:
        return self._by_name.get(normalised(name, self._converter))


def _ref(department: Department) -> DepartmentRef:
    return DepartmentRef(department.id, department.name, department.phone, department.hours)
