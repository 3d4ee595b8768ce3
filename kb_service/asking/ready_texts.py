"""Which documents a helper is offered ready texts of: those that the best one does not leave far behind."""

from collections.abc import Sequence

from kb_service.asking.search.retrieving import Candidate

# In scores of passages. Of 500 known questions the second text held a required fact 42 times of 131 within this and 38
# times of 213 beyond, the third 4 of 22 and 25 of 229; docs/decisions/0055-ready-texts.md.
FAR_BEHIND = 1.5


def near(candidates: Sequence[Candidate]) -> dict[str, tuple[float, list[Candidate]]]:
    """Candidates, best first, by their document, with how far its best one is behind the best of all; documents that
    are far behind are left out."""
    found: dict[str, tuple[float, list[Candidate]]] = {}
    for each in candidates:
        behind = candidates[0].score - each.score
        if each.document_id in found or behind <= FAR_BEHIND:
            found.setdefault(each.document_id, (behind, []))[1].append(each)
    return found


def is_worth_showing(behind: float, shown: int) -> bool:
    """After so many texts ``shown``: two are better than a third that is wrong, so it has to be twice as near."""
    return behind * shown <= FAR_BEHIND
