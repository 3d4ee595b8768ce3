"""What the site's matters are called, in normalised form, for finding them in what people say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kb_service.domain.matters import Matter
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised


@dataclass(frozen=True, slots=True)
class MatterNames:
    """``names_of``: name and aliases by the matter's id; a matter that is not there goes by its own, as written."""

    names_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, matter: Matter) -> tuple[str, ...]:
        return self.names_of.get(matter.id) or tuple(name.lower() for name in (matter.name, *matter.aliases))

    def found_in(self, text: str, matter: Matter) -> list[str]:
        """The names of the matter that stand in a text, the longest first."""
        return sorted((name for name in self.of(matter) if name in text), key=len, reverse=True)

    def without(self, text: str, matter: Matter) -> str:
        for name in self.found_in(text, matter):
            text = text.replace(name, "")
        return text

    def have_one_of(self, pairs: set[str], matter: Matter) -> bool:
        """Whether a name of the matter has one of the bigrams."""
        return any(pair in name for name in self.of(matter) for pair in pairs)


def matter_names(matters: Sequence[Matter], converter: ScriptConverter) -> MatterNames:
    return MatterNames(
        {each.id: tuple(normalised(name, converter) for name in (each.name, *each.aliases)) for each in matters}
    )
