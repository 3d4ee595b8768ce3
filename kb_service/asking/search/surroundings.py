"""What stands around a passage and belongs to it: the other parts of its article, its lead-in, its table's header."""

from collections.abc import Callable, Iterator, Sequence

from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.documents import PassageInVersion

_MOST_BEFORE = 2
_MOST_AFTER = 3
_LONGEST = 1200
# The preamble of a notice (…通知如下：) introduces all of it; what introduces one list is a sentence or two.
_LONGEST_LEAD_IN = 160
_LONGEST_LIST = 8  # passages between a lead-in and what it still speaks of


def passages_for_drafting(
    candidates: Sequence[Candidate], sections: Callable[[str], Sequence[PassageInVersion]], *, room: int
) -> list[PassageInVersion]:
    """The candidates' passages and what belongs to them, each once, within ``room`` characters of passage text.

    The best candidate always comes, however long; of the others, what finds room in order of rank. They are returned in
    reading order within a document, the document of the best candidate first. ``sections``: the passages of a version
    in order, asked once a version.
    """
    passages_of: dict[str, Sequence[PassageInVersion]] = {}
    chosen: dict[str, PassageInVersion] = {}
    for each in candidates:
        version_id = each.source.passage.version_id
        if version_id not in passages_of:
            passages_of[version_id] = sections(version_id)
        for found in (each.source, *surroundings(each.source, passages_of[version_id])):
            length = len(found.passage.text)
            if found.passage.id not in chosen and (length <= room or not chosen):
                chosen[found.passage.id] = found
                room -= length
    rank_of = {version_id: rank for rank, version_id in enumerate(passages_of)}
    return sorted(chosen.values(), key=lambda each: (rank_of[each.passage.version_id], each.passage.start))


def surroundings(found: PassageInVersion, of_version: Sequence[PassageInVersion]) -> tuple[PassageInVersion, ...]:
    """Up to two passages before and three after it that belong to it, in order, together at most 1200 characters.

    ``of_version``: all passages of its version in order.
    """
    at = next((at for at, each in enumerate(of_version) if each.passage.id == found.passage.id), None)
    if at is None:
        return ()
    chosen: list[int] = []
    room = _LONGEST
    for position in _nearest_first(of_version, at):
        is_before = position < at
        taken = sum((each < at) == is_before for each in chosen)
        length = len(of_version[position].passage.text)
        if position not in chosen and length <= room and taken < (_MOST_BEFORE if is_before else _MOST_AFTER):
            chosen.append(position)
            room -= length
    return tuple(of_version[position] for position in sorted(chosen))


def _nearest_first(of_version: Sequence[PassageInVersion], at: int) -> Iterator[int]:
    """Where what belongs to it stands: what it cannot be read without, then the nearest, before it and after."""
    head = _table_head(of_version, at)
    path = of_version[at if head is None else head].passage.heading_path
    before = [at]
    while before[-1] > 0 and _is_of_section(of_version, before[-1] - 1, path):
        before.append(before[-1] - 1)
    after = [at]
    while after[-1] + 1 < len(of_version) and _follows(of_version, at, after[-1] + 1, path):
        after.append(after[-1] + 1)
    # An article's first part says whom and what it is about; a text without headings is no article.
    opening = before[-1] if path and before[-1] != at else None
    yield from (each for each in (head, _lead_in(of_version, at), opening) if each is not None)
    for distance in range(1, max(_MOST_BEFORE, _MOST_AFTER) + 1):
        yield from before[distance : distance + 1]
        yield from after[distance : distance + 1]


def _is_of_section(of_version: Sequence[PassageInVersion], position: int, path: tuple[str, ...]) -> bool:
    """Under the same headings, or a later piece of a table that stands there."""
    own = of_version[position].passage.heading_path
    return own == path or (own[:-1] == path and _table_head(of_version, position) is not None)


def _follows(of_version: Sequence[PassageInVersion], at: int, position: int, path: tuple[str, ...]) -> bool:
    """Of its section; or of a section below, where the passage introduces them (应当提交下列材料：)."""
    is_below = of_version[position].passage.heading_path[: len(path)] == path
    return _is_of_section(of_version, position, path) or (is_below and _introduces(of_version[at]))


def _table_head(of_version: Sequence[PassageInVersion], at: int) -> int | None:
    """The piece with the header rows of the table that the passage is a later piece of.

    Later pieces carry the header's words as the last of their headings (see ``ingestion.splitting``).
    """
    path = of_version[at].passage.heading_path
    for position in range(at - 1, -1, -1):
        passage = of_version[position].passage
        if passage.heading_path == path:
            continue
        is_head = bool(path) and passage.heading_path == path[:-1] and path[-1] in " ".join(passage.text.split())
        return position if is_head else None
    return None


def _lead_in(of_version: Sequence[PassageInVersion], at: int) -> int | None:
    """The sentence that introduces the list which the passage is an item of: in its section, or right above it."""
    path = of_version[at].passage.heading_path
    for position in range(at - 1, max(-1, at - 1 - _LONGEST_LIST), -1):
        above = of_version[position].passage.heading_path
        if above == path[: len(above)] and _introduces(of_version[position]):
            return position
        if above[: len(path) - 1] != path[:-1]:  # neither of its section nor of one beside it
            return None
    return None


def _introduces(found: PassageInVersion) -> bool:
    text = found.passage.text.rstrip()
    return text.endswith(("：", ":")) and len(text) <= _LONGEST_LEAD_IN


def above(found: PassageInVersion) -> str:
    """What a passage stands under: the title of its document, the question it answers, its headings."""
    return " ".join((found.metadata.title, found.metadata.question or "", *found.passage.heading_path))
