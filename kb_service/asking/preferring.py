"""Whether a message goes on with what was said before it, or is one by itself."""

from collections.abc import Sequence
from dataclasses import replace

from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.replies import SearchResult
from kb_service.domain.answers import Carried

# Characters of its own that a message may have and still be likely to go on with what was said before it.
FEW_WORDS = 6
# By so much a message read by itself has to be surer than with what was said before it.
_CLEARLY_SURER = 0.1
# So many of the best passages are looked at for the matter that was spoken of.
_NEAR = 5


def preferred(looked_up: Sequence[tuple[Understanding, SearchResult]]) -> tuple[Understanding, SearchResult]:
    """With what was said before, unless the message clearly is one by itself.

    A message of many words is, when next to nothing of the matter spoken of is found with them; and one that has a sure
    answer by itself and none with what was said before, or a less sure one: of few words only when it is found in the
    matter spoken of all the same.
    """
    carried, *others = looked_up
    if not others:
        return carried
    own = others[0]
    matters = [each.source.metadata.matter_id for each in own[1].candidates[:_NEAR]]
    before = carried[0].matter.id if carried[0].matter else None
    says_much = len(carried[0].phrasing.content) > FEW_WORDS
    if says_much and before not in matters:
        return own
    lead = own[1].confidence - carried[1].confidence
    is_surer = own[1].is_sure and (not carried[1].is_sure or lead > _CLEARLY_SURER)
    is_of_matter = before in matters[:1]
    if not is_surer or not (says_much or is_of_matter):
        return carried
    return (of_matter(own[0], carried[0]), own[1]) if is_of_matter else own


def of_matter(own: Understanding, carried: Understanding) -> Understanding:
    """A message read by itself that is about the matter spoken of all the same."""
    return replace(own, matter=carried.matter, matter_name=carried.matter_name, carried=(Carried.MATTER,))
