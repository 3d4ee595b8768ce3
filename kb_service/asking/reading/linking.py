"""Which matter a question is about: named, called by an alias, or asked like earlier questions of it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kb_service.asking.reading.asked_profiles import AskedProfiles
from kb_service.domain.matters import Matter
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised

# 不是居住证，是身份证; 除了居住证
_DENIED = re.compile(
    r"(?:(?<!是)不是(?:说|问|办|要)?|并非|而非|不要|不想?办|不办|不问|没问|除了|别跟我说)(?:我的|办理?|这个|那个)?$"
)
# A和B, A还是B: neither is the one meant more than the other.
_BESIDE = re.compile(
    r"^(?:的|办理?|申请|手续|吗|呢|,|\?)*(?:和|与|跟|同|还是|或者?|及|以及|、|或是|vs)(?:是|说|办理?|申请)?$"
)


@dataclass(frozen=True, slots=True)
class Linked:
    """``matter``: what the question is about. ``rivals``: matters, two or more, that it may be about as well as not.

    ``is_named``: by its name or an alias; otherwise it was inferred from questions that are asked of it.
    """

    matter: Matter | None = None
    rivals: tuple[Matter, ...] = ()
    is_named: bool = False


NOTHING_LINKED = Linked()


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    matters: tuple[Matter, ...]


class Linker:
    """Holds the normalised names of all matters, and what is asked of each. Built once; never changes."""

    def __init__(
        self,
        matters: Sequence[Matter],
        converter: ScriptConverter,
        questions_by_matter: Mapping[str, Sequence[str]] | None = None,
        *,
        asking_words: Iterable[str] = (),
    ) -> None:
        self._matter_by_id = {matter.id: matter for matter in matters}
        self._matters_by_name: dict[str, tuple[Matter, ...]] = {}
        for matter in sorted(matters, key=lambda each: each.id):
            for name in dict.fromkeys(normalised(each, converter).strip() for each in (matter.name, *matter.aliases)):
                if name:
                    self._matters_by_name[name] = (*self._matters_by_name.get(name, ()), matter)
        self._names_by_start: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._matters_by_name, key=lambda name: (-len(name), name)):
            self._names_by_start[name[:2]].append(name)
        asked = questions_by_matter or {}
        self._profiles = AskedProfiles(
            {
                matter.id: [
                    normalised(each, converter) for each in (matter.name, *matter.aliases, *asked.get(matter.id, ()))
                ]
                for matter in matters
            },
            asking_words,
        )

    def link(self, text: str) -> Linked:
        """``text`` is normalised. Names come first, the longest before all; what is denied (不是居住证) counts not."""
        mentions, denied = self._mentions(text)
        if mentions:
            return self._of_mentions(text, mentions)
        found = self._profiles.nearest(text)
        matters = [self._matter_by_id[each] for each in found if self._matter_by_id[each] not in denied]
        if len(matters) > 1:
            return Linked(None, tuple(matters))
        return Linked(matters[0]) if matters else NOTHING_LINKED

    def _mentions(self, text: str) -> tuple[list[_Mention], set[Matter]]:
        """In order of the text, without those inside longer ones; and the matters that are denied."""
        found: list[_Mention] = []
        denied: set[Matter] = set()
        for start, name in sorted(self._names_in(text), key=lambda each: (-len(each[1]), each[0])):
            end = start + len(name)
            if any(start < other.end and other.start < end for other in found):
                continue
            mention = _Mention(start, end, self._matters_by_name[name])
            found.append(mention)
            if _DENIED.search(text, max(0, start - 8), start):
                denied.update(mention.matters)
        kept = [each for each in found if not denied.issuperset(each.matters)]
        return sorted(kept, key=lambda each: each.start), denied

    def _names_in(self, text: str) -> Iterator[tuple[int, str]]:
        """The longest name that starts at each place."""
        for start in range(len(text)):
            for name in self._names_by_start.get(text[start : start + 2], ()):
                if text.startswith(name, start):
                    yield start, name
                    break

    def _of_mentions(self, text: str, mentions: Sequence[_Mention]) -> Linked:
        best = max(mentions, key=lambda each: (each.end - each.start, -each.start))
        if len(best.matters) > 1:
            narrowed = [
                each for each in best.matters if any(each in other.matters for other in mentions if other != best)
            ]
            return Linked(narrowed[0], is_named=True) if len(narrowed) == 1 else Linked(None, best.matters, True)
        beside = [
            matter
            for one, other in pairwise(mentions)
            if best in (one, other) and _BESIDE.match(text[one.end : other.start])
            for matter in (*one.matters, *other.matters)
        ]
        rivals = tuple(dict.fromkeys(beside))
        return Linked(best.matters[0], rivals if len(rivals) > 1 else (), is_named=True)
